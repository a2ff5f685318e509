"""The route `POST /jobs/bulk`: many submissions in one request, answered one by one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, cast

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.openapi.params import Body
from pydantic import BaseModel, ConfigDict, Field, ValidationError, WrapValidator

from controlplane.accepting.acceptor import Accepted, Acceptor, Asked
from controlplane.edge.caller import CurrentCaller
from controlplane.edge.problem import problem_document
from controlplane.errors import MOST_VIOLATIONS, PlaneError, SubmissionInvalid
from controlplane.submissions.draft import Draft
from controlplane.submissions.submit_job_request import violation_of

BULK_PATH = "/jobs/bulk"
#: Most submissions of one request.
MOST_SUBMISSIONS = 100


class BulkSubmission(BaseModel):
    """One of many: what `POST /jobs` takes as its header and its body."""

    model_config = ConfigDict(extra="forbid")

    idempotencyKey: Annotated[str, Field(strict=True)] | None = None  # noqa: N815
    job: Draft


def _read(document: Any, validate: Callable[[Any], BulkSubmission]) -> Asked | SubmissionInvalid:
    """What was asked, or what is wrong with it: that stops no other."""
    try:
        read = validate(document)
    except ValidationError as error:
        found = error.errors(include_url=False)[:MOST_VIOLATIONS]
        return SubmissionInvalid(tuple(map(violation_of, found)))
    return Asked(draft=read.job, idempotency_key=read.idempotencyKey)


class BulkRequest(BaseModel):
    """Submissions, in the order in which they are to be answered."""

    model_config = ConfigDict(extra="forbid")

    submissions: Annotated[
        list[Annotated[BulkSubmission, WrapValidator(_read)]], Field(min_length=1, max_length=MOST_SUBMISSIONS)
    ]


def route_bulk_submissions(app: APIGatewayHttpResolver, acceptor: Acceptor, caller: CurrentCaller) -> None:
    """Add the route."""
    logger = Logger()

    @app.post(BULK_PATH, summary=f"Submit up to {MOST_SUBMISSIONS} jobs, answered one by one")
    def submit_all(request: Annotated[BulkRequest, Body()]) -> dict[str, Any]:
        known = caller()
        asked = cast("list[Asked | SubmissionInvalid]", request.submissions)  # as `_read` has made them
        answers = acceptor.accept_all(asked, caller=known)
        for each in answers:
            if isinstance(each, Exception) and not isinstance(each, PlaneError):
                logger.error("failed", exc_info=each)
        job_ids = [each.document["jobId"] for each in answers if isinstance(each, Accepted)]
        logger.info("accepted", job_ids=job_ids, asked=len(answers), owner=known.owner)
        return {"submissions": [_answer(each) for each in answers]}


def _answer(came_to: Accepted | Exception) -> dict[str, Any]:
    """What `POST /jobs` would have answered: its status and its document."""
    if isinstance(came_to, Accepted):
        return {"status": 202 if came_to.is_new else 200, "job": came_to.document}
    document = problem_document(came_to)
    return {"status": document["status"], "problem": document}
