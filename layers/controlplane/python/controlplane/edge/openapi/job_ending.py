"""The routes of `edge/routes/job_ending.py`, described."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypedDict

from msgspec import Meta

from controlplane.edge.openapi.job import CHILD, SUCCEEDED, Job
from controlplane.edge.openapi.operation import Answer, Operation, Operations
from controlplane.errors import BatchRefused, BatchUnavailable, JobNotFound, NotYet


class Ended(TypedDict):
    """What AWS Batch was asked to do with a job."""

    asked: Annotated[Literal["CancelJob", "TerminateJob"] | None, Meta(description="Null where nothing was asked.")]
    detail: Annotated[str, Meta(description="The same in words.")]
    job: Job


def _operation(operation_id: str, tag: str, job: dict[str, Any]) -> Operation:
    running = job | {"status": "RUNNING", "stoppedAt": None, "statusReason": None, "history": job["history"][:3]}
    example = {"asked": "TerminateJob", "detail": "AWS Batch was asked to terminate it.", "job": running}
    return Operation(
        id=operation_id,
        tag=tag,
        answers={200: Answer(description="It was asked, or was over", type=Ended, example=example)},
        problems=(JobNotFound, BatchRefused, BatchUnavailable, NotYet),
        requests={"With a reason": {"reason": "wrong data"}, "Without": {}},
    )


OPERATIONS: Operations = {
    "POST /jobs/{jobId}/cancel": _operation("cancelJob", "Jobs", SUCCEEDED),
    "POST /jobs/{jobId}/terminate": _operation("terminateJob", "Jobs", SUCCEEDED),
    "POST /jobs/{jobId}/children/{index}/cancel": _operation("cancelChild", "Children", CHILD),
    "POST /jobs/{jobId}/children/{index}/terminate": _operation("terminateChild", "Children", CHILD),
}
