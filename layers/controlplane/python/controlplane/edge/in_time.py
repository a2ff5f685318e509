"""Requests that are answered before their function is stopped. AWS Lambda tells how long that is at each one.

Lambda would answer a function that it has stopped with a 500 of its own, and start a new instance for the next request.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from controlplane.edge.function import Handler
from controlplane.plane import Plane

if TYPE_CHECKING:
    from controlplane.aws.plane import AwsPlane


def in_time(plane: AwsPlane, build: Callable[[Plane], Handler]) -> Handler:
    """The handler that `build` makes of a plane whose calls of AWS end in time.

    https://docs.aws.amazon.com/lambda/latest/dg/python-context.html
    """
    from controlplane.aws.in_time import Deadline  # here, so that importing a handler imports no SDK

    deadline = Deadline()
    handler = build(plane.within(deadline))

    def timed(event: dict[str, Any], context: Any) -> Any:
        deadline.set(context.get_remaining_time_in_millis() / 1000)
        return handler(event, context)

    return timed
