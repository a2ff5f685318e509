"""The routes of `edge/routes/jobs.py`, described."""

from __future__ import annotations

from typing import Annotated, TypedDict

from msgspec import Meta

from controlplane.edge.openapi.job import CHILD, SUCCEEDED, Job
from controlplane.edge.openapi.operation import Answer, Operation, Operations
from controlplane.errors import JobNotFound


class ChildrenPage(TypedDict):
    """Some known children of an array job, in the order of their indices."""

    jobs: list[Job]
    next: Annotated[int | None, Meta(description="The `first` to go on with; null at the end.")]


class Output(TypedDict):
    """A file that a job has left in the IOBucket."""

    name: str
    size: Annotated[int, Meta(description="Bytes.", ge=0)]
    url: Annotated[str, Meta(description="Reads it; good for fifteen minutes.")]


class OutputsPage(TypedDict):
    """What a job has left."""

    outputs: list[Output]


_OUTPUT = {"name": "data.csv.gz", "size": 1024, "url": "https://bucket.s3.eu-west-1.amazonaws.com/user/ada/…"}

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
        answers={200: Answer(description="A page", type=ChildrenPage, example={"jobs": [CHILD], "next": 8})},
        problems=(JobNotFound,),
    ),
    "GET /jobs/{jobId}/children/{index}": Operation(
        id="describeChild",
        tag="Children",
        answers={200: Answer(description="The child", type=Job, example=CHILD)},
        problems=(JobNotFound,),
    ),
    "GET /jobs/{jobId}/outputs": Operation(
        id="listOutputs",
        tag="Files",
        answers={200: Answer(description="All of them", type=OutputsPage, example={"outputs": [_OUTPUT]})},
        problems=(JobNotFound,),
    ),
}
