"""Trying again: how often, and how long to pause in between. Knows nothing of what is tried."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Retry:
    """How patient a client is with a plane that does not answer, or says "not now"."""

    #: How often one request is sent at most.
    attempts: int = 5
    #: Longest first pause, in seconds; each later one may be twice as long.
    first_pause_seconds: float = 0.25
    #: Longest pause of all, in seconds, also where the plane asks for a longer one.
    max_pause_seconds: float = 10.0
    #: A number from 0 to 1 by chance, so that clients turned away together do not come back together.
    random: Callable[[], float] = random.random

    def pause_seconds(self, past: int, *, retry_after: str | None = None) -> float | None:
        """How long to wait after so many attempts (from 1); None when there must be no other.

        A Retry-After of whole seconds is obeyed: https://www.rfc-editor.org/rfc/rfc9110#name-retry-after
        """
        if past >= self.attempts:
            return None
        if retry_after is not None and retry_after.isascii() and retry_after.isdigit():
            return min(self.max_pause_seconds, float(retry_after))
        return min(self.max_pause_seconds, self.first_pause_seconds * 2.0 ** (past - 1)) * self.random()
