"""Bearer tokens: who holds one speaks for its owner. Keeps only their digests.

A token is 256 random bits, so a plain SHA-256 of it can be stored: there is nothing to guess.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass

from batchplane_local.database import Database
from controlplane.errors import SubmissionInvalid, Violation
from controlplane.job import NOBODY

SCHEMA = "CREATE TABLE IF NOT EXISTS tokens (digest TEXT PRIMARY KEY, owner TEXT NOT NULL) WITHOUT ROWID"
_TOKEN_BYTES = 32
_OWNER = re.compile(r"[A-Za-z0-9_+=,.@-]{1,64}")
_BOUND = "1 to 64 of the characters A-Z a-z 0-9 _ + = , . @ -, and not a hyphen alone"


def may_own(name: str) -> bool:
    """Whether an owner may be called so."""
    return bool(_OWNER.fullmatch(name)) and name != NOBODY


@dataclass(frozen=True)
class Tokens:
    """The tokens of one plane."""

    database: Database

    def __post_init__(self) -> None:
        self.database.create(SCHEMA)

    def mint(self, owner: str) -> str:
        """A new token for an owner. It is told this once; SubmissionInvalid is raised for a name no owner may have."""
        if not may_own(owner):
            raise SubmissionInvalid((Violation(field="owner", bound=_BOUND, value=owner),))
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        with self.database.write() as connection:
            connection.execute("INSERT INTO tokens VALUES (?, ?)", (_digest(token), owner))
        return token

    def owner_of(self, token: str) -> str | None:
        """Whom a token speaks for; None for one that was never minted here."""
        digest = _digest(token)
        for known, owner in self.database.read("SELECT digest, owner FROM tokens WHERE digest = ?", digest):
            if hmac.compare_digest(known, digest):
                return str(owner)
        return None


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
