"""What every function's `handler.py` is made of. Imports nothing heavy: a cold start pays for each import."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from controlplane.plane import Plane

#: What AWS Lambda calls: the event and the context in, the answer out.
Handler = Callable[[dict[str, Any], Any], Any]


def first_call(build: Callable[[Plane], Handler]) -> Handler:
    """A handler that is built from `controlplane.aws` at its first call, so that importing it reads no environment."""
    built: list[Handler] = []

    def handler(event: dict[str, Any], context: Any) -> Any:
        if not built:
            from controlplane.aws.plane import AwsPlane

            built.append(build(AwsPlane.from_environment()))
        return built[0](event, context)

    return handler
