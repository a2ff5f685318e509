"""The routes of `edge/routes/links.py`, described."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypedDict

from msgspec import Meta

from controlplane.edge.openapi.job import JOB_ID_EXAMPLE
from controlplane.edge.openapi.operation import Answer, Credential, Operation, Operations

_Headers = Annotated[dict[str, str], Meta(description="To be sent with it, word for word.")]
_Url = Annotated[str, Meta(description="A short-lived link to one key.")]


class UploadLink(TypedDict):
    """Where an announced file is to be sent."""

    key: Annotated[str, Meta(description="What `inputs` of a submission names it by.")]
    url: _Url
    method: Literal["PUT"]
    headers: _Headers


class InputLink(TypedDict):
    """Where a runner reads an input."""

    name: str
    url: _Url


class OutputLink(TypedDict):
    """Where a runner sends an output that it announced."""

    name: str
    url: _Url
    method: Literal["PUT"]
    headers: _Headers


class OverridesLink(TypedDict):
    """Where a runner reads the command or environment that AWS Batch could not be told: they were too long."""

    url: _Url


class RunnerLinks(TypedDict):
    """What one runner may read and write now."""

    inputs: list[InputLink]
    overrides: Annotated[OverridesLink | None, Meta(description="Null where the container has been given all.")]
    uploads: list[OutputLink]
    index: Annotated[int | None, Meta(description="Which child the command is to know itself as; null: as Batch says.")]
    arraySize: Annotated[
        int | None, Meta(description="Of how many children that one is; null: of as many as there are.")
    ]


_FILE = {"name": "data.csv", "size": 12, "sha256": "7f83b1657ff1fc53b92dc18148a1d65dfc2d4b1fa3d677284addd200126d9069"}
_LINK: dict[str, Any] = {
    "url": "https://bucket.s3.eu-west-1.amazonaws.com/user/ada/…",
    "method": "PUT",
    "headers": {"content-length": "12", "x-amz-checksum-sha256": "f4OxZX/x/FO5LcGBSKHWXfwtSx+j1ncoSt3SABJtkGk="},
}
_KEY = f"user%2Fada/uploads/{_FILE['sha256']}/data.csv"

OPERATIONS: Operations = {
    "POST /uploads": Operation(
        id="announceUpload",
        tag="Files",
        answers={201: Answer(description="A link that stores it", type=UploadLink, example={"key": _KEY, **_LINK})},
        requests={"A file of twelve bytes": _FILE},
    ),
    "POST /runner/links": Operation(
        id="lendRunnerLinks",
        tag="Files",
        credential=Credential.CAPABILITY,
        answers={
            200: Answer(
                description="Links to its own job's inputs and outputs",
                type=RunnerLinks,
                example={
                    "inputs": [{"name": "data.csv", "url": _LINK["url"]}],
                    "overrides": None,
                    "uploads": [{"name": "out.gz", **_LINK}],
                    "index": None,
                    "arraySize": None,
                },
            )
        },
        requests={
            "For the inputs": {"jobId": JOB_ID_EXAMPLE},
            "For an output of a child": {"jobId": JOB_ID_EXAMPLE, "index": 7, "uploads": [_FILE]},
        },
    ),
}
