"""The HTTPS API: API Gateway's HTTP API events in, documents out. Each route parses, makes one call, renders.

https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestUnsupportedContentType, RequestValidationError
from aws_lambda_powertools.event_handler.openapi.params import Body, Header, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from controlplane.acceptor import Acceptor
from controlplane.canceller import Canceller
from controlplane.dead_letters import Replayer
from controlplane.draft import Draft
from controlplane.edge.dead_letters import route_dead_letters
from controlplane.edge.function import Handler
from controlplane.edge.job_ending import route_job_ending
from controlplane.edge.job_list import route_job_list
from controlplane.edge.job_log import route_job_log
from controlplane.edge.job_wait import route_job_wait
from controlplane.edge.owner import bearer_of, owner_of
from controlplane.edge.problem import problem, problem_of, to_answer
from controlplane.errors import NotAuthorized, PlaneError, SubmissionInvalid, Violation
from controlplane.io_bucket import Link
from controlplane.job import Status
from controlplane.lender import Lender, Upload
from controlplane.owned_jobs import OwnedJobs
from controlplane.plane import Plane
from controlplane.submit_job_request import violation_of
from controlplane.viewer import PAGE_LIMIT, Viewer
from controlplane.waiter import Waiter

#: Most broken bounds that one answer names.
MAX_VIOLATIONS = 20
#: Most characters of a body: more than any document that is taken.
MAX_BODY_CHARACTERS = 1024 * 1024
#: Where a field may stand, as the findings of a broken bound begin.
_PLACES = frozenset({"body", "header", "path", "query"})
Limit = Annotated[int, Query(ge=1, le=PAGE_LIMIT)]
Index = Annotated[int, Path(ge=0, lt=10_000)]


class UploadRequest(BaseModel):
    """A file that is about to be sent."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: str
    size: int
    sha256: str


class RunnerLinksRequest(BaseModel):
    """What a runner asks for: its inputs, and links for the outputs it announces."""

    model_config = ConfigDict(extra="forbid", strict=True)

    jobId: str  # noqa: N815 - the wire's own word
    index: Annotated[int, Field(ge=0, lt=10_000)] | None = None
    uploads: Annotated[list[UploadRequest], Field(max_length=1000)] = []


def serve(plane: Plane) -> Handler:
    """The handler of every route."""
    app = APIGatewayHttpResolver(enable_validation=True, json_body_deserializer=_decode)
    _route_errors(app)
    _route_plane(app)
    _route_submissions(
        app,
        Acceptor(deployment=plane.deployment, records=plane.records, submissions=plane.submissions, clock=plane.clock),
    )
    jobs = OwnedJobs(records=plane.records)
    viewer = Viewer(
        deployment=plane.deployment, records=plane.records, jobs=jobs, logs=plane.logs, io_bucket=plane.io_bucket
    )
    route_job_list(app, viewer)
    _route_jobs(app, viewer)
    route_job_log(app, viewer)
    route_job_wait(app, Waiter(records=plane.records, jobs=jobs, viewer=viewer, clock=plane.clock, sleep=plane.sleep))
    route_job_ending(app, _canceller(plane, jobs))
    _route_links(app, Lender(records=plane.records, io_bucket=plane.io_bucket))
    route_dead_letters(app, Replayer(deployment=plane.deployment, queues=plane.dead_letter_queues, clock=plane.clock))

    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        try:
            _let_in(event)
        except NotAuthorized as error:
            return to_answer(problem_of(error))
        return app.resolve(event, context)

    return handler


def _canceller(plane: Plane, jobs: OwnedJobs) -> Canceller:
    return Canceller(
        deployment=plane.deployment,
        records=plane.records,
        jobs=jobs,
        batch=plane.batch,
        clock=plane.clock,
        settle_milliseconds=plane.settle_milliseconds,
    )


def _let_in(event: dict[str, Any]) -> None:
    """Ask for a credential before anything of the body is read. Raises NotAuthorized."""
    path = event.get("rawPath")
    if path == "/runner/links":
        bearer_of(event)
    elif path != "/health":
        owner_of(event)


def _route_submissions(app: APIGatewayHttpResolver, acceptor: Acceptor) -> None:
    logger = Logger()

    @app.post("/jobs", summary="Submit a job", responses={202: {"description": "Accepted, and kept"}})
    def submit(
        draft: Annotated[Draft, Body()],
        idempotency_key: Annotated[str | None, Header(alias="Idempotency-Key")] = None,
    ) -> Response[dict[str, Any]]:
        owner = owner_of(app.current_event.raw_event)
        document, is_new = acceptor.accept(draft, owner=owner, idempotency_key=idempotency_key)
        logger.info("accepted" if is_new else "accepted before", job_id=document["jobId"], owner=owner)
        return _answer(202 if is_new else 200, document)


def _route_plane(app: APIGatewayHttpResolver) -> None:
    @app.get("/health", summary="Whether the API answers")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/openapi.json", summary="This API, described", include_in_schema=False)
    def openapi() -> Response[str]:
        owner_of(app.current_event.raw_event)
        schema = app.get_openapi_json_schema(title="Batchplane", version="1", description=__doc__)
        return Response(status_code=200, content_type="application/json", body=schema)


