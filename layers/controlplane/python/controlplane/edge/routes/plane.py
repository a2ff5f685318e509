"""The routes that tell of the plane itself."""

from __future__ import annotations

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response


def route_plane(app: APIGatewayHttpResolver) -> None:
    """Add the routes."""

    @app.get("/health", summary="Whether the API answers")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/openapi.json", summary="This API, described", include_in_schema=False)
    def openapi() -> Response[str]:
        schema = app.get_openapi_json_schema(title="Batchplane", version="1", description=__doc__)
        return Response(status_code=200, content_type="application/json", body=schema)
