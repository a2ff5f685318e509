"""An HTTP request as API Gateway's HTTP API hands it to a function, payload format 2.0. Decides nothing.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, unquote

from batchplane_local.gateway.asgi import Scope

#: AWS's own name of the stage whose name stands in no path.
_STAGE = "$default"


@dataclass(frozen=True, kw_only=True)
class HttpRequest:
    """One request, read whole."""

    method: str
    #: As it was sent, still quoted.
    path: str
    query: str
    #: Names in lower case; several of one name are joined by commas, as API Gateway does.
    headers: dict[str, str]
    body: bytes
    source_ip: str
    #: Epoch milliseconds.
    at: int

    @classmethod
    def from_scope(cls, scope: Scope, body: bytes, *, at: int) -> HttpRequest:
        """Read it from what ASGI tells."""
        headers = ((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"])
        return cls(
            method=scope["method"],
            path=scope["raw_path"].decode("latin-1"),
            query=scope["query_string"].decode("latin-1"),
            headers=_joined(headers),
            body=body,
            source_ip=(scope.get("client") or ("",))[0],
            at=at,
        )

    def to_event(self, headers: Mapping[str, str], *, owner: str | None) -> dict[str, Any]:
        """The event, with these of its headers. The authorizer's finding stands in it only where there is one."""
        text, is_base64 = _text(self.body)
        return {
            "version": "2.0",
            "routeKey": _STAGE,
            "rawPath": unquote(self.path),
            "rawQueryString": self.query,
            "headers": headers,
            "queryStringParameters": _joined(parse_qsl(self.query, keep_blank_values=True)),
            "requestContext": self._context(owner),
            "body": text,
            "isBase64Encoded": is_base64,
        }

    def _context(self, owner: str | None) -> dict[str, Any]:
        context: dict[str, Any] = {
            "accountId": "anonymous",
            "apiId": "local",
            "domainName": self.headers.get("host", ""),
            "http": {
                "method": self.method,
                "path": unquote(self.path),
                "protocol": "HTTP/1.1",
                "sourceIp": self.source_ip,
                "userAgent": self.headers.get("user-agent", ""),
            },
            "requestId": secrets.token_hex(8),
            "routeKey": _STAGE,
            "stage": _STAGE,
            "time": datetime.fromtimestamp(self.at / 1000, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "timeEpoch": self.at,
        }
        if owner is not None:
            context["authorizer"] = {"jwt": {"claims": {"sub": owner}, "scopes": None}}
        return context


@dataclass(frozen=True, kw_only=True)
class HttpAnswer:
    """What a function answers."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @classmethod
    def from_wire(cls, document: dict[str, Any]) -> HttpAnswer:
        """Read a function's answer in format 2.0."""
        body = document.get("body") or ""
        headers = document.get("headers") or {}
        return cls(
            status=document["statusCode"],
            headers=tuple((name, str(value)) for name, value in headers.items() if name.lower() != "content-length"),
            body=base64.b64decode(body) if document.get("isBase64Encoded") else body.encode(),
        )


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in pairs:
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined


def _text(body: bytes) -> tuple[str, bool]:
    """A body as JSON can carry it, and whether that took base64."""
    try:
        return body.decode(), False
    except UnicodeDecodeError:
        return base64.b64encode(body).decode(), True
