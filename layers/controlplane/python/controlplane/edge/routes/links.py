"""The routes that lend links to the IOBucket: to callers for what they send ahead, to runners for their own job."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.openapi.params import Body
from pydantic import BaseModel, ConfigDict, Field

from controlplane.edge.answer import answer
from controlplane.edge.caller import CurrentCaller, bearer_of
from controlplane.files.lender import Lender, Upload
from controlplane.io_bucket import Link
from controlplane.job import MOST_CHILDREN

#: Most files of one request.
MOST_UPLOADS = 1000


class UploadRequest(BaseModel):
    """A file that is about to be sent."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: str
    size: int
    sha256: str


class RunnerLinksRequest(BaseModel):
    """What a runner asks for: its inputs, and links for the outputs it announces."""

    model_config = ConfigDict(extra="forbid", strict=True)

    jobId: str  # noqa: N815 - the wire's own word
    index: Annotated[int, Field(ge=0, lt=MOST_CHILDREN)] | None = None
    uploads: Annotated[list[UploadRequest], Field(max_length=MOST_UPLOADS)] = []


def route_links(app: APIGatewayHttpResolver, lender: Lender, caller: CurrentCaller) -> None:
    """Add the routes."""

    @app.post("/uploads", summary="Announce an input file, and get a link that stores it")
    def upload(request: Annotated[UploadRequest, Body()]) -> Response[str]:
        key, link = lender.lend_upload(_upload(request), owner=caller().owner)
        return answer(201, {"key": key, **_link(link)})

    @app.post("/runner/links", summary="A runner's links to its own job's inputs and outputs")
    def runner_links(request: Annotated[RunnerLinksRequest, Body()]) -> dict[str, Any]:
        links = lender.lend_to_runner(
            job_id=request.jobId,
            index=request.index,
            capability=bearer_of(app.current_event.raw_event),
            uploads=[_upload(each) for each in request.uploads],
        )
        return {
            "inputs": [{"name": name, "url": link.url} for name, link in links.inputs],
            "overrides": {"url": links.overrides.url} if links.overrides else None,
            "uploads": [{"name": name, **_link(link)} for name, link in links.uploads],
            "index": links.index,
            "arraySize": links.array_size,
        }


def _upload(request: UploadRequest) -> Upload:
    return Upload(name=request.name, size=request.size, sha256=request.sha256)


def _link(link: Link) -> dict[str, Any]:
    return {"url": link.url, "method": link.method, "headers": dict(link.headers)}
