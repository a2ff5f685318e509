"""The route `DELETE /jobs/{id}`."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

from controlplane.edge.caller import CurrentCaller
from controlplane.ending.deleter import Deleter


def route_job_deletion(app: APIGatewayHttpResolver, deleter: Deleter, caller: CurrentCaller) -> None:
    """Add the route."""
    logger = Logger()

    @app.delete("/jobs/<job_id>", summary="Delete a job that is over, with what it left in the IOBucket")
    def delete(job_id: str) -> dict[str, Any]:
        answer = deleter.delete(job_id, caller=caller())
        logger.info("deleted", owner=caller().owner, **answer)
        return answer
