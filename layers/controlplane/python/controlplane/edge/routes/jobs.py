"""The routes that show jobs: one job, the children of an array, and one child."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.openapi.params import Query

from controlplane.edge.caller import CurrentCaller
from controlplane.edge.routes.paths import Index
from controlplane.job import LARGEST_ARRAY, Status
from controlplane.viewing.lister import PAGE_LIMIT
from controlplane.viewing.viewer import Viewer

Limit = Annotated[int, Query(ge=1, le=PAGE_LIMIT)]
First = Annotated[int, Query(ge=0, lt=LARGEST_ARRAY)]


def route_jobs(app: APIGatewayHttpResolver, viewer: Viewer, caller: CurrentCaller) -> None:
    """Add the routes."""

    @app.get("/jobs/<job_id>", summary="Describe a job")
    def describe(job_id: str) -> dict[str, Any]:
        return viewer.describe(job_id, caller=caller())

    @app.get("/jobs/<job_id>/children", summary="List the children of an array job")
    def children(
        job_id: str,
        first: First = 0,
        limit: Limit = PAGE_LIMIT,
        status: Annotated[list[Status], Query()] = [],  # noqa: B006 - Powertools takes it for the default, and copies
    ) -> dict[str, Any]:
        return viewer.children(job_id, caller=caller(), first=first, limit=limit, statuses=frozenset(status))

    @app.get("/jobs/<job_id>/children/<index>", summary="Describe a child of an array job")
    def child(job_id: str, index: Index) -> dict[str, Any]:
        return viewer.describe(job_id, caller=caller(), index=index)
