"""What every route answers to a request that it can't serve: each error as a problem document."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.middlewares import NextMiddleware
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError

from controlplane.edge.json_body import not_json
from controlplane.edge.known import methods_of, unknown_parameters
from controlplane.edge.problem import problem, problem_of
from controlplane.errors import MOST_VIOLATIONS, PlaneError, SubmissionInvalid, Violation
from controlplane.submissions.submit_job_request import violation_of

#: Where a field may stand, as the findings of a broken bound begin.
_PLACES = frozenset({"body", "header", "path", "query"})

#: What a body's headers may say, beside a type's parameters: that it is JSON, and not packed.
_CONTENT = {"Content-Type": "application/json", "Content-Encoding": "identity"}


def route_refusals(app: APIGatewayHttpResolver) -> None:
    """Answer every error of every route, and what no route is for."""
    logger = Logger()

    def invalid(error: RequestValidationError) -> Response[str]:
        found = tuple(violation_of(_as_written(each)) for each in error.errors()[:MOST_VIOLATIONS])
        return problem_of(SubmissionInvalid((*found, *unknown_parameters(app))))

    def undecodable(error: UnicodeDecodeError) -> Response[str]:
        return problem_of(not_json(f"not UTF-8: {error.reason}"))

    def unexpected(error: Exception) -> Response[str]:
        logger.exception("failed")
        return problem_of(error)

    def no_route(error: Exception) -> Response[str]:
        event = app.current_event
        methods = methods_of(app, event.path)
        if not methods:
            return problem(404, title="No such route", detail=f"There is no {event.path} here.")
        allowed = ", ".join(methods)
        bound = Violation(field="method", bound=f"one of {allowed}", value=event.http_method)
        answer = problem(405, title="No such method", detail=f"Of {event.path}, {bound.detail}", violations=[bound])
        answer.headers["Allow"] = allowed
        return answer

    app.use([_only_known_parameters])
    app.exception_handler(PlaneError)(problem_of)
    app.exception_handler(RequestValidationError)(invalid)
    app.exception_handler(UnicodeDecodeError)(undecodable)
    app.exception_handler(Exception)(unexpected)
    app.not_found(no_route)


def other_content(event: Mapping[str, Any]) -> Response[str] | None:
    """What is answered to a body that is something else than JSON as it is; None where nothing is wrong.

    Powertools would read forms too, fails on some of them, and knows a type in lower case alone.
    """
    headers = event.get("headers", {})
    if not event.get("body") and event["requestContext"]["http"]["method"] != "POST":
        return None
    for name, taken in _CONTENT.items():
        given = str(headers.get(name.lower(), taken))
        if given.partition(";")[0].strip() != taken:
            bound = Violation(field=name, bound=taken, value=given)
            return problem(415, title="The body is not JSON", detail=bound.detail, violations=[bound])
    return None


def _only_known_parameters(app: APIGatewayHttpResolver, following: NextMiddleware) -> Response[Any]:
    unknown = unknown_parameters(app)
    if unknown:
        raise SubmissionInvalid(unknown)
    return following(app)


def _as_written(error: Any) -> Any:
    """Name a field as the caller wrote it, without the word before it for where it stands: `body`, `query`, `path`."""
    place = tuple(error["loc"])
    return {**error, "loc": place[1:] if len(place) > 1 and place[0] in _PLACES else place}
