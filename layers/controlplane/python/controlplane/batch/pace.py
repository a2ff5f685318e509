"""Pace: calls that share a rate take turns. Knows no call and no clock of its own; both are given.

One instance of a function makes its calls one after another, so a pace belongs to one thread.
"""

from __future__ import annotations

from collections.abc import Callable


class Pace:
    """Called before each call; returns when its turn has come. Time that nobody used is not saved up."""

    def __init__(
        self, *, per_second: float | None, clock: Callable[[], float], sleep: Callable[[float], object]
    ) -> None:
        """Set the pace.

        Args:
            per_second: How many turns a second there are; any number where it is None.
            clock: Seconds that never run backwards, such as `time.monotonic`.
            sleep: Lets so many seconds pass.
        """
        self._interval = 1 / per_second if per_second else 0.0
        self._clock = clock
        self._sleep = sleep
        self._next_turn = clock()

    def __call__(self) -> None:
        """Wait for the next turn."""
        now = self._clock()
        turn = max(now, self._next_turn)
        self._next_turn = turn + self._interval
        if turn > now:
            self._sleep(turn - now)
