"""The routes that tell of the plane itself."""

from __future__ import annotations

import json
from functools import cache

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response


def route_plane(app: APIGatewayHttpResolver) -> None:
    """Add the routes."""

    @app.get("/health", summary="Whether the API answers")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    @cache
    def description() -> str:
        from controlplane.edge.openapi.document import describe  # here, so that no cold start pays for it

        return json.dumps(describe(app), ensure_ascii=False)

    @app.get("/openapi.json", summary="Describe this API")
    def openapi() -> Response[str]:
        return Response(status_code=200, content_type="application/json", body=description())
