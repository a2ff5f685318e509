"""The route `GET /definitions`: the job definitions that submissions may name."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver

from controlplane.definition_viewer import DefinitionViewer


def route_definitions(app: APIGatewayHttpResolver, viewer: DefinitionViewer) -> None:
    """Add the route."""

    @app.get("/definitions", summary="List the job definitions")
    def list_definitions() -> dict[str, Any]:
        return viewer.list_definitions()
