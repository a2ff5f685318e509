"""Trying again: how often, and how long to pause in between. Knows nothing of what is tried."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from batchplane_runner.errors import TryAgain

T = TypeVar("T")

#: How often one request is sent at most: for some minute and a half, which a plane takes to be started again, and an
#: array of 10,000 that starts at once to be let in at 100 requests a second.
ATTEMPTS = 22
#: Longest first pause, in seconds; each later one may be twice as long.
FIRST_PAUSE_SECONDS = 0.25
#: Longest pause of all, in seconds.
MAX_PAUSE_SECONDS = 10.0


@dataclass(frozen=True)
class Retry:
    """Does something until it does not raise TryAgain, a bounded number of times."""

    #: Waits for so many seconds.
    sleep: Callable[[float], None]
    #: A number from 0 to 1 by chance.
    random: Callable[[], float]

    def __call__(self, attempt: Callable[[], T]) -> T:
        """What the first good attempt returns. Raises the last attempt's TryAgain, and any other error at once."""
        for pause in self.pauses():
            try:
                return attempt()
            except TryAgain:
                self.sleep(pause)
        return attempt()

    def pauses(self) -> Iterator[float]:
        """Seconds between one attempt and the next, the whole of each left to chance.

        A thousand children of one array that are turned away together must not come back together:
        https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
        """
        for past in range(ATTEMPTS - 1):
            yield min(MAX_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2**past) * self.random()
