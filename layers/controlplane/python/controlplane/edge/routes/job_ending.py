"""The routes that end jobs: `cancel` and `terminate`, of a job and of one child."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.openapi.params import Body
from pydantic import BaseModel, ConfigDict, Field

from controlplane.batch.port import MAX_REASON_CHARACTERS
from controlplane.edge.caller import CurrentCaller
from controlplane.edge.routes.paths import Index
from controlplane.ending.canceller import Canceller
from controlplane.ending.words import Ending


class EndingRequest(BaseModel):
    """Why the job is to end; AWS Batch is told it after who asked."""

    model_config = ConfigDict(extra="forbid", strict=True)

    reason: Annotated[str, Field(max_length=MAX_REASON_CHARACTERS)] = ""


def route_job_ending(app: APIGatewayHttpResolver, canceller: Canceller, caller: CurrentCaller) -> None:
    """Add the routes."""
    _route(app, canceller, caller, "cancel", Ending.CANCEL)
    _route(app, canceller, caller, "terminate", Ending.TERMINATE)


def _route(app: APIGatewayHttpResolver, canceller: Canceller, caller: CurrentCaller, word: str, ending: Ending) -> None:
    logger = Logger()

    def end(job_id: str, request: EndingRequest, index: int | None = None) -> dict[str, Any]:
        answer = canceller.end(job_id, ending, caller=caller(), reason=request.reason, index=index)
        logger.info(word, job_id=job_id, index=index, owner=caller().owner, asked=answer["asked"])
        return answer

    @app.post(f"/jobs/<job_id>/{word}", summary=f"{word.capitalize()} a job; an array with all its children")
    def end_job(job_id: str, request: Annotated[EndingRequest, Body()]) -> dict[str, Any]:
        return end(job_id, request)

    @app.post(f"/jobs/<job_id>/children/<index>/{word}", summary=f"{word.capitalize()} one child of an array job")
    def end_child(job_id: str, index: Index, request: Annotated[EndingRequest, Body()]) -> dict[str, Any]:
        return end(job_id, request, index)
