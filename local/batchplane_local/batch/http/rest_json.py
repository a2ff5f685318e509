"""AWS Batch's protocol, rest-json: which operation a request is for, and what it asks. Pure; calls nothing.

Paths and places of members come from botocore's model of the service.
https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, unquote

from botocore.model import OperationModel, Shape

from batchplane_local.batch.http.exchange import Rejected, Request
from batchplane_local.batch.http.json_body import json_object
from batchplane_local.batch.service_model import operations

#: A member in a path, `{resourceArn}`. It may hold slashes: not every client encodes those of an ARN.
_MEMBER = re.compile(r"\{(\w+)\+?\}")


class _Route:
    """The way to an operation with members outside of the body."""

    def __init__(self, operation: OperationModel) -> None:
        self.operation = operation.name
        self.method: str = operation.http["method"]
        self.pattern = _pattern(operation)
        self.located = _located(operation)


class RestJson:
    """Requests to AWS Batch."""

    service = "batch"
    content_type = "application/json"
    #: Kinds of error: a request of the wrong shape; a failure of ours.
    invalid = "ClientException"
    broken = "ServerException"
    #: HTTP status of a request that is not signed as it must be.
    unauthenticated = 403

    def __init__(self) -> None:
        #: By method and path; all but a few paths have no members in them, and are found without trying each.
        self._plain = {(each.http["method"], each.http["requestUri"]): each.name for each in operations("batch")}
        self._routes = [_Route(each) for each in operations("batch") if _located(each)]

    def called(self, request: Request) -> tuple[str, dict[str, Any]]:
        """The operation's name and its parameters. Raises Rejected for a path that has none."""
        plain = self._plain.get((request.method, request.path))
        if plain is not None:
            return plain, json_object(request.body)
        for route in self._routes:
            if route.method == request.method and (match := route.pattern.fullmatch(request.path)):
                return route.operation, _parameters(route, request, match.groupdict())
        words = f"AWS Batch has no operation {request.method} {unquote(request.path)}."
        raise Rejected("UnknownOperationException", words, status=404)

    def error(self, kind: str, words: str) -> dict[str, str]:
        """The body of an error; its kind stands in the header."""
        return {"message": words}


def _pattern(operation: OperationModel) -> re.Pattern[str]:
    """What the path of an operation's requests looks like, with a group for each member in it, empty ones too."""
    # Literal text and names of members alternate.
    pieces = _MEMBER.split(operation.http["requestUri"])
    members = [f"(?P<{name}>.*)" for name in pieces[1::2]]
    literals = [re.escape(piece) for piece in pieces[::2]]
    return re.compile(literals[0] + "".join(map("".join, zip(members, literals[1:], strict=True))))


def _located(operation: OperationModel) -> Mapping[str, Shape]:
    """The members of a request that don't stand in its body."""
    members = operation.input_shape.members if operation.input_shape else {}
    return {member: shape for member, shape in members.items() if "location" in shape.serialization}


def _parameters(route: _Route, request: Request, in_path: Mapping[str, str]) -> dict[str, Any]:
    """Body, path and query together; Batch's members outside of the body are strings and lists of strings."""
    parameters = json_object(request.body)
    query = parse_qs(request.query, keep_blank_values=True)
    for member, shape in route.located.items():
        name = shape.serialization.get("name", member)
        match shape.serialization["location"]:
            case "uri":
                parameters[member] = unquote(in_path[name])
            case "querystring" if name in query:
                parameters[member] = query[name] if shape.type_name == "list" else query[name][-1]
    return parameters
