"""AWS Signature Version 4: whether a request was signed with one key pair, just now. Pure; signs nothing.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html. What is hashed is the body
that came, whatever the request says of it. The region isn't checked: an endpoint URL is of no region.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache, reduce
from typing import NoReturn
from urllib.parse import quote

from batchplane_local.batch.http.exchange import Rejected, Request

#: How old a signature may be, and how far ahead of our clock, in milliseconds.
MAX_SKEW_MILLISECONDS = 5 * 60 * 1000
_ALGORITHM = "AWS4-HMAC-SHA256"
_TERMINATOR = "aws4_request"
_DATE_FORMAT = "%Y%m%dT%H%M%SZ"
_DATE = re.compile(r"[0-9]{8}T[0-9]{6}Z")
_AUTHORIZATION = re.compile(
    rf"{_ALGORITHM} +Credential=([^, ]+), *SignedHeaders=([^, ]+), *Signature=([0-9a-f]{{64}})", re.ASCII
)
_ACCESS_KEY_ID = re.compile(r"[A-Za-z0-9_]{16,128}")
_SECRET_ACCESS_KEY = re.compile(r"[A-Za-z0-9/+=_-]{16,128}")
#: Random bytes in a key pair that is made here.
_ID_BYTES, _SECRET_BYTES = 8, 30


class Unauthenticated(Rejected):
    """A request that wasn't signed as it must be. Its HTTP status is each protocol's own."""

    def __init__(self, kind: str, words: str) -> None:
        super().__init__(kind, words, status=403)


@dataclass(frozen=True, kw_only=True)
class KeyPair:
    """Who may call. Raises ValueError, which doesn't tell the secret, for what can't be a key pair."""

    #: 16 to 128 letters, digits and underscores.
    access_key_id: str
    #: 16 to 128 letters, digits and any of `/+=_-`.
    secret_access_key: str = field(repr=False)

    def __post_init__(self) -> None:
        if not _ACCESS_KEY_ID.fullmatch(self.access_key_id):
            raise ValueError(f"accessKeyId must be 16 to 128 letters, digits and _, not {self.access_key_id!r}")
        if not _SECRET_ACCESS_KEY.fullmatch(self.secret_access_key):
            length = len(self.secret_access_key)
            raise ValueError(
                f"secretAccessKey must be 16 to 128 letters, digits and any of /+=_-; the one given has {length}"
                " characters, or others among them"
            )

    @classmethod
    def made(cls) -> KeyPair:
        """A new one, from the system's source of randomness."""
        return cls(
            access_key_id=f"LOCAL{secrets.token_hex(_ID_BYTES).upper()}",
            secret_access_key=secrets.token_urlsafe(_SECRET_BYTES),
        )


@dataclass(frozen=True, kw_only=True)
class _Authorization:
    """The Authorization header, taken apart."""

    access_key_id: str
    #: Date, region, service and terminator, as the signature has them.
    scope: tuple[str, str, str, str]
    signed_headers: tuple[str, ...]
    signature: str


def verify(request: Request, *, service: str, key_pair: KeyPair, now: int) -> None:
    """Raise Unauthenticated unless the request was signed for this service with this pair.

    Args:
        request: As it came.
        service: The name in the credential's scope: `batch`, `logs`.
        key_pair: The only one that may call.
        now: Epoch milliseconds.
    """
    authorization = _authorization(request)
    date = request.headers.get("x-amz-date", "")
    _check_claims(authorization, request, service, date)
    if authorization.access_key_id != key_pair.access_key_id:
        _reject("UnrecognizedClientException", "The security token included in the request is invalid.")
    expected = _signature(request, authorization, key_pair, date)
    if not hmac.compare_digest(expected, authorization.signature):
        _reject(
            "InvalidSignatureException",
            "The request signature we calculated does not match the signature you provided. "
            "Check your AWS Secret Access Key and signing method.",
        )
    _check_age(date, now)


