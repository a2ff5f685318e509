"""What every function's `handler.py` is made of. Imports nothing heavy: a cold start pays for each import."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from controlplane.aws.plane import AwsPlane

#: What AWS Lambda calls: the event and the context in, the answer out.
Handler = Callable[[dict[str, Any], Any], Any]


def first_call(build: Callable[[AwsPlane], Handler]) -> Handler:
    """A handler that is built from `controlplane.aws` at its first call, so that importing it reads no environment."""
    built: list[Handler] = []

    def handler(event: dict[str, Any], context: Any) -> Any:
        if built:
            return built[0](event, context)
        with _kept():
            from controlplane.aws.plane import AwsPlane

            built.append(build(AwsPlane.from_environment()))
            return built[0](event, context)

    return handler


@contextmanager
def _kept() -> Iterator[None]:
    """Search for no garbage while a function starts up, nor ever again in what it has started up with.

    Modules and clients stay as long as the process: searching them is a seventh of a cold start.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
