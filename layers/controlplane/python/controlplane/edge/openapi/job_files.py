"""The routes of `edge/routes/job_files.py`, described."""

from __future__ import annotations

from typing import Annotated, Any, TypedDict

from msgspec import Meta

from controlplane.edge.openapi.operation import Answer, Operation, Operations
from controlplane.errors import JobNotFound

_Cursor = Annotated[str | None, Meta(description="The `cursor` to go on with; null at the end.")]
_LINK = "Reads it, as an attachment; good for fifteen minutes."


class Output(TypedDict):
    """A file that a job has left in the IOBucket."""

    name: str
    size: Annotated[int, Meta(description="Bytes.", ge=0)]
    url: Annotated[str, Meta(description=_LINK)]


class OutputsPage(TypedDict):
    """Some of what a job has left, in the order of names."""

    outputs: list[Output]
    cursor: _Cursor


class Input(TypedDict):
    """A file that a job was given."""

    name: Annotated[str, Meta(description="In the job's working directory.")]
    size: Annotated[int | None, Meta(description="Bytes; null where the IOBucket has it no more.")]
    url: Annotated[str | None, Meta(description=f"{_LINK} Null where the IOBucket has it no more.")]


class InputsPage(TypedDict):
    """Some of what a job was given, in the order of names."""

    inputs: list[Input]
    cursor: _Cursor


def _file(name: str) -> dict[str, Any]:
    return {"name": name, "size": 1024, "url": "https://bucket.s3.eu-west-1.amazonaws.com/user%2Fada/…"}


def _outputs(operation_id: str) -> Operation:
    example = {"outputs": [_file("data.csv.gz")], "cursor": None}
    return Operation(
        id=operation_id,
        tag="Files",
        answers={200: Answer(description="A page", type=OutputsPage, example=example)},
        problems=(JobNotFound,),
    )


OPERATIONS: Operations = {
    "GET /jobs/{jobId}/inputs": Operation(
        id="listInputs",
        tag="Files",
        answers={
            200: Answer(
                description="A page", type=InputsPage, example={"inputs": [_file("data.csv")], "cursor": "data.csv"}
            )
        },
        problems=(JobNotFound,),
    ),
    "GET /jobs/{jobId}/outputs": _outputs("listOutputs"),
    "GET /jobs/{jobId}/children/{index}/outputs": _outputs("listOutputsOfChild"),
}
