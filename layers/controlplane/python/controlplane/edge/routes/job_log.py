"""The routes that read logs: of a job's attempts, and of a child's."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.openapi.params import Path, Query

from controlplane.edge.caller import CurrentCaller
from controlplane.job import MOST_CHILDREN
from controlplane.viewer import Viewer

#: Most lines of a page of a log: CloudWatch Logs' own bound.
LOG_LIMIT = 10_000
Index = Annotated[int, Path(ge=0, lt=MOST_CHILDREN)]
LogLimit = Annotated[int, Query(ge=1, le=LOG_LIMIT)]
Attempt = Annotated[int | None, Query(ge=1, le=10)]


def route_job_log(app: APIGatewayHttpResolver, viewer: Viewer, caller: CurrentCaller) -> None:
    """Add the routes."""

    @app.get("/jobs/<job_id>/log", summary="Read a job's log")
    def log(job_id: str, attempt: Attempt = None, after: str | None = None, limit: LogLimit = 1000) -> dict[str, Any]:
        page = viewer.log(job_id, caller=caller(), index=None, attempt=attempt, after=after, limit=limit)
        return dict(msgspec.to_builtins(page))

    @app.get("/jobs/<job_id>/children/<index>/log", summary="Read a child's log")
    def child_log(
        job_id: str, index: Index, attempt: Attempt = None, after: str | None = None, limit: LogLimit = 1000
    ) -> dict[str, Any]:
        page = viewer.log(job_id, caller=caller(), index=index, attempt=attempt, after=after, limit=limit)
        return dict(msgspec.to_builtins(page))
