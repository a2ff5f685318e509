"""The OpenAPI document: parameters and bodies from the routes, the rest from the modules beside this one. Does no I/O.

https://spec.openapis.org/oas/v3.1.0
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

from controlplane.edge.openapi import (
    bulk_submissions,
    dead_letters,
    definitions,
    job_deletion,
    job_ending,
    job_files,
    job_history,
    job_list,
    job_log,
    job_nodes,
    job_rerun,
    job_wait,
    jobs,
    links,
    plane,
    queues,
    selection,
    submissions,
)
from controlplane.edge.openapi.operation import Answer, Operation, Operations, Reads
from controlplane.edge.openapi.parameters import described
from controlplane.edge.openapi.problems import TYPES as PROBLEM_TYPES
from controlplane.edge.openapi.problems import responses
from controlplane.edge.openapi.requests import meant
from controlplane.edge.openapi.schemas import components_of, schema_of

#: In the order that a reader meets them.
OPERATIONS: Operations = {
    **submissions.OPERATIONS,
    **bulk_submissions.OPERATIONS,
    **job_list.OPERATIONS,
    **jobs.OPERATIONS,
    **job_wait.OPERATIONS,
    **job_history.OPERATIONS,
    **job_log.OPERATIONS,
    **job_files.OPERATIONS,
    **job_nodes.OPERATIONS,
    **job_ending.OPERATIONS,
    **job_rerun.OPERATIONS,
    **queues.OPERATIONS,
    **selection.OPERATIONS,
    **job_deletion.OPERATIONS,
    **definitions.OPERATIONS,
    **links.OPERATIONS,
    **dead_letters.OPERATIONS,
    **plane.OPERATIONS,
}
TAGS = {
    "Jobs": "Submit, list, watch and end them.",
    "Children": "Of array jobs, one by one.",
    "Nodes": "Of multi-node parallel jobs, one by one.",
    "Queues": "Where jobs wait for room.",
    "Definitions": "What jobs may be.",
    "Files": "Inputs and outputs, which travel by links and not through the API.",
    "Operating": "For operators.",
    "Plane": "The plane itself.",
}
_DESCRIPTION = """A control plane for AWS Batch. JSON in and out, Batch's own words, times in epoch milliseconds.

A job belongs to who submitted it, as the credential says; another owner's job does not exist (404). A method that a
path does not have is answered 405 with `Allow`, and a query parameter that it does not know 400."""
SECURITY_SCHEMES = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "The token of the plane on one machine; on AWS a JWT, where the deployment has an issuer.",
    },
    "sigV4": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "x-amazon-apigateway-authtype": "awsSigv4",
        "description": "On AWS: AWS Signature Version 4, service `execute-api`.",
    },
    "capability": {
        "type": "http",
        "scheme": "bearer",
        "description": "What the plane gave to one job, as BATCHPLANE_CAPABILITY; dead when the job has ended.",
    },
}
#: Powertools' own words for what the plane answers as problem documents.
_NOT_OURS = frozenset({"HTTPValidationError", "ValidationError", "ResponseValidationError"})


_CAMEL = re.compile("_([a-z])")


def describe(app: APIGatewayHttpResolver) -> dict[str, Any]:
    """The document of an app's routes. Raises KeyError for a route that no module here tells of."""
    read = json.loads(app.get_openapi_json_schema(title="Batchplane", version="1", description=_DESCRIPTION))
    routes = {
        f"{method.upper()} {_camel(path)}": route
        for path, by_method in read["paths"].items()
        for method, route in by_method.items()
    }
    untold = routes.keys() - OPERATIONS.keys()
    if untold:
        raise KeyError(f"no module of edge/openapi tells of {', '.join(sorted(untold))}")
    paths: dict[str, dict[str, Any]] = {}
    for name in filter(routes.__contains__, OPERATIONS):
        method, path = name.split()
        paths.setdefault(path, {})[method.lower()] = _route(routes[name], OPERATIONS[name])
    types = [answer.type for operation in OPERATIONS.values() for answer in operation.answers.values()]
    schemas = components_of((*types, *PROBLEM_TYPES)) | {
        name: meant(name, schema) for name, schema in read["components"]["schemas"].items() if name not in _NOT_OURS
    }
    return {
        **read,
        "tags": [{"name": name, "description": words} for name, words in TAGS.items()],
        "paths": paths,
        "components": {"schemas": dict(sorted(schemas.items())), "securitySchemes": SECURITY_SCHEMES},
    }


def _route(read: Mapping[str, Any], operation: Operation) -> dict[str, Any]:
    """One route: what Powertools read of it, and what the operation says beside."""
    read = {**read, **_read_by_itself(operation.reads)} if operation.reads else read
    body = read.get("requestBody")
    answers = {str(status): _answer(answer) for status, answer in operation.answers.items()}
    route = {
        "operationId": operation.id,
        "tags": [operation.tag],
        "summary": read["summary"],
        "security": [{scheme: []} for scheme in operation.credential.value],
        "parameters": [described(each | {"name": _camel(each["name"])}) for each in read.get("parameters", ())],
        "responses": answers | responses(operation, has_body=body is not None),
    }
    return route | ({"requestBody": _body(body, operation)} if body else {})


def _read_by_itself(reads: Reads) -> dict[str, Any]:
    """The same that Powertools would have read."""
    headers = [
        {"name": name, "in": "header", "required": False, "schema": {"type": "string"}} for name in reads.headers
    ]
    media = {"schema": {"$ref": f"#/components/schemas/{reads.body}"}}
    return {"parameters": headers, "requestBody": {"content": {"application/json": media}}}


def _body(read: Mapping[str, Any], operation: Operation) -> dict[str, Any]:
    examples = {title: {"value": value} for title, value in operation.requests.items()}
    (media,) = read["content"].values()
    return {"required": True, "content": {"application/json": {"schema": media["schema"], "examples": examples}}}


def _answer(answer: Answer) -> dict[str, Any]:
    media = {"schema": schema_of(answer.type), "example": answer.example}
    return {"description": answer.description, "content": {"application/json": media}}


def _camel(name: str) -> str:
    """A name or path as it stands on the wire: `job_id` is `jobId`."""
    return _CAMEL.sub(lambda letter: letter[1].upper(), name)
