"""Quiet moments: what can wait lets requests go first, though never for long. Knows neither requests nor what waits.

One interpreter answers requests and hands submissions on, and each keeps the other waiting; a caller waits for its
answer, and nobody for a submission that is kept (docs/decisions/0031-requests-first.md).
"""

from __future__ import annotations

from collections.abc import Callable

#: It is quiet when nothing was heard for so long, in seconds: longer than a caller takes from an answer to its next
#: request.
QUIET_SECONDS = 0.002
#: Nobody waits longer, in seconds: however busy callers are, AWS Batch's own 50 submissions a second are handed on.
LONGEST_SECONDS = 0.02


class Quiet:
    """Whether something was heard just now. Safe for any thread."""

    def __init__(self, *, clock: Callable[[], float], sleep: Callable[[float], None]) -> None:
        """Begin in quiet; the clock tells seconds, from whenever, and never goes back."""
        self._clock = clock
        self._sleep = sleep
        self._heard_at = clock() - QUIET_SECONDS

    def disturb(self) -> None:
        """Note that somebody asks for something now."""
        self._heard_at = self._clock()

    def wait(self) -> None:
        """Return once it is quiet, or after the longest wait."""
        now = self._clock()
        until = now + LONGEST_SECONDS
        while (left := min(self._heard_at + QUIET_SECONDS, until) - now) > 0:
            self._sleep(left)
            now = self._clock()

    def then(self, work: Callable[[], None]) -> Callable[[], None]:
        """The same work, begun in quiet."""

        def begun_in_quiet() -> None:
            self.wait()
            work()

        return begun_in_quiet
