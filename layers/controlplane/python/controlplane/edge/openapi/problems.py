"""The problem documents of a route, each with an example that the plane itself has written. Does no I/O."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Annotated, Any, NotRequired, TypedDict

from msgspec import Meta

from controlplane.edge.openapi.operation import Credential, Operation
from controlplane.edge.problem import problem_of
from controlplane.errors import (
    BatchRefused,
    BatchUnavailable,
    NotAnOperator,
    NotAuthorized,
    NotYet,
    PlaneError,
    QuotaExceeded,
    StoreUnavailable,
    SubmissionInvalid,
    TokenInvalid,
    Violation,
)


class BrokenBound(TypedDict):
    """One bound that one field of a request breaks."""

    field: Annotated[str, Meta(description="Where it stands in the request, dotted; or a parameter's name.")]
    bound: Annotated[str, Meta(description="What it must be.")]
    value: Annotated[Any, Meta(description="What was given, cut where it is long; null where nothing was.")]
    detail: Annotated[str, Meta(description="Both as a sentence.")]


class Problem(TypedDict):
    """Why a request was not served: a problem document, https://www.rfc-editor.org/rfc/rfc9457."""

    type: Annotated[str, Meta(description="Which problem: a name for programs.")]
    title: Annotated[str, Meta(description="The same for people, in a few words.")]
    status: Annotated[int, Meta(description="The HTTP status.")]
    detail: Annotated[str, Meta(description="What is wrong this time, and what to do.")]
    retryAfter: NotRequired[Annotated[int, Meta(description="When to come back, in seconds, where that is known.")]]
    errors: NotRequired[Annotated[list[BrokenBound], Meta(description="Every broken bound, at most twenty.")]]


class GatewayMessage(TypedDict):
    """What API Gateway says itself, on AWS, of a request that the plane has not seen."""

    message: str


#: What each status says, whatever the route.
_WORDS = {
    400: "A bound is broken: each is named with its field, the bound and the value.",
    401: "A credential is needed; or the one that was given opens nothing: `TokenInvalid`.",
    403: "Only operators may do this, or nobody here; on AWS also API Gateway's answer to a wrong signature.",
    404: "There is no such thing of yours.",
    409: "It does not go with what the plane has.",
    413: "The body is larger than 10 MB.",
    415: "The body is not said to be JSON.",
    422: "AWS Batch refused, in its words.",
    429: "Too much at once: ask again later. On AWS also API Gateway's answer when it throttles.",
    500: "A fault of the plane; its log says more.",
    503: "Not now: ask again after Retry-After seconds.",
}
_FROM_API_GATEWAY = frozenset({403, 413, 429, 503})
_RETRY_AFTER = {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer", "minimum": 0}}}
_CHALLENGE = {
    "WWW-Authenticate": {
        "description": 'Of a token that opens nothing `Bearer error="invalid_token"`.',
        "schema": {"type": "string"},
    }
}
#: Errors whose example wants words.
_EXAMPLES: tuple[PlaneError, ...] = (
    SubmissionInvalid((Violation(field="limit", bound="less than or equal to 100", value=1000),)),
    NotAnOperator("user/ada"),
    BatchRefused("Job definition test-runner:3 is not in ACTIVE status."),
    QuotaExceeded("jobs", bound=100, value=101, retry_after=10),
    BatchUnavailable("Too Many Requests"),
    StoreUnavailable("Amazon DynamoDB", "ThrottlingException"),
    NotYet("Job j5os3k7a9c1v8e2m4q6t0u2b1d is being submitted at this moment: ask again."),
)


def responses(operation: Operation, *, has_body: bool) -> dict[str, Any]:
    """The `responses` of a route that tell of problems, by status."""
    kinds: list[type[PlaneError]] = [SubmissionInvalid, *operation.problems]
    bare = {429, 500} | ({413, 415} if has_body else set())
    if operation.credential is not Credential.NONE:
        kinds += (NotAuthorized, TokenInvalid, StoreUnavailable)
        bare.add(403)
    examples: dict[int, dict[str, Any]] = {status: {} for status in bare}
    for kind in kinds:
        document = _example(kind)
        examples.setdefault(document["status"], {})[kind.__name__] = {"summary": document["title"], "value": document}
    return {str(status): _response(status, examples[status]) for status in sorted(examples)}


def _example(kind: type[PlaneError]) -> dict[str, Any]:
    error = next((each for each in _EXAMPLES if type(each) is kind), None) or kind()
    return dict(json.loads(problem_of(error).body or ""))


def _response(status: int, examples: dict[str, Any]) -> dict[str, Any]:
    media = {"schema": _schema(Problem)} | ({"examples": examples} if examples else {})
    content = {"application/problem+json": media}
    if status in _FROM_API_GATEWAY:
        content["application/json"] = {"schema": _schema(GatewayMessage)}
    headers = {429: _RETRY_AFTER, 503: _RETRY_AFTER, 401: _CHALLENGE}.get(status)
    return {"description": _WORDS[status], "content": content} | ({"headers": headers} if headers else {})


def _schema(answer: type) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{answer.__name__}"}


#: What is described here beside the answers of the routes.
TYPES: Iterable[type] = (Problem, GatewayMessage)
