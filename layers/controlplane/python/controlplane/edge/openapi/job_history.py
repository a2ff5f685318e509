"""The routes of `edge/routes/job_history.py`, described."""

from __future__ import annotations

from typing import Annotated, Any, NotRequired, TypedDict

from msgspec import Meta

from controlplane.edge.openapi.job import JOB_ID_EXAMPLE, STREAM, SUCCEEDED, EpochMilliseconds
from controlplane.edge.openapi.operation import Answer, Operation, Operations
from controlplane.errors import JobNotFound
from controlplane.job import Status


class Step(TypedDict):
    """A status that the job entered, and left."""

    status: Status
    attempt: Annotated[int, Meta(description="Of which attempt, counted from 1.", ge=1)]
    at: EpochMilliseconds
    until: Annotated[int | None, Meta(description="Epoch milliseconds; null for the last one.")]
    statusReason: Annotated[str | None, Meta(description="Why it was entered: at an end, and at a retry.")]
    exitCode: Annotated[int | None, Meta(description="Of the attempt that had ended then.")]


class History(TypedDict):
    """Every status that a job went through."""

    jobId: str
    batchJobId: str | None
    status: Status
    statusReason: str | None
    history: list[Step]


class EndedContainer(TypedDict):
    """How the container of an attempt ended, and where its log is."""

    exitCode: int | None
    reason: str | None
    logStreamName: str | None
    name: NotRequired[Annotated[str, Meta(description="Of several containers, the one that tells most.")]]


class NumberedAttempt(TypedDict):
    """One attempt; it has no end while it runs."""

    attempt: Annotated[int, Meta(description="Counted from 1.", ge=1)]
    startedAt: Annotated[int | None, Meta(description="Epoch milliseconds.")]
    stoppedAt: Annotated[int | None, Meta(description="Epoch milliseconds; null while it runs.")]
    statusReason: str | None
    container: EndedContainer
    podName: NotRequired[Annotated[str, Meta(description="On EKS; its log is not in /aws/batch/job.")]]


class Attempts(TypedDict):
    """Every attempt of a job, in order."""

    jobId: str
    batchJobId: str | None
    attempts: list[NumberedAttempt]


_IDS = {"jobId": JOB_ID_EXAMPLE, "batchJobId": SUCCEEDED["batchJobId"]}
_REASON = "Essential container in task exited"
_HISTORY = _IDS | {
    "status": "SUCCEEDED",
    "statusReason": _REASON,
    "history": [
        {
            "status": "RUNNING",
            "attempt": 1,
            "at": 1_795_000_003_000,
            "until": 1_795_000_009_000,
            "statusReason": None,
            "exitCode": None,
        },
        {
            "status": "SUCCEEDED",
            "attempt": 1,
            "at": 1_795_000_009_000,
            "until": None,
            "statusReason": _REASON,
            "exitCode": 0,
        },
    ],
}
_ATTEMPTS = _IDS | {
    "attempts": [
        {
            "attempt": 1,
            "startedAt": 1_795_000_003_000,
            "stoppedAt": 1_795_000_009_000,
            "statusReason": _REASON,
            "container": {"exitCode": 0, "reason": None, "logStreamName": STREAM},
        }
    ]
}


def _operation(operation_id: str, tag: str, kind: type, example: dict[str, Any]) -> Operation:
    answer = Answer(description="In order", type=kind, example=example)
    return Operation(id=operation_id, tag=tag, answers={200: answer}, problems=(JobNotFound,))


OPERATIONS: Operations = {
    "GET /jobs/{jobId}/history": _operation("listHistory", "Jobs", History, _HISTORY),
    "GET /jobs/{jobId}/children/{index}/history": _operation("listChildHistory", "Children", History, _HISTORY),
    "GET /jobs/{jobId}/attempts": _operation("listAttempts", "Jobs", Attempts, _ATTEMPTS),
    "GET /jobs/{jobId}/children/{index}/attempts": _operation("listChildAttempts", "Children", Attempts, _ATTEMPTS),
}
