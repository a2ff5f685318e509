"""The gateway: HTTP requests in, the same handler as on AWS behind it. The part of API Gateway and of its authorizer.

A page in a browser must not be able to start a process here: a request for another host name or from another origin is
refused before anything of it is read, and a token is asked for.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from batchplane_local.functions.invocation import Invocation
from batchplane_local.functions.quiet import Quiet
from batchplane_local.gateway.asgi import (
    Disconnected,
    Receive,
    Scope,
    Send,
    answer,
    chunks,
    fail,
    header_of,
    headers_of,
    refuse,
)
from batchplane_local.gateway.http_event import HttpAnswer, HttpRequest
from batchplane_local.gateway.io_routes import IoRoutes
from batchplane_local.gateway.long_polls import LongPolls
from batchplane_local.links import PATH as LINKS_PATH
from batchplane_local.tokens import Tokens
from controlplane.edge.function import Handler
from controlplane.edge.problem import problem_of, to_answer
from controlplane.errors import TokenInvalid, Violation

log = logging.getLogger(__name__)

#: API Gateway's bound on a request's body, in bytes.
MAX_BODY_BYTES = 10 * 1024 * 1024
#: The one route whose bearer is a job's capability and no owner's token.
_CAPABILITY_PATH = "/runner/links"
#: The one that asks for no credential.
_OPEN_PATH = "/health"


class BodyTooLarge(Exception):
    """The body is longer than the gateway takes."""

    def __init__(self, length: int) -> None:
        super().__init__(length)
        self.length = length


class Gateway:
    """The ASGI application."""

    def __init__(
        self,
        *,
        url: str,
        serve_api: Handler,
        tokens: Tokens,
        io_routes: IoRoutes,
        long_polls: LongPolls,
        quiet: Quiet,
        clock: Callable[[], int],
    ) -> None:
        port = urlsplit(url).port
        self._hosts = frozenset(f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]"))
        self._serve_api = serve_api
        self._tokens = tokens
        self._io_routes = io_routes
        self._long_polls = long_polls
        self._quiet = quiet
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        hosts, origins = headers_of(scope, "host"), headers_of(scope, "origin")
        if len(hosts) != 1 or hosts[0] not in self._hosts:
            bound = f"one of {', '.join(sorted(self._hosts))}"
            violation = Violation(field="Host", bound=bound, value=", ".join(hosts) or None)
            await refuse(send, 421, title="Not this plane", detail=violation.detail, violation=violation)
        elif any(origin.removeprefix("http://") not in self._hosts for origin in origins):
            violation = Violation(field="Origin", bound="left out, or this plane's own", value=", ".join(origins))
            await refuse(send, 403, title="Not from another site", detail=violation.detail, violation=violation)
        elif scope["path"].startswith(LINKS_PATH):
            await self._io_routes(scope, receive, send)
        else:
            await self._invoke(scope, receive, send)

    async def _invoke(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body = await _body(scope, receive)
        except BodyTooLarge as error:
            violation = Violation(field="body", bound=f"at most {MAX_BODY_BYTES} bytes long", value=error.length)
            await refuse(send, 413, title="The body is too large", detail=violation.detail, violation=violation)
            return
        except Disconnected:
            return
        request = HttpRequest.from_scope(scope, body, at=self._clock())
        try:
            answered = await self._long_polls.answer(request, self._ask)
        except Exception as error:
            log.exception("serve_api failed")
            await fail(send, error)
        else:
            await answer(send, answered.status, answered.headers, answered.body)

    async def _ask(self, request: HttpRequest) -> HttpAnswer:
        """The function's answer.

        As in Lambda, an instance of a function serves one request at a time; Powertools relies on that. It does so in
        the event loop's own thread: another would serve no more of them, and each would wait for it to wake and hand
        its answer back (docs/decisions/0031-requests-first.md).
        """
        with self._quiet.disturbed():
            return self._serve(request)

    def _serve(self, request: HttpRequest) -> HttpAnswer:
        try:
            event = self._let_in(request)
        except TokenInvalid as error:  # on AWS the authorizer answers it
            return HttpAnswer.from_wire(to_answer(problem_of(error)))
        return HttpAnswer.from_wire(self._serve_api(event, Invocation.of("serve_api")))

    def _let_in(self, request: HttpRequest) -> dict[str, Any]:
        """The event, with whom the bearer token speaks for. It goes no further, unless it is a runner's capability.

        Raises TokenInvalid for a token that speaks for nobody, but where none is asked for.
        """
        if request.path == _CAPABILITY_PATH:
            return request.to_event(request.headers, owner=None)
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        is_token = scheme.lower() == "bearer" and token != ""
        owner = self._tokens.owner_of(token) if is_token else None
        if is_token and owner is None and request.path != _OPEN_PATH:
            raise TokenInvalid
        headers = {name: value for name, value in request.headers.items() if name != "authorization"}
        return request.to_event(headers, owner=owner)


async def _body(scope: Scope, receive: Receive) -> bytes:
    announced = header_of(scope, "content-length") or "0"
    if announced.isdecimal() and int(announced) > MAX_BODY_BYTES:
        raise BodyTooLarge(int(announced))
    body = bytearray()
    async for chunk in chunks(receive):
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise BodyTooLarge(len(body))
    return bytes(body)
