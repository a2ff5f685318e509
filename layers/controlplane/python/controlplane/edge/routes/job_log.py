"""The routes that read logs, at once or as lines come: of a job's attempts, and of a child's."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.openapi.params import Query

from controlplane.edge.caller import CurrentCaller
from controlplane.edge.routes.paths import Index
from controlplane.viewing.log_reader import LogReader
from controlplane.viewing.waiter import MAX_SECONDS

#: Most lines of a page of a log: CloudWatch Logs' own bound.
LOG_LIMIT = 10_000
LogLimit = Annotated[int, Query(ge=1, le=LOG_LIMIT)]
Attempt = Annotated[int | None, Query(ge=1, le=10)]
Wait = Annotated[float | None, Query(ge=0, le=MAX_SECONDS)]


def route_job_log(app: APIGatewayHttpResolver, reader: LogReader, caller: CurrentCaller) -> None:
    """Add the routes."""

    def read(job_id: str, wait: float | None, **wanted: Any) -> dict[str, Any]:
        if wait is None:
            return reader.read(job_id, caller=caller(), **wanted).to_wire()
        return reader.tail(job_id, caller=caller(), seconds=wait, **wanted).to_wire()

    @app.get("/jobs/<job_id>/log", summary="Read a job's log, or wait for its lines")
    def log(
        job_id: str, attempt: Attempt = None, after: str | None = None, limit: LogLimit = 1000, wait: Wait = None
    ) -> dict[str, Any]:
        return read(job_id, wait, index=None, attempt=attempt, after=after, limit=limit)

    @app.get("/jobs/<job_id>/children/<index>/log", summary="Read a child's log, or wait for its lines")
    def child_log(
        job_id: str,
        index: Index,
        attempt: Attempt = None,
        after: str | None = None,
        limit: LogLimit = 1000,
        wait: Wait = None,
    ) -> dict[str, Any]:
        return read(job_id, wait, index=index, attempt=attempt, after=after, limit=limit)
