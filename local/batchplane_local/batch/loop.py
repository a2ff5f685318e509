"""The engine's event loop: waits for files, for time and for other threads, and runs what is to be done then.

asyncio's loop does the same and more; its turn costs a fifth of all that the engine does for a job, for tasks, contexts
and protocols that nothing here uses. Names are asyncio's. Knows nothing of jobs.
"""

from __future__ import annotations

import heapq
import os
import select
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

Call = Callable[[], object]


@dataclass(order=True, slots=True)
class Timer:
    """Something that is to be done at a time."""

    #: Seconds of the monotonic clock.
    when: float
    #: Timers of one moment go off in the order in which they were set.
    number: int
    call: Callable[..., object] | None = field(compare=False)
    arguments: tuple[Any, ...] = field(compare=False)

    def cancel(self) -> None:
        """It is not to be done."""
        self.call = None


class Loop:
    """Runs calls on the one thread that runs it; `call_soon_threadsafe` and `stop` may be called from any."""

    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._wake = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._readers: dict[int, tuple[Callable[..., object], tuple[Any, ...]]] = {}
        self._soon: deque[Call] = deque()
        self._timers: list[Timer] = []
        self._numbers = count()
        self._runs = True
        self._closed = False
        #: Held while the file that wakes the loop is written to or closed.
        self._waking = threading.Lock()
        self.add_reader(self._wake, self._woken)

    def add_reader(self, file: int, call: Callable[..., object], *arguments: Any) -> None:
        """Call whenever there is something to read."""
        self._readers[file] = (call, arguments)
        self._epoll.register(file, select.EPOLLIN)

    def remove_reader(self, file: int) -> None:
        """Call no more. Closing the file would not do: a process that is being made may have it open too."""
        self._epoll.unregister(file)
        del self._readers[file]

    def call_later(self, delay: float, call: Callable[..., object], *arguments: Any) -> Timer:
        """Call once, after so many seconds."""
        timer = Timer(time.monotonic() + delay, next(self._numbers), call, arguments)
        heapq.heappush(self._timers, timer)
        return timer

    def call_soon(self, call: Call) -> None:
        """Call at the next turn; on the loop's own thread."""
        self._soon.append(call)

    def call_soon_threadsafe(self, call: Call) -> None:
        """Call at the next turn. Raises RuntimeError once the loop is closed."""
        with self._waking:
            if self._closed:
                raise RuntimeError("the loop is closed")
            self._soon.append(call)
            os.eventfd_write(self._wake, 1)

    def run_forever(self) -> None:
        """Run until `stop`, or until a call raises; what it raises comes out here."""
        while self._runs:
            for file, _ in self._epoll.poll(self._patience()):
                # A call before this one may have ended it.
                if reader := self._readers.get(file):
                    reader[0](*reader[1])
            if self._timers:
                self._run_timers()
            for _ in range(len(self._soon)):
                self._soon.popleft()()

    def stop(self) -> None:
        """End at the end of this turn."""
        self._runs = False

    def close(self) -> None:
        """Take no more calls, and close what is open; what was to be done is forgotten."""
        with self._waking:
            self._closed = True
            self._epoll.close()
            os.close(self._wake)

    def _patience(self) -> float:
        """Seconds to wait for files: none where something is to be done, -1 for as long as it takes."""
        if self._soon:
            return 0
        return max(0.0, self._timers[0].when - time.monotonic()) if self._timers else -1

    def _run_timers(self) -> None:
        now = time.monotonic()
        while self._timers and self._timers[0].when <= now:
            timer = heapq.heappop(self._timers)
            if timer.call is not None:
                timer.call(*timer.arguments)

    def _woken(self) -> None:
        os.eventfd_read(self._wake)
