"""The routes that tell of the plane itself."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response

from controlplane.deployment import Deployment
from controlplane.documents.environment import to_environment
from controlplane.edge.caller import CurrentCaller


def route_plane(app: APIGatewayHttpResolver, deployment: Deployment, caller: CurrentCaller) -> None:
    """Add the routes."""

    @app.get("/health", summary="Whether the API answers")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/whoami", summary="Tell who calls, and what they may")
    def whoami() -> dict[str, Any]:
        known = caller()
        return {"owner": known.owner, "isOperator": known.is_operator, "readsEveryJob": known.reads_every_job}

    @app.get("/environment", summary="Tell what the deployment offers")
    def environment() -> dict[str, Any]:
        return to_environment(deployment)

    @cache
    def description() -> str:
        from controlplane.edge.openapi.document import describe  # here, so that no cold start pays for it

        return json.dumps(describe(app), ensure_ascii=False)

    @app.get("/openapi.json", summary="Describe this API")
    def openapi() -> Response[str]:
        return Response(status_code=200, content_type="application/json", body=description())
