"""The routes of `edge/routes/queues.py`, described."""

from __future__ import annotations

from typing import Annotated, Any, TypedDict

from msgspec import Meta

from controlplane.edge.openapi.job import JOB_ID_EXAMPLE, EpochMilliseconds
from controlplane.edge.openapi.operation import Answer, Operation, Operations
from controlplane.errors import BatchRefused, BatchUnavailable, JobNotFound, QueueNotFound
from controlplane.job import Status

_Since = Annotated[int | None, Meta(description="Since when it stands there, in epoch milliseconds.")]
_InLine = Annotated[int, Meta(description="How many RUNNABLE jobs stand in line, of all owners; at most 100 are seen.")]
_More = Annotated[bool, Meta(description="True where the line may go on.")]


class Queue(TypedDict):
    """A job queue of this deployment, in the words of AWS Batch's DescribeJobQueues."""

    name: Annotated[str, Meta(description="What submissions call it.")]
    jobQueueArn: str
    state: Annotated[str | None, Meta(description="ENABLED, or DISABLED: it takes no jobs.")]
    status: Annotated[str | None, Meta(description="VALID, or why it can't run jobs.")]
    statusReason: str | None
    priority: Annotated[int | None, Meta(description="The queue of the higher one is served first.")]
    computeEnvironments: Annotated[list[str], Meta(description="Where its jobs run, in the order of preference.")]
    fairShare: Annotated[bool, Meta(description="Whether a scheduling policy shares it.")]
    jobs: Annotated[dict[str, int], Meta(description="Jobs that have not ended by status, an array as one.")]


class Queues(TypedDict):
    """The job queues of this deployment, the default first."""

    queues: list[Queue]
    moreJobs: Annotated[bool, Meta(description="True where only the oldest thousand open jobs were counted.")]


class Standing(TypedDict):
    """One of the caller's jobs in line."""

    position: Annotated[int, Meta(description="Counted from 1.", ge=1)]
    jobId: Annotated[str, Meta(description="A child with its index.")]
    since: _Since


class QueueWithLine(Queue):
    """A job queue, and who is next in it."""

    moreJobs: bool
    capacityUsage: Annotated[dict[str, float], Meta(description="What its jobs use, by unit: VCPU.")]
    inLine: _InLine
    moreInLine: _More
    line: Annotated[list[Standing], Meta(description="Those that the caller may read; others are counted only.")]


class Place(TypedDict):
    """Where a job stands in its queue's line."""

    jobId: str
    batchJobId: str | None
    jobQueue: str
    status: Status
    position: Annotated[int | None, Meta(description="Counted from 1; null where it does not stand among the seen.")]
    since: _Since
    inLine: Annotated[int | None, Meta(description="As of a queue; null where the line was not looked at.")]
    moreInLine: _More
    detail: Annotated[str, Meta(description="The same in words.")]


_QUEUE: dict[str, Any] = {
    "name": "default",
    "jobQueueArn": "arn:aws:batch:eu-west-1:111122223333:job-queue/batchplane-default",
    "state": "ENABLED",
    "status": "VALID",
    "statusReason": "JobQueue Healthy",
    "priority": 1,
    "computeEnvironments": ["batchplane"],
    "fairShare": False,
    "jobs": {"RUNNABLE": 3, "RUNNING": 4},
}
_AT: EpochMilliseconds = 1_795_000_000_000
_LINE = {
    "moreJobs": False,
    "capacityUsage": {"VCPU": 16.0},
    "inLine": 3,
    "moreInLine": False,
    "line": [{"position": 2, "jobId": JOB_ID_EXAMPLE, "since": _AT}],
}
_PLACE = {
    "jobId": JOB_ID_EXAMPLE,
    "batchJobId": "5bc5d058-f641-5cec-a8d0-65de593eee05",
    "jobQueue": "default",
    "status": "RUNNABLE",
    "position": 2,
    "since": _AT,
    "inLine": 3,
    "moreInLine": False,
    "detail": "1 before it.",
}


def _place(operation_id: str, tag: str) -> Operation:
    answer = Answer(description="As AWS Batch showed it a few seconds ago at most", type=Place, example=_PLACE)
    return Operation(
        id=operation_id, tag=tag, answers={200: answer}, problems=(JobNotFound, BatchRefused, BatchUnavailable)
    )


OPERATIONS: Operations = {
    "GET /queues": Operation(
        id="listQueues",
        tag="Queues",
        answers={200: Answer(description="All of them", type=Queues, example={"queues": [_QUEUE], "moreJobs": False})},
        problems=(BatchRefused, BatchUnavailable),
    ),
    "GET /queues/{name}": Operation(
        id="describeQueue",
        tag="Queues",
        answers={200: Answer(description="The queue and its line", type=QueueWithLine, example=_QUEUE | _LINE)},
        problems=(QueueNotFound, BatchRefused, BatchUnavailable),
    ),
    "GET /jobs/{jobId}/place": _place("tellPlace", "Queues"),
    "GET /jobs/{jobId}/children/{index}/place": _place("tellChildPlace", "Queues"),
}
