"""The clock that starts one function again and again, in a thread of its own: the part of EventBridge's schedule."""

from __future__ import annotations

import logging
from collections.abc import Callable

from batchplane_local.functions.events import schedule_event
from batchplane_local.functions.invocation import Invocation
from batchplane_local.functions.worker import Worker
from controlplane.edge.function import Handler

log = logging.getLogger(__name__)


class Ticker(Worker):
    """Calls a function at once, and then once every so often."""

    def __init__(self, function: str, handler: Handler, *, seconds: float, clock: Callable[[], int]) -> None:
        super().__init__(function)
        self._function = function
        self._handler = handler
        self._seconds = seconds
        self._clock = clock

    def _run(self) -> None:
        while True:
            try:
                self._handler(schedule_event(self._clock()), Invocation.of(self._function))
            except Exception:
                log.exception("%s failed; it is called again in %g s", self._function, self._seconds)
            if self._stopping.wait(self._seconds):
                return
