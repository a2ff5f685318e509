"""Waiting for jobs to finish: how often to look, and when to stop. Knows no HTTP."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from batchplane._clock import Clock
from batchplane._errors import WaitTimedOut

#: Pause before the second look, in seconds; each later one is longer by half, up to the caller's `poll`.
FIRST_PAUSE_SECONDS = 0.1
#: Longest pause between two looks at a job, in seconds, where the caller names none.
POLL_SECONDS = 2.0


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


def watch(jobs: Sequence[Waitable], *, timeout: float | None, poll: float, clock: Clock) -> Iterator[None]:
    """Looks at the jobs again and again, yielding after each round, until none is in progress.

    `timeout` and `poll` are seconds. Raises WaitTimedOut.
    """
    began = clock.monotonic()
    pause = min(FIRST_PAUSE_SECONDS, poll)
    while True:
        for job in jobs:
            if job.is_in_progress:
                job.refresh()
        yield
        waiting = [job.job_id for job in jobs if job.is_in_progress]
        if not waiting:
            return
        left = None if timeout is None else timeout - (clock.monotonic() - began)
        if left is not None and left <= 0:
            raise WaitTimedOut(f"After {timeout:g} s not finished: {', '.join(waiting)}", job_ids=waiting)
        clock.sleep(pause if left is None else min(pause, left))
        pause = min(poll, pause * 1.5)
