"""Answers of a size that AWS Lambda hands on: a larger one is packed for whoever takes that, and else refused in words.

Lambda takes 6 MB of a function, in which an answer's body is JSON in JSON.
https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from controlplane.edge.function import Handler
from controlplane.edge.problem import problem, to_answer

#: Most bytes of a body as Lambda is given it; the rest is room for headers.
MOST_BYTES = 6 * 1024 * 1024 - 64 * 1024
#: No character takes more in JSON than its two halves, each with its backslash written twice.
_MOST_OF_ONE = 14


def within_bounds(handler: Handler) -> Handler:
    """The same handler, whose every answer Lambda can hand on."""

    def bounded(event: dict[str, Any], context: Any) -> Any:
        answer = handler(event, context)
        taken = _taken(answer["body"])
        if taken <= MOST_BYTES:
            return answer
        packed = _packed(answer) if "gzip" in event.get("headers", {}).get("accept-encoding", "") else None
        return packed or _refusal(taken)

    return bounded


def _taken(body: str) -> int:
    """How many bytes a body is as a member of Lambda's own JSON; more than that of one that is small anyway."""
    most = _MOST_OF_ONE * len(body)
    return most if most <= MOST_BYTES else len(json.dumps(body))


def _packed(answer: Mapping[str, Any]) -> dict[str, Any] | None:
    """The answer with its body packed; None where it is still too large."""
    import base64  # here, so that no cold start pays for them
    import gzip

    body = base64.b64encode(gzip.compress(answer["body"].encode(), compresslevel=1)).decode()
    if len(body) > MOST_BYTES:
        return None
    headers = {**answer.get("headers", {}), "content-encoding": "gzip", "vary": "accept-encoding"}
    return {**answer, "headers": headers, "body": body, "isBase64Encoded": True}


def _refusal(taken: int) -> dict[str, Any]:
    detail = (
        f"The answer takes {taken} bytes, and AWS Lambda hands on {MOST_BYTES}. What was asked has been done: only its"
        " answer can't be sent. Ask for less of it (limit), or take it packed (Accept-Encoding: gzip)."
    )
    return to_answer(problem(413, title="The answer is too large", detail=detail))
