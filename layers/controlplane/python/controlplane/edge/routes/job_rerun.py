"""The routes that run jobs again: `rerun`, of a job and of one child."""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.openapi.params import Body, Header
from pydantic import BaseModel, ConfigDict

from controlplane.accepting.acceptor import Accepted
from controlplane.accepting.rerunner import Rerunner
from controlplane.edge.answer import answer
from controlplane.edge.caller import CurrentCaller
from controlplane.edge.routes.paths import Index

Key = Annotated[str | None, Header(alias="Idempotency-Key")]


class RerunRequest(BaseModel):
    """Whether all children of an array are to run again, or only those that have failed."""

    model_config = ConfigDict(extra="forbid", strict=True)

    all: bool = False


def route_job_rerun(app: APIGatewayHttpResolver, rerunner: Rerunner, caller: CurrentCaller) -> None:
    """Add the routes."""
    logger = Logger()

    def answered(accepted: Accepted) -> Response[str]:
        logger.info(
            "runs again" if accepted.is_new else "accepted before",
            job_id=accepted.document["jobId"],
            rerun_of=accepted.document["rerunOf"],
            caller=caller().owner,
        )
        return answer(202 if accepted.is_new else 200, accepted.document)

    @app.post("/jobs/<job_id>/rerun", summary="Run a job again that has ended; of an array what has failed")
    def rerun(job_id: str, request: Annotated[RerunRequest, Body()], idempotency_key: Key = None) -> Response[str]:
        return answered(
            rerunner.rerun(job_id, caller=caller(), everything=request.all, idempotency_key=idempotency_key)
        )

    @app.post("/jobs/<job_id>/children/<index>/rerun", summary="Run one child of an array job again")
    def rerun_child(job_id: str, index: Index, idempotency_key: Key = None) -> Response[str]:
        return answered(rerunner.rerun_child(job_id, index, caller=caller(), idempotency_key=idempotency_key))
