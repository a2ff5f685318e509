"""Quiet moments: what can wait lets requests go first, though never for long. Knows neither requests nor what waits.

One interpreter answers requests and hands submissions on, and each keeps the other waiting; a caller waits for its
answer, and nobody for a submission that is kept (docs/decisions/0031-requests-first.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

#: It is quiet when no request was answered for so long, in seconds: longer than a caller takes to its next request.
QUIET_SECONDS = 0.002
#: Nobody waits longer, in seconds: however busy callers are, twenty submissions a second are handed on.
LONGEST_SECONDS = 0.05


class Quiet:
    """Whether requests are answered now, or were just now. One is answered at a time; any thread may wait."""

    def __init__(self, *, clock: Callable[[], float], sleep: Callable[[float], None]) -> None:
        """Begin in quiet; the clock tells seconds, from whenever, and never goes back."""
        self._clock = clock
        self._sleep = sleep
        self._is_disturbed = False
        self._quiet_at = clock()

    @contextmanager
    def disturbed(self) -> Iterator[None]:
        """A request is answered while the block runs."""
        self._is_disturbed = True
        try:
            yield
        finally:
            self._quiet_at = self._clock() + QUIET_SECONDS
            self._is_disturbed = False

    def wait(self) -> None:
        """Return once it is quiet, or after the longest wait."""
        now = self._clock()
        until = now + LONGEST_SECONDS
        while now < until and (left := QUIET_SECONDS if self._is_disturbed else self._quiet_at - now) > 0:
            self._sleep(min(left, until - now))
            now = self._clock()

    def then(self, work: Callable[[], None]) -> Callable[[], None]:
        """The same work, begun in quiet."""

        def begun_in_quiet() -> None:
            self.wait()
            work()

        return begun_in_quiet
