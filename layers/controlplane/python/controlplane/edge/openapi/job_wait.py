"""The routes of `edge/routes/job_wait.py`, described."""

from __future__ import annotations

from typing import Annotated, Any, TypedDict

from msgspec import Meta

from controlplane.edge.openapi.job import CHILD, SUCCEEDED, Job
from controlplane.edge.openapi.operation import Answer, Operation, Operations
from controlplane.errors import JobNotFound


class Waited(TypedDict):
    """How a wait ended."""

    changed: Annotated[bool, Meta(description="False where the time has passed, and nothing else.")]
    job: Job


def _operation(operation_id: str, tag: str, example: dict[str, Any]) -> Operation:
    answer = Answer(description="The job as it is then", type=Waited, example={"changed": True, "job": example})
    return Operation(id=operation_id, tag=tag, answers={200: answer}, problems=(JobNotFound,))


OPERATIONS: Operations = {
    "GET /jobs/{jobId}/wait": _operation("waitForJob", "Jobs", SUCCEEDED),
    "GET /jobs/{jobId}/children/{index}/wait": _operation("waitForChild", "Children", CHILD),
}
