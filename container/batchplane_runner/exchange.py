"""One HTTP request and its answer, streamed both ways. Follows no redirect and prints no link: a link is a secret."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator, Mapping
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import BinaryIO
from urllib.parse import SplitResult, urlsplit

from batchplane_runner.errors import Gone, Refused, RunnerError, TryAgain

#: How long to wait for the next byte, in seconds.
TIMEOUT_SECONDS = 60.0
#: How much is held in memory at once, in bytes.
CHUNK_BYTES = 256 * 1024
#: How much of a refusal is read for its reason, in bytes.
REASON_BYTES = 4096
#: Beside every 5xx, the statuses that ask to come again.
_NOT_NOW = (408, 429)
_NOT_FOUND = 404
_WORD = re.compile(r"^[!-~]+$")


@contextlib.contextmanager
def exchange(
    method: str, url: str, *, headers: Mapping[str, str], body: bytes | BinaryIO | None = None
) -> Iterator[HTTPResponse]:
    """Send a request, lend the answer to it, close. Raises Refused, or TryAgain where another attempt may help."""
    parts = _parts(url)
    scheme = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = scheme(str(parts.hostname), parts.port, timeout=TIMEOUT_SECONDS)
    try:
        yield _answer(connection, method, parts, headers, body)
    finally:
        connection.close()


def chunks(answer: HTTPResponse) -> Iterator[bytes]:
    """The body of an answer, piece by piece. Raises TryAgain if it breaks off."""
    left = answer.length
    try:
        while chunk := answer.read(CHUNK_BYTES):
            left = None if left is None else left - len(chunk)
            yield chunk
    except (OSError, HTTPException) as error:
        raise TryAgain(f"the answer broke off ({_reason(error)})") from error
    if left:
        # http.client says nothing when a body ends early and is read in pieces.
        raise TryAgain(f"the answer broke off, {left} bytes before its end")


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        # Reading the port checks it; the other marks would otherwise reach the request line.
        if parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 and _WORD.match(url):
            return parts
    except ValueError:
        pass
    raise Refused("a link from the plane, or BATCHPLANE_URL, is not an http or https address")


def _answer(
    connection: HTTPConnection,
    method: str,
    parts: SplitResult,
    headers: Mapping[str, str],
    body: bytes | BinaryIO | None,
) -> HTTPResponse:
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        # Whoever refuses a large body answers and closes before it has read the whole: the answer says why.
        with contextlib.suppress(BrokenPipeError):
            connection.request(method, target, body=body, headers=dict(headers))
        answer = connection.getresponse()
        if 200 <= answer.status < 300:
            return answer
        said = f"{parts.hostname} answered {answer.status} {answer.reason}{_detail(answer.read(REASON_BYTES))}"
    except (OSError, HTTPException) as error:
        raise TryAgain(f"{parts.hostname} did not answer ({_reason(error)})") from error
    raise _refusal(answer.status)(said)


def _refusal(status: int) -> type[RunnerError]:
    if status >= 500 or status in _NOT_NOW:
        return TryAgain
    return Gone if status == _NOT_FOUND else Refused


def _detail(body: bytes) -> str:
    """The sentence in a problem document (RFC 9457); nothing for any other body."""
    try:
        detail = json.loads(body).get("detail")
    except (ValueError, AttributeError):
        return ""
    return f": {ascii(detail)[1:-1]}" if isinstance(detail, str) else ""


def _reason(error: Exception) -> str:
    # Only what the operating system says: an HTTPException's own text may hold the link.
    return str(error.strerror or error) if isinstance(error, OSError) else type(error).__name__
