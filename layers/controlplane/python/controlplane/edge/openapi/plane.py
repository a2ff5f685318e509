"""The routes of `edge/routes/plane.py`, described."""

from __future__ import annotations

from typing import Any, Literal, TypedDict

from controlplane.edge.openapi.operation import Answer, Credential, Operation, Operations


class Health(TypedDict):
    """The plane answers."""

    status: Literal["ok"]


OPERATIONS: Operations = {
    "GET /health": Operation(
        id="checkHealth",
        tag="Plane",
        credential=Credential.NONE,
        answers={200: Answer(description="It does", type=Health, example={"status": "ok"})},
    ),
    "GET /openapi.json": Operation(
        id="describeApi",
        tag="Plane",
        answers={200: Answer(description="An OpenAPI document", type=dict[str, Any], example={"openapi": "3.1.0"})},
    ),
}
