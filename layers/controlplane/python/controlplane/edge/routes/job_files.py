"""The routes that list files: what a job was given, and what it, or one child, has left."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.openapi.params import Query

from controlplane.edge.caller import CurrentCaller
from controlplane.edge.routes.paths import Index
from controlplane.files.job_files import MOST_INPUTS, MOST_OUTPUTS, JobFiles

Cursor = Annotated[str | None, Query(description="The last name of the page before")]
OutputLimit = Annotated[int, Query(ge=1, le=MOST_OUTPUTS)]
InputLimit = Annotated[int, Query(ge=1, le=MOST_INPUTS)]


def route_job_files(app: APIGatewayHttpResolver, files: JobFiles, caller: CurrentCaller) -> None:
    """Add the routes."""

    @app.get("/jobs/<job_id>/inputs", summary="List what a job was given, with links to read it")
    def inputs(job_id: str, limit: InputLimit = MOST_INPUTS, cursor: Cursor = None) -> dict[str, Any]:
        return files.inputs(job_id, caller=caller(), limit=limit, cursor=cursor)

    @app.get("/jobs/<job_id>/outputs", summary="List what a job has left, with links to read it")
    def outputs(job_id: str, limit: OutputLimit = MOST_OUTPUTS, cursor: Cursor = None) -> dict[str, Any]:
        return files.outputs(job_id, caller=caller(), limit=limit, cursor=cursor)

    @app.get("/jobs/<job_id>/children/<index>/outputs", summary="List what one child has left")
    def child_outputs(
        job_id: str,
        index: Index,
        limit: OutputLimit = MOST_OUTPUTS,
        cursor: Cursor = None,
    ) -> dict[str, Any]:
        return files.outputs(job_id, caller=caller(), limit=limit, cursor=cursor, index=index)
