"""How many calls a second are taken, all operations together. Counts, and refuses nothing itself.

AWS takes 50 a second of an account and Region:
https://docs.aws.amazon.com/batch/latest/userguide/service_limits.html
"""

from __future__ import annotations


class RateLimit:
    """A bucket of calls that fills with time: so many a second, and no more than a second's calls at once."""

    def __init__(self, calls_per_second: float) -> None:
        """Begin with a full bucket. Raises ValueError for a rate that lets nothing pass."""
        if not calls_per_second > 0:
            raise ValueError(f"calls_per_second must be greater than 0; it is {calls_per_second}")
        self._rate = calls_per_second
        self._most = max(1.0, calls_per_second)
        self._left = self._most
        #: Epoch milliseconds of the last call.
        self._at: int | None = None

    def takes(self, at: int) -> bool:
        """True where a call at this moment, in epoch milliseconds, is still within the limit, and is counted."""
        passed = 0 if self._at is None else max(0, at - self._at)
        self._at = at
        self._left = min(self._most, self._left + passed * self._rate / 1000)
        if self._left < 1:
            return False
        self._left -= 1
        return True
