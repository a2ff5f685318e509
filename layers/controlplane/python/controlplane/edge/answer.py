"""An answer with a status of its own: JSON, as every answer is."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.event_handler import Response


def answer(status: int, document: dict[str, Any]) -> Response[dict[str, Any]]:
    """The answer of this HTTP status, with this document."""
    return Response(status_code=status, content_type="application/json", body=document)
