"""The routes of job queues: their state and load, and where a job stands in line."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

from controlplane.edge.caller import CurrentCaller
from controlplane.edge.routes.paths import Index
from controlplane.viewing.queue_viewer import QueueViewer


def route_queues(app: APIGatewayHttpResolver, viewer: QueueViewer, caller: CurrentCaller) -> None:
    """Add the routes."""

    @app.get("/queues", summary="List the job queues")
    def list_queues() -> dict[str, Any]:
        return viewer.list_queues()

    @app.get("/queues/<name>", summary="Describe a job queue and its line")
    def describe_queue(name: str) -> dict[str, Any]:
        return viewer.describe(name, caller=caller())

    @app.get("/jobs/<job_id>/place", summary="Tell a job's place in its queue's line")
    def place(job_id: str) -> dict[str, Any]:
        return viewer.place(job_id, caller=caller())

    @app.get("/jobs/<job_id>/children/<index>/place", summary="Tell a child's place in its queue's line")
    def child_place(job_id: str, index: Index) -> dict[str, Any]:
        return viewer.place(job_id, caller=caller(), index=index)
