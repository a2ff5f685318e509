"""The routes of `edge/routes/job_log.py`, described."""

from __future__ import annotations

from typing import Annotated, TypedDict

from msgspec import Meta

from controlplane.edge.openapi.job import EpochMilliseconds
from controlplane.edge.openapi.operation import Answer, Operation, Operations
from controlplane.errors import JobNotFound, LogNotFound


class Line(TypedDict):
    """One line that a job printed."""

    timestamp: EpochMilliseconds
    message: str


class Log(TypedDict):
    """Some lines of a log, in order."""

    lines: list[Line]
    cursor: Annotated[str | None, Meta(description="The `after` to go on with; the same again at the present end.")]


_PAGE = {"lines": [{"timestamp": 1_795_000_004_000, "message": "data.csv: 71.2%"}], "cursor": "f/3731/s"}


def _operation(operation_id: str, tag: str) -> Operation:
    answer = Answer(description="A page of it", type=Log, example=_PAGE)
    return Operation(id=operation_id, tag=tag, answers={200: answer}, problems=(JobNotFound, LogNotFound))


OPERATIONS: Operations = {
    "GET /jobs/{jobId}/log": _operation("readLog", "Jobs"),
    "GET /jobs/{jobId}/children/{index}/log": _operation("readChildLog", "Children"),
}
