"""The routes of `edge/routes/job_rerun.py`, described."""

from __future__ import annotations

from typing import Any

from controlplane.edge.openapi.job import ACCEPTED, JOB_ID_EXAMPLE, Job
from controlplane.edge.openapi.operation import Answer, Operation, Operations
from controlplane.errors import (
    JobNotFound,
    JobNotOver,
    KeySpent,
    NothingFailed,
    NotSubmittedHere,
    PlaneError,
    QuotaExceeded,
    SubmissionConflict,
)

_AGAIN: dict[str, Any] = ACCEPTED | {"jobId": "j7f3a9d1k5m2p8r4t6v0c2e1gh", "rerunOf": JOB_ID_EXAMPLE}
_CHILD_AGAIN: dict[str, Any] = _AGAIN | {"originalIndex": 7}


def _operation(
    operation_id: str,
    tag: str,
    example: dict[str, Any],
    requests: dict[str, Any] | None = None,
    *problems: type[PlaneError],
) -> Operation:
    return Operation(
        id=operation_id,
        tag=tag,
        answers={
            202: Answer(description="A new job: accepted, and kept", type=Job, example=example),
            200: Answer(description="Accepted before, with this key and this body", type=Job, example=example),
        },
        problems=(JobNotFound, JobNotOver, NotSubmittedHere, SubmissionConflict, KeySpent, QuotaExceeded, *problems),
        requests=requests or {},
    )


OPERATIONS: Operations = {
    "POST /jobs/{jobId}/rerun": _operation(
        "rerunJob", "Jobs", _AGAIN, {"What failed": {}, "All children": {"all": True}}, NothingFailed
    ),
    "POST /jobs/{jobId}/children/{index}/rerun": _operation("rerunChild", "Children", _CHILD_AGAIN),
}
