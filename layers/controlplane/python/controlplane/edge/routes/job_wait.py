"""The routes that wait: `wait`, of a job and of one child."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.openapi.params import Query

from controlplane.edge.caller import CurrentCaller
from controlplane.edge.routes.paths import Index
from controlplane.job import Status
from controlplane.viewing.waiter import MAX_SECONDS, Waiter

Timeout = Annotated[float, Query(ge=0, le=MAX_SECONDS, description="Seconds")]


def route_job_wait(app: APIGatewayHttpResolver, waiter: Waiter, caller: CurrentCaller) -> None:
    """Add the routes."""

    @app.get("/jobs/<job_id>/wait", summary="Wait until a job leaves a status")
    def wait(job_id: str, status: Annotated[Status, Query()], timeout: Timeout = MAX_SECONDS) -> dict[str, Any]:
        return waiter.wait(job_id, caller=caller(), status=status, seconds=timeout)

    @app.get("/jobs/<job_id>/children/<index>/wait", summary="Wait until a child leaves a status")
    def wait_for_child(
        job_id: str,
        index: Index,
        status: Annotated[Status, Query()],
        timeout: Timeout = MAX_SECONDS,
    ) -> dict[str, Any]:
        return waiter.wait(job_id, caller=caller(), status=status, seconds=timeout, index=index)
