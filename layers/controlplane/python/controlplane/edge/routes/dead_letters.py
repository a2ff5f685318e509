"""The HTTPS API for operators: what the plane has given up, shown and sent back."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.openapi.params import Body, Query
from pydantic import BaseModel, ConfigDict, Field

from controlplane.edge.caller import CurrentCaller
from controlplane.recording.dead_letters import LOOK_LIMIT, REPLAY_LIMIT, Replayer

_LAST_MILLISECOND = 253_402_300_799_999  # of the year 9999


class ReplayRequest(BaseModel):
    """How many letters to send back at most, and the moment (epoch milliseconds) by which they were sent."""

    model_config = ConfigDict(extra="forbid", strict=True)

    limit: Annotated[int, Field(ge=1, le=REPLAY_LIMIT)] = REPLAY_LIMIT
    until: Annotated[int, Field(ge=0, le=_LAST_MILLISECOND)] | None = None


def route_dead_letters(app: APIGatewayHttpResolver, replayer: Replayer, caller: CurrentCaller) -> None:
    """Add the routes."""
    logger = Logger()

    @app.get("/dead-letters", summary="Show messages that were given up, to an operator")
    def look(limit: Annotated[int, Query(ge=1, le=LOOK_LIMIT)] = LOOK_LIMIT) -> dict[str, Any]:
        return replayer.look(caller=caller(), limit=limit)

    @app.post("/dead-letters/replay", summary="Send messages that were given up back, for an operator")
    def replay(request: Annotated[ReplayRequest, Body()]) -> dict[str, Any]:
        answer = replayer.replay(caller=caller(), limit=request.limit, until=request.until)
        logger.info("replayed", owner=caller().owner, **answer)
        return answer
