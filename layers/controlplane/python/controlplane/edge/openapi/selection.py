"""The routes of `edge/routes/selection.py`, described."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired, TypedDict

from msgspec import Meta

from controlplane.edge.openapi.job import ACCEPTED, EpochMilliseconds, Job
from controlplane.edge.openapi.operation import Answer, Operation, Operations
from controlplane.edge.openapi.problems import Problem


class SelectedJob(TypedDict):
    """A job that the selection names: alone in a dry run, else with what came of asking for its end."""

    job: Job
    asked: NotRequired[Literal["CancelJob", "TerminateJob"] | None]
    detail: NotRequired[Annotated[str, Meta(description="What AWS Batch was asked, in words.")]]
    problem: NotRequired[Annotated[Problem, Meta(description="Why it could not be asked.")]]


class SelectedJobs(TypedDict):
    """Some of the jobs that a selection names, newest first."""

    dryRun: Annotated[bool, Meta(description="True where nothing was asked of any.")]
    createdBefore: Annotated[EpochMilliseconds, Meta(description="To be sent with the next request: the same jobs.")]
    jobs: list[SelectedJob]
    cursor: Annotated[str | None, Meta(description="To go on with; null at the end.")]


_PAGE = {"dryRun": True, "createdBefore": 1_795_000_000_001, "jobs": [{"job": ACCEPTED}], "cursor": None}


def _operation(operation_id: str) -> Operation:
    return Operation(
        id=operation_id,
        tag="Jobs",
        answers={200: Answer(description="What came of each", type=SelectedJobs, example=_PAGE)},
        requests={
            "A dry run": {"tags": {"project": "apollo"}, "createdBefore": 1_795_000_000_000},
            "In earnest": {"namePrefix": "sweep-", "reason": "wrong data", "dryRun": False},
        },
    )


OPERATIONS: Operations = {
    "POST /jobs/cancel": _operation("cancelJobs"),
    "POST /jobs/terminate": _operation("terminateJobs"),
}
