"""The routes of `edge/routes/job_log.py`, described."""

from __future__ import annotations

from typing import Annotated, TypedDict

from msgspec import Meta

from controlplane.edge.openapi.job import JOB_ID_EXAMPLE, STREAM, EpochMilliseconds
from controlplane.edge.openapi.operation import Answer, Operation, Operations
from controlplane.errors import JobNotFound, LogNotFound, NotYet


class Line(TypedDict):
    """One line that a job printed."""

    timestamp: EpochMilliseconds
    message: str


class Log(TypedDict):
    """Some lines of the log of one attempt, in order."""

    jobId: str
    batchJobId: str | None
    attempt: Annotated[int, Meta(description="Which one, counted from 1.", ge=1)]
    logStreamName: Annotated[str | None, Meta(description="Null while it is not known, or there is none.")]
    lines: list[Line]
    cursor: Annotated[str, Meta(description="The `after` to go on with; the same again at the present end.")]
    end: Annotated[bool, Meta(description="True where the attempt has ended and all its lines are read.")]


_PAGE = {
    "jobId": JOB_ID_EXAMPLE,
    "batchJobId": "5bc5d058-f641-5cec-a8d0-65de593eee05",
    "attempt": 1,
    "logStreamName": STREAM,
    "lines": [{"timestamp": 1_795_000_004_000, "message": "data.csv: 71.2%"}],
    "cursor": "1:f/3731/s",
    "end": False,
}


def _operation(operation_id: str, tag: str) -> Operation:
    answer = Answer(description="A page of it", type=Log, example=_PAGE)
    return Operation(id=operation_id, tag=tag, answers={200: answer}, problems=(JobNotFound, LogNotFound, NotYet))


OPERATIONS: Operations = {
    "GET /jobs/{jobId}/log": _operation("readLog", "Jobs"),
    "GET /jobs/{jobId}/children/{index}/log": _operation("readChildLog", "Children"),
}
