"""The route of `edge/routes/bulk_submissions.py`, described."""

from __future__ import annotations

from typing import Annotated, NotRequired, TypedDict

from msgspec import Meta

from controlplane.edge.openapi.job import ACCEPTED, Job
from controlplane.edge.openapi.operation import Answer, Operation, Operations
from controlplane.edge.openapi.problems import Problem
from controlplane.edge.problem import problem_document
from controlplane.errors import SubmissionConflict


class SubmissionOutcome(TypedDict):
    """What POST /jobs would have answered to one submission."""

    status: Annotated[int, Meta(description="202 where it is accepted, 200 where it was before; else the problem's.")]
    job: NotRequired[Job]
    problem: NotRequired[Problem]


class BulkOutcome(TypedDict):
    """What each came to, in their order."""

    submissions: list[SubmissionOutcome]


_OUTCOMES = [{"status": 202, "job": ACCEPTED}, {"status": 409, "problem": problem_document(SubmissionConflict())}]

OPERATIONS: Operations = {
    "POST /jobs/bulk": Operation(
        id="submitJobs",
        tag="Jobs",
        answers={
            200: Answer(description="Each by itself", type=BulkOutcome, example={"submissions": _OUTCOMES}),
        },
        requests={
            "Two, each with its key": {
                "submissions": [
                    {"idempotencyKey": f"night-7-{n}", "job": {"jobName": f"part-{n}", "command": ["./work", str(n)]}}
                    for n in range(2)
                ]
            },
        },
    ),
}
