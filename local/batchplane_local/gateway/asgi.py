"""The few words of ASGI that the gateway speaks: a request's body in, an answer out. https://asgi.readthedocs.io/."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, MutableMapping
from typing import Any

from aws_lambda_powertools.event_handler import Response

from controlplane.edge.problem import problem, problem_of
from controlplane.errors import Violation

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Disconnected(Exception):
    """The caller went away before the end of its request: nobody waits for an answer."""


async def chunks(receive: Receive) -> AsyncIterator[bytes]:
    """The body of a request, piece by piece. Raises Disconnected."""
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        yield message.get("body", b"")
        more = message.get("more_body", False)


def headers_of(scope: Scope, name: str) -> list[str]:
    """Every header of this name, in lower case; none where there is none."""
    wanted = name.encode("latin-1")
    return [value.decode("latin-1") for each, value in scope["headers"] if each == wanted]


def header_of(scope: Scope, name: str) -> str | None:
    """One header of a request, by its name in lower case; the first where it is repeated."""
    return next(iter(headers_of(scope, name)), None)


async def start(send: Send, status: int, headers: Iterable[tuple[str, str]]) -> None:
    """Begin an answer."""
    encoded = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    await send({"type": "http.response.start", "status": status, "headers": encoded})


async def answer(send: Send, status: int, headers: Iterable[tuple[str, str]], body: bytes = b"") -> None:
    """Answer at once."""
    await start(send, status, [*headers, ("content-length", str(len(body)))])
    await send({"type": "http.response.body", "body": body})


async def refuse(send: Send, status: int, *, title: str, detail: str, violation: Violation | None = None) -> None:
    """Answer with a problem document. https://www.rfc-editor.org/rfc/rfc9457."""
    await _tell(send, problem(status, title=title, detail=detail, violations=(violation,) if violation else ()))


async def fail(send: Send, error: Exception) -> None:
    """Answer a request that came to nothing, as a function does that ends in this error."""
    await _tell(send, problem_of(error))


async def _tell(send: Send, document: Response[str]) -> None:
    headers = ((name, str(value)) for name, value in document.headers.items())
    await answer(send, document.status_code, headers, str(document.body).encode())
