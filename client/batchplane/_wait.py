"""Waiting for jobs to finish: whom to ask, for how long, and when to stop. Knows no HTTP."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Protocol

from batchplane._clock import Clock
from batchplane._errors import WaitTimedOut

#: Longest time that the plane holds one request, in seconds.
HOLD_SECONDS = 25.0
#: The same where several jobs are waited for: the others are looked at in between.
SHARED_HOLD_SECONDS = 2.0
#: Pause after a request that the plane has not held, or that ended without news, in seconds.
PAUSE_SECONDS = 0.1


class Waitable(Protocol):
    """A job, as far as waiting goes."""

    @property
    def job_id(self) -> str:
        """Its id, for a message."""
        ...

    @property
    def is_in_progress(self) -> bool:
        """Whether it is worth looking again: false for a finished job, and for a lost one."""
        ...

    def refresh(self) -> object:
        """Look again."""
        ...

    def hold(self, seconds: float) -> bool:
        """Ask the plane for news of it, which it holds back so long while there is none; whether there is some."""
        ...


def watch(jobs: Sequence[Waitable], *, timeout: float | None, clock: Clock) -> Iterator[None]:
    """Asks for news of the jobs again and again, yielding after each round, until none is in progress.

    `timeout` is in seconds. Raises WaitTimedOut.
    """
    until = math.inf if timeout is None else clock.monotonic() + timeout
    while True:
        yield
        waiting = [job for job in jobs if job.is_in_progress]
        if not waiting:
            return
        left = until - clock.monotonic()
        if left <= 0:
            ids = [job.job_id for job in waiting]
            raise WaitTimedOut(f"After {timeout:g} s not finished: {', '.join(ids)}", job_ids=ids)
        first, *others = waiting
        if not first.hold(min(left, SHARED_HOLD_SECONDS if others else HOLD_SECONDS)):
            clock.sleep(max(0.0, min(until - clock.monotonic(), PAUSE_SECONDS)))
        for job in others:
            job.refresh()
