"""Requests that are answered before their function is stopped, and before API Gateway gives them up.

AWS Lambda tells at each request how long the function has; it would answer one that it has stopped with a 500 of its
own, and start a new instance for the next request. API Gateway has counted since before the instance began, and answers
a request that it has given up with a 503 of its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from controlplane.edge.function import Handler
from controlplane.plane import Plane

if TYPE_CHECKING:
    from controlplane.aws.plane import AwsPlane
#: How long an HTTP API waits for its function, in seconds:
#: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html
_GATEWAY_SECONDS = 30
#: How long an instance may take to begin, in seconds; what passed of more than that is clocks that disagree:
#: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
_MOST_INIT_SECONDS = 10


def in_time(plane: AwsPlane, build: Callable[[Plane], Handler]) -> Handler:
    """The handler that `build` makes of a plane whose calls of AWS end in time."""
    from controlplane.aws.in_time import Deadline  # here, so that importing a handler imports no SDK

    deadline = Deadline()
    handler = build(plane.within(deadline))

    def timed(event: dict[str, Any], context: Any) -> Any:
        deadline.set(seconds_left(event, context, now=time.time_ns() // 1_000_000))
        return handler(event, context)

    return timed


def seconds_left(event: Mapping[str, Any], context: Any, *, now: int) -> float:
    """How long the function has for a request: API Gateway took it at its `timeEpoch` (epoch milliseconds, as `now`).

    https://docs.aws.amazon.com/lambda/latest/dg/python-context.html
    """
    waited = (now - event.get("requestContext", {}).get("timeEpoch", now)) / 1000
    function_has = context.get_remaining_time_in_millis() / 1000
    return float(min(function_has, _GATEWAY_SECONDS - min(max(0, waited), _MOST_INIT_SECONDS)))