def _authorization(request: Request) -> _Authorization:
    header = request.headers.get("authorization")
    if header is None:
        _reject("MissingAuthenticationTokenException", "Missing Authentication Token")
    match = _AUTHORIZATION.fullmatch(header)
    access_key_id, *scope = match[1].split("/") if match else [""]
    if match is None or len(scope) != 4:
        _reject(
            "IncompleteSignatureException",
            f"Authorization header must be '{_ALGORITHM} Credential=KEY/DATE/REGION/SERVICE/{_TERMINATOR}, "
            "SignedHeaders=NAME;…, Signature=64 hexadecimal digits'.",
        )
    date, region, service, terminator = scope
    return _Authorization(
        access_key_id=access_key_id,
        scope=(date, region, service, terminator),
        signed_headers=tuple(match[2].split(";")),
        signature=match[3],
    )


def _check_claims(authorization: _Authorization, request: Request, service: str, date: str) -> None:
    """What the header says must fit the request, before anything is calculated."""
    day, _, scoped_service, terminator = authorization.scope
    missing = {"host", *(name for name in request.headers if name.startswith("x-amz-"))}
    missing -= {*authorization.signed_headers}
    if missing:
        _reject("InvalidSignatureException", f"SignedHeaders must have these too: {', '.join(sorted(missing))}.")
    if not date:
        _reject("IncompleteSignatureException", "Authorization header requires existence of a 'X-Amz-Date' header.")
    if (scoped_service, terminator) != (service, _TERMINATOR):
        _reject("InvalidSignatureException", f"Credential should be scoped to correct service: '{service}'.")
    if day != date[:8]:
        _reject("InvalidSignatureException", f"Date in Credential scope does not match X-Amz-Date: {day} and {date}.")


def _check_age(date: str, now: int) -> None:
    try:
        # fromisoformat takes other forms too, and a tenth of the time that strptime takes.
        signed_at = datetime.fromisoformat(date if _DATE.fullmatch(date) else "")
    except ValueError:
        _reject("IncompleteSignatureException", f"Date must be in ISO-8601 'basic format'. Got '{date}'.")
    here = datetime.fromtimestamp(now / 1000, tz=UTC).strftime(_DATE_FORMAT)
    age = now - round(signed_at.timestamp() * 1000)
    if age > MAX_SKEW_MILLISECONDS:
        _reject("InvalidSignatureException", f"Signature expired: {date} is more than 5 min. earlier than {here}")
    if age < -MAX_SKEW_MILLISECONDS:
        _reject("InvalidSignatureException", f"Signature not yet current: {date} is more than 5 min. later than {here}")


def _signature(request: Request, authorization: _Authorization, key_pair: KeyPair, date: str) -> str:
    canonical = _canonical(request, authorization.signed_headers)
    to_sign = "\n".join((_ALGORITHM, date, "/".join(authorization.scope), hashlib.sha256(canonical).hexdigest()))
    return _keyed(_signing_key(key_pair.secret_access_key, authorization.scope), to_sign).hex()


# A key serves a day; there are more only where callers differ in what they name as the region.
@lru_cache(maxsize=8)
def _signing_key(secret: str, scope: tuple[str, ...]) -> bytes:
    return reduce(_keyed, scope, f"AWS4{secret}".encode())


def _canonical(request: Request, signed_headers: Sequence[str]) -> bytes:
    """The canonical request; its path is encoded a second time, as for every service but S3."""
    query = sorted(pair.partition("=")[::2] for pair in request.query.split("&") if pair)
    headers = [f"{name}:{' '.join(request.headers.get(name, '').split())}\n" for name in signed_headers]
    lines = (
        request.method,
        quote(request.path, safe="/~"),
        "&".join(f"{name}={value}" for name, value in query),
        "".join(headers),
        ";".join(signed_headers),
        hashlib.sha256(request.body).hexdigest(),
    )
    return "\n".join(lines).encode()


def _keyed(key: bytes, message: str) -> bytes:
    return hmac.digest(key, message.encode(), "sha256")


def _reject(kind: str, words: str) -> NoReturn:
    raise Unauthenticated(kind, words)
