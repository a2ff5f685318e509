"""The routes of job definitions: what submissions may name, and registering more where the deployment allows it."""

from __future__ import annotations

from typing import Annotated, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.openapi.params import Body

from controlplane.definitions.draft import DefinitionDraft
from controlplane.definitions.registrar import Registrar
from controlplane.definitions.viewer import DefinitionViewer
from controlplane.edge.answer import answer
from controlplane.edge.caller import CurrentCaller


def route_definitions(
    app: APIGatewayHttpResolver, viewer: DefinitionViewer, registrar: Registrar, caller: CurrentCaller
) -> None:
    """Add the routes."""
    logger = Logger()

    @app.get("/definitions", summary="List the job definitions")
    def list_definitions() -> dict[str, Any]:
        return viewer.list_definitions()

    @app.post("/definitions", summary="Register a job definition, or another revision of it")
    def register(draft: Annotated[DefinitionDraft, Body()]) -> Response[str]:
        registered = registrar.register(draft, caller=caller())
        logger.info("registered", job_definition=registered.arn, owner=caller().owner)
        return answer(201, viewer.describe(registered))

    @app.delete("/definitions/<name>", summary="Deregister a job definition; jobs under way go on")
    def deregister(name: str) -> dict[str, Any]:
        done = registrar.deregister(name, caller=caller())
        logger.info("deregistered", job_definition=name, owner=caller().owner, revisions=done.revisions)
        return {"name": name, "deregistered": list(done.revisions), "waitedFor": list(done.kept)}
