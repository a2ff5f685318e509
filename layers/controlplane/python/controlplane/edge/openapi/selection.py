"""The routes of `edge/routes/selection.py`, described."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired, TypedDict

from msgspec import Meta

from controlplane.edge.openapi.job import ACCEPTED, EpochMilliseconds, Job
from controlplane.edge.openapi.operation import Answer, Operation, Operations
from controlplane.edge.openapi.problems import Problem


class SelectedJob(TypedDict):
    """A job that is to end: with what came of it, unless in a dry run."""

    jobId: str
    job: NotRequired[Annotated[Job, Meta(description="Left out where there is no such job.")]]
    cameTo: NotRequired[Literal["asked", "withdrawn", "over", "refused"]]
    asked: NotRequired[Literal["CancelJob", "TerminateJob"] | None]
    detail: NotRequired[Annotated[str, Meta(description="What came of it, in words.")]]
    problem: NotRequired[Annotated[Problem, Meta(description="Why it was refused.")]]


class CameTo(TypedDict):
    """How many jobs of this page came to what."""

    asked: Annotated[int, Meta(description="AWS Batch was asked.")]
    withdrawn: Annotated[int, Meta(description="They have ended: AWS Batch never had them.")]
    over: Annotated[int, Meta(description="They had ended already.")]
    refused: Annotated[int, Meta(description="They have problems that say why.")]


class SelectedJobs(TypedDict):
    """Some of the jobs that are to end: of a selection newest first, of ids in their order."""

    dryRun: Annotated[bool, Meta(description="True where nothing was asked of any.")]
    createdBefore: Annotated[
        EpochMilliseconds | None,
        Meta(description="To be sent with the next request: the same jobs. Null where jobIds were sent."),
    ]
    jobs: list[SelectedJob]
    counts: Annotated[CameTo, Meta(description="All 0 in a dry run.")]
    cursor: Annotated[
        str | None,
        Meta(description="To go on with; null at the end. Of jobIds the first that there was no time for."),
    ]


_PAGE = {
    "dryRun": True,
    "createdBefore": 1_795_000_000_001,
    "jobs": [{"jobId": ACCEPTED["jobId"], "job": ACCEPTED}],
    "counts": {"asked": 0, "withdrawn": 0, "over": 0, "refused": 0},
    "cursor": None,
}


def _operation(operation_id: str) -> Operation:
    return Operation(
        id=operation_id,
        tag="Jobs",
        answers={200: Answer(description="What came of each", type=SelectedJobs, example=_PAGE)},
        requests={
            "A dry run": {"tags": {"project": "apollo"}, "createdBefore": 1_795_000_000_000},
            "Those that it named": {"jobIds": [ACCEPTED["jobId"]], "reason": "wrong data", "dryRun": False},
            "In earnest": {"namePrefix": "sweep-", "reason": "wrong data", "dryRun": False},
        },
    )


OPERATIONS: Operations = {
    "POST /jobs/cancel": _operation("cancelJobs"),
    "POST /jobs/terminate": _operation("terminateJobs"),
}
