"""An answer with a status of its own: JSON, as every answer is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from aws_lambda_powertools.event_handler import Response


def answer(status: int, document: Mapping[str, Any]) -> Response[str]:
    """The answer of this HTTP status. Its document is text already: Powertools would read any other through first."""
    body = msgspec.json.encode(document).decode()
    return Response(status_code=status, content_type="application/json", body=body)
