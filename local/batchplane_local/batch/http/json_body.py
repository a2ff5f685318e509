"""The JSON object in a request's body, for either protocol. Knows no operation."""

from __future__ import annotations

from typing import Any

import msgspec

from batchplane_local.batch.http.exchange import Rejected


def json_object(body: bytes) -> dict[str, Any]:
    """The object; empty for an empty body. Raises Rejected for anything else."""
    try:
        document = msgspec.json.decode(body or b"{}")
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise Rejected("SerializationException", f"The body is no JSON: {error}", status=400) from error
    if not isinstance(document, dict):
        words = f"The body must be a JSON object; it is {type(document).__name__}."
        raise Rejected("SerializationException", words, status=400)
    return document
