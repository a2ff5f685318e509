"""One HTTP request in, one reply out, in the few words of ASGI that it takes. Knows no service and no signature.

https://asgi.readthedocs.io/en/latest/specs/www.html
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

#: Most bytes of a body; the largest that AWS Batch takes, a SubmitJob request, has 30 KiB.
MAX_BODY_BYTES = 1024 * 1024


class Rejected(Exception):
    """A request that reaches no operation: the kind of the service's error, its words, its HTTP status."""

    def __init__(self, kind: str, words: str, *, status: int) -> None:
        super().__init__(words)
        self.kind = kind
        self.status = status


class Disconnected(Exception):
    """The caller went away before the end of its request: nobody waits for a reply."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request as it came."""

    method: str
    #: Still percent-encoded, as they were signed; the query without its question mark.
    path: str
    query: str
    #: By their names in lower case; the values of one that the caller repeated are joined by commas.
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What is answered."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


async def read(scope: Scope, receive: Receive) -> Request:
    """The whole request. Raises Disconnected, and Rejected for a body of more than MAX_BODY_BYTES."""
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        body += message.get("body", b"")
        if len(body) > MAX_BODY_BYTES:
            words = f"The request's body must be at most {MAX_BODY_BYTES} bytes long; {len(body)} have come so far."
            raise Rejected("RequestEntityTooLargeException", words, status=413)
        more = message.get("more_body", False)
    return Request(
        method=scope["method"],
        path=scope["raw_path"].decode("latin-1"),
        query=scope["query_string"].decode("latin-1"),
        headers=_joined(scope["headers"]),
        body=bytes(body),
    )


async def cut(send: Send) -> None:
    """Begin a reply and let it be: the server closes the connection, and the caller gets no answer.

    ASGI has no other way. Without a length the body comes in chunks, and a client notices that the last one is missing.
    """
    await send({"type": "http.response.start", "status": 200, "headers": []})


def _joined(pairs: Iterable[tuple[bytes, bytes]]) -> Mapping[str, str]:
    headers: dict[str, str] = {}
    for raw_name, raw_value in pairs:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    return headers


async def write(send: Send, reply: Reply) -> None:
    """Send the reply."""
    headers = {**reply.headers, "content-length": str(len(reply.body))}
    encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": reply.status, "headers": encoded})
    await send({"type": "http.response.body", "body": reply.body})
