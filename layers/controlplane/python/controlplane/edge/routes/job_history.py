"""The routes that tell what became of a job, or of a child: each status, each attempt."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

from controlplane.edge.caller import CurrentCaller
from controlplane.edge.routes.paths import Index
from controlplane.viewing.viewer import Viewer


def route_job_history(app: APIGatewayHttpResolver, viewer: Viewer, caller: CurrentCaller) -> None:
    """Add the routes."""

    @app.get("/jobs/<job_id>/history", summary="List the statuses that a job went through")
    def history(job_id: str) -> dict[str, Any]:
        return viewer.history(job_id, caller=caller())

    @app.get("/jobs/<job_id>/children/<index>/history", summary="List the statuses that a child went through")
    def child_history(job_id: str, index: Index) -> dict[str, Any]:
        return viewer.history(job_id, caller=caller(), index=index)

    @app.get("/jobs/<job_id>/attempts", summary="List a job's attempts")
    def attempts(job_id: str) -> dict[str, Any]:
        return viewer.attempts(job_id, caller=caller())

    @app.get("/jobs/<job_id>/children/<index>/attempts", summary="List a child's attempts")
    def child_attempts(job_id: str, index: Index) -> dict[str, Any]:
        return viewer.attempts(job_id, caller=caller(), index=index)