def _route_jobs(app: APIGatewayHttpResolver, viewer: Viewer) -> None:
    def owner() -> str:
        return owner_of(app.current_event.raw_event)

    @app.get("/jobs/<job_id>", summary="Describe a job")
    def describe(job_id: str) -> dict[str, Any]:
        return viewer.describe(job_id, owner=owner())

    @app.get("/jobs/<job_id>/children", summary="List the children of an array job")
    def children(
        job_id: str,
        first: Annotated[int, Query(ge=0, lt=10_000)] = 0,
        limit: Limit = PAGE_LIMIT,
        status: Annotated[list[Status], Query()] = [],  # noqa: B006 - Powertools takes it for the default, and copies
    ) -> dict[str, Any]:
        return viewer.children(job_id, owner=owner(), first=first, limit=limit, statuses=frozenset(status))

    @app.get("/jobs/<job_id>/children/<index>", summary="Describe a child of an array job")
    def child(job_id: str, index: Index) -> dict[str, Any]:
        return viewer.describe(job_id, owner=owner(), index=index)

    @app.get("/jobs/<job_id>/outputs", summary="List what a job has left in the IOBucket")
    def outputs(job_id: str) -> dict[str, Any]:
        return {"outputs": viewer.outputs(job_id, owner=owner())}


def _route_links(app: APIGatewayHttpResolver, lender: Lender) -> None:
    @app.post("/uploads", summary="Announce an input file, and get a link that stores it")
    def upload(request: Annotated[UploadRequest, Body()]) -> Response[dict[str, Any]]:
        owner = owner_of(app.current_event.raw_event)
        key, link = lender.lend_upload(_upload(request), owner=owner)
        return _answer(201, {"key": key, **_link(link)})

    @app.post("/runner/links", summary="A runner's links to its own job's inputs and outputs")
    def runner_links(request: Annotated[RunnerLinksRequest, Body()]) -> dict[str, Any]:
        links = lender.lend_to_runner(
            job_id=request.jobId,
            index=request.index,
            capability=bearer_of(app.current_event.raw_event),
            uploads=[_upload(each) for each in request.uploads],
        )
        return {
            "inputs": [{"name": name, "url": link.url} for name, link in links.inputs],
            "uploads": [{"name": name, **_link(link)} for name, link in links.uploads],
        }


def _route_errors(app: APIGatewayHttpResolver) -> None:
    logger = Logger()

    def invalid(error: RequestValidationError) -> Response[str]:
        found = error.errors()[:MAX_VIOLATIONS]
        return problem_of(SubmissionInvalid(tuple(violation_of(_as_written(each)) for each in found)))

    def not_json(error: RequestUnsupportedContentType) -> Response[str]:
        given = app.current_event.headers.get("content-type")
        bound = Violation(field="Content-Type", bound="application/json", value=given)
        return problem(415, title="The body is not JSON", detail=bound.detail, violations=[bound])

    def undecodable(error: UnicodeDecodeError) -> Response[str]:
        return problem_of(_not_json(f"not UTF-8: {error.reason}"))

    def unexpected(error: Exception) -> Response[str]:
        logger.exception("failed")
        return problem(500, title="The plane failed", detail="The plane failed; its log says more.")

    def no_route(error: Exception) -> Response[str]:
        event = app.current_event
        return problem(404, title="No such route", detail=f"There is no {event.http_method} {event.path} here.")

    app.exception_handler(PlaneError)(problem_of)
    app.exception_handler(RequestValidationError)(invalid)
    app.exception_handler(RequestUnsupportedContentType)(not_json)
    app.exception_handler(UnicodeDecodeError)(undecodable)
    app.exception_handler(Exception)(unexpected)
    app.not_found(no_route)


def _decode(body: str) -> Any:
    if len(body) > MAX_BODY_CHARACTERS:
        bound = f"at most {MAX_BODY_CHARACTERS} characters long"
        raise SubmissionInvalid((Violation(field="body", bound=bound, value=len(body)),))
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        raise _not_json(str(error)) from error


def _not_json(words: str) -> SubmissionInvalid:
    return SubmissionInvalid((Violation(field="body", bound="JSON in UTF-8", value=words),))


def _as_written(error: Any) -> Any:
    """Name a field as the caller wrote it, without the word before it for where it stands: `body`, `query`, `path`."""
    place = tuple(error["loc"])
    return {**error, "loc": place[1:] if len(place) > 1 and place[0] in _PLACES else place}


def _upload(request: UploadRequest) -> Upload:
    return Upload(name=request.name, size=request.size, sha256=request.sha256)


def _link(link: Link) -> dict[str, Any]:
    return {"url": link.url, "method": link.method, "headers": dict(link.headers)}


def _answer(status: int, document: dict[str, Any]) -> Response[dict[str, Any]]:
    return Response(status_code=status, content_type="application/json", body=document)
