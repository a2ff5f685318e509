"""The clock that starts one function again and again, in a thread of its own: the part of EventBridge's schedule."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from batchplane_local.functions.events import schedule_event
from batchplane_local.functions.invocation import Invocation
from controlplane.edge.function import Handler

log = logging.getLogger(__name__)


class Ticker:
    """Calls a function at once, and then once every so often."""

    def __init__(self, function: str, handler: Handler, *, seconds: float, clock: Callable[[], int]) -> None:
        self._function = function
        self._handler = handler
        self._seconds = seconds
        self._clock = clock
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=function)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the call that is running."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while True:
            try:
                self._handler(schedule_event(self._clock()), Invocation.of(self._function))
            except Exception:
                log.exception("%s failed; it is called again in %g s", self._function, self._seconds)
            if self._stopping.wait(self._seconds):
                return
