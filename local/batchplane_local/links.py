"""Signed, expiring links: a permission to do one thing with one key of the IOBucket. Touches no object.

Whoever holds a link may do exactly what it says until it expires: method, key, and for an upload the size and the
SHA-256 of the bytes are all under the signature.
"""

from __future__ import annotations

import hmac
import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qs, quote, unquote, urlencode

from batchplane_local.database import Database
from controlplane.errors import PlaneError
from controlplane.io_bucket import LINK_SECONDS

#: Where the gateway answers links.
PATH = "/io/"
SCHEMA = "CREATE TABLE IF NOT EXISTS secrets (name TEXT PRIMARY KEY, secret BLOB NOT NULL) WITHOUT ROWID"
_SECRET_BYTES = 32
#: Any that a link has: Python reads none of thousands of digits, and whoever calls has not been let in yet.
_NUMBER = re.compile("[0-9]{1,15}")


class LinkRefused(PlaneError):
    """The link permits nothing: ask the plane for a new one."""


@dataclass(frozen=True, kw_only=True)
class Permission:
    """What a link permits."""

    method: str
    key: str
    #: Bytes; None for a download.
    size: int | None = None
    #: Hexadecimal; None for a download.
    sha256: str | None = None

    @property
    def bounds(self) -> dict[str, str]:
        """What stands in the link beside method and key."""
        return {} if self.size is None or self.sha256 is None else {"size": str(self.size), "sha256": self.sha256}


def link_secret(database: Database) -> bytes:
    """The secret of this folder's links, made when it is first asked for."""
    database.create(SCHEMA)
    with database.write() as connection:
        connection.execute("INSERT OR IGNORE INTO secrets VALUES ('links', ?)", (secrets.token_bytes(_SECRET_BYTES),))
        row = connection.execute("SELECT secret FROM secrets WHERE name = 'links'").fetchone()
    return bytes(row[0])


@dataclass(frozen=True, kw_only=True)
class Links:
    """Signs permissions, and reads them back."""

    secret: bytes
    #: Epoch milliseconds.
    clock: Callable[[], int]

    def sign(self, permission: Permission) -> str:
        """The path and query of a link that permits this for a short time."""
        expires = str(self.clock() // 1000 + LINK_SECONDS)
        query = {"expires": expires, **permission.bounds, "signature": self._signature(permission, expires)}
        return f"{PATH}{quote(permission.key, safe='/')}?{urlencode(query)}"

    def read(self, method: str, path: str, query: str) -> Permission:
        """What a request's link permits; path and query as they were sent. Raises LinkRefused."""
        given = {name: values[0] for name, values in parse_qs(query).items()}
        expires, size = given.get("expires", ""), given.get("size")
        if not all(map(_NUMBER.fullmatch, (expires, size or "0"))):
            raise LinkRefused("The link is not one that this plane signed.")
        permission = Permission(
            method=method,
            key=unquote(path.removeprefix(PATH)),
            size=None if size is None else int(size),
            sha256=given.get("sha256"),
        )
        if not hmac.compare_digest(self._signature(permission, expires), _ascii(given.get("signature", ""))):
            raise LinkRefused("The link is not one that this plane signed for this.")
        if int(expires) * 1000 <= self.clock():
            raise LinkRefused(f"The link expired at {expires} (epoch seconds): ask the plane for a new one.")
        return permission

    def _signature(self, permission: Permission, expires: str) -> str:
        # A list in JSON, whatever stands in a request's key: no two permissions make the same text.
        text = json.dumps([permission.method, permission.key, expires, *permission.bounds.values()])
        return hmac.new(self.secret, text.encode(), "sha256").hexdigest()


def _ascii(text: str) -> str:
    """Text that `compare_digest` takes."""
    return text if text.isascii() else ""
