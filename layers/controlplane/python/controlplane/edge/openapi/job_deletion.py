"""The route of `edge/routes/job_deletion.py`, described."""

from __future__ import annotations

from typing import Annotated, TypedDict

from msgspec import Meta

from controlplane.edge.openapi.job import JOB_ID_EXAMPLE
from controlplane.edge.openapi.operation import Answer, Operation, Operations
from controlplane.errors import JobNotFound, JobNotOver, NotSubmittedHere, NotYet


class Deleted(TypedDict):
    """What was deleted of a job."""

    jobId: str
    objects: Annotated[int, Meta(description="Of the IOBucket, by this request.", ge=0)]
    more: Annotated[bool, Meta(description="True where some are left, and the job with them: ask again.")]


OPERATIONS: Operations = {
    "DELETE /jobs/{jobId}": Operation(
        id="deleteJob",
        tag="Jobs",
        answers={
            200: Answer(
                description="It is gone, or a part of what it left",
                type=Deleted,
                example={"jobId": JOB_ID_EXAMPLE, "objects": 3, "more": False},
            )
        },
        problems=(JobNotFound, JobNotOver, NotSubmittedHere, NotYet),
    ),
}
