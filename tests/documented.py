"""Holds every answer that a test sees to /openapi.json: route, status, kind of content, and each member of the body.

The document lets members be added; a test must not see one that the document does not tell of.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import jsonschema_rs

from controlplane.edge.function import Handler

_PROBLEM = {"$ref": "#/components/schemas/Problem"}


class Description:
    """One /openapi.json."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._components = closed(document["components"])
        self._routes = {
            (method.upper(), re.compile(re.sub(r"{\w+}", "[^/]+", path))): (path, route)
            for path, by_method in document["paths"].items()
            for method, route in by_method.items()
        }

    def hold(self, method: str, path: str, *, status: int, content_type: str, body: Any) -> None:
        """Fail where an answer is not as it is documented."""
        template, schema = self._schema(method, path, status, content_type)
        wrong = [f"{error.instance_path}: {error.message}" for error in self._validator(schema).iter_errors(body)]
        assert [] == wrong, f"{method} {template} {status}"

    def _schema(self, method: str, path: str, status: int, content_type: str) -> tuple[str, str]:
        # A template of fewer parameters is the nearer one: /jobs/{jobId}/log is no child.
        found = [route for (each, shape), route in self._routes.items() if each == method and shape.fullmatch(path)]
        if not found:
            assert status in (401, 404, 405), f"{method} {path} is not documented"
            return path, json.dumps(_PROBLEM)
        template, route = min(found, key=lambda each: each[0].count("{"))
        responses = route["responses"]
        assert str(status) in responses, f"{method} {template} answers {status}, which is not documented"
        content = responses[str(status)]["content"]
        assert content_type in content, f"{method} {template} answers {status} as {content_type}: not documented"
        return template, json.dumps(closed(content[content_type]["schema"]))

    @cache  # noqa: B019 - there is one description for a process
    def _validator(self, schema: str) -> jsonschema_rs.Draft202012Validator:
        return jsonschema_rs.Draft202012Validator(json.loads(schema) | {"components": self._components})


def closed(schema: Any) -> Any:
    """A schema whose objects have no other members than those it tells of."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {name: closed(member) for name, member in schema.items()}
    return {"additionalProperties": False} | inner if "properties" in schema else inner


def documented(handler: Handler) -> Handler:
    """The same handler, whose every answer is held to its own description."""

    def held(event: dict[str, Any], context: Any) -> Any:
        answer = handler(event, context)
        http = event["requestContext"]["http"]
        description(handler).hold(
            http["method"],
            event["rawPath"],
            status=answer["statusCode"],
            content_type=content_type_of(answer),
            body=json.loads(answer["body"]),
        )
        return answer

    return held


def content_type_of(answer: Mapping[str, Any]) -> str:
    """Of a function's answer."""
    headers = {name.lower(): value for name, value in answer.get("headers", {}).items()}
    single = headers.get("content-type") or answer.get("multiValueHeaders", {}).get("Content-Type", [""])[0]
    return str(single)


_descriptions: dict[str, Description] = {}


def description(handler: Handler) -> Description:
    """What the API says of itself, whichever plane is asked: it is read once."""
    if "read" not in _descriptions:
        _descriptions["read"] = Description(read(handler))
    return _descriptions["read"]


def read(handler: Handler) -> dict[str, Any]:
    """The document that a handler answers."""
    event = {
        "version": "2.0",
        "rawPath": "/openapi.json",
        "rawQueryString": "",
        "headers": {},
        "requestContext": {
            "http": {"method": "GET", "path": "/openapi.json"},
            "stage": "$default",
            "authorizer": {"jwt": {"claims": {"sub": "ada"}}},
        },
        "isBase64Encoded": False,
    }
    return dict(json.loads(handler(event, None)["body"]))
