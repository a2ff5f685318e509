"""The routes of `edge/routes/jobs.py`, described."""

from __future__ import annotations

from typing import Annotated, TypedDict

from msgspec import Meta

from controlplane.edge.openapi.job import CHILD, SUCCEEDED, Job
from controlplane.edge.openapi.operation import Answer, Operation, Operations
from controlplane.errors import JobNotFound


class PartsPage(TypedDict):
    """Some known children of an array job, or nodes of a multi-node parallel job, in the order of their indices."""

    jobs: list[Job]
    next: Annotated[int | None, Meta(description="The `first` to go on with; null at the end.")]


OPERATIONS: Operations = {
    "GET /jobs/{jobId}": Operation(
        id="describeJob",
        tag="Jobs",
        answers={200: Answer(description="The job", type=Job, example=SUCCEEDED)},
        problems=(JobNotFound,),
    ),
    "GET /jobs/{jobId}/children": Operation(
        id="listChildren",
        tag="Children",
        answers={200: Answer(description="A page", type=PartsPage, example={"jobs": [CHILD], "next": 8})},
        problems=(JobNotFound,),
    ),
    "GET /jobs/{jobId}/children/{index}": Operation(
        id="describeChild",
        tag="Children",
        answers={200: Answer(description="The child", type=Job, example=CHILD)},
        problems=(JobNotFound,),
    ),
}
