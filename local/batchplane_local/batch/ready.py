"""The RUNNABLE jobs of one queue, first submitted first out, an array's children as one range. Decides nothing else."""

from __future__ import annotations

import heapq

from batchplane_local.batch.live import Live
from batchplane_local.batch.status import Status


class ReadyQueue:
    """Jobs by their row, which is the order in which they were submitted; a job to be retried keeps its place."""

    def __init__(self) -> None:
        #: First row, last row, submission. No two ranges share a row, so submissions are never compared.
        self._ranges: list[tuple[int, int, Live]] = []

    def push(self, live: Live, first: int, last: int) -> None:
        """Add the jobs at positions first to last of a submission."""
        key = live.submission.key
        heapq.heappush(self._ranges, (key + first, key + last, live))

    def head(self) -> tuple[Live, int] | None:
        """The submission and position of the job that is next; None when there is none.

        Jobs that were cancelled or terminated meanwhile are passed over.
        """
        while self._ranges:
            first, _, live = self._ranges[0]
            position = first - live.submission.key
            if live.statuses[position] == Status.RUNNABLE:
                return live, position
            self.pop()
        return None

    def pop(self) -> None:
        """Take the head away."""
        first, last, live = self._ranges[0]
        if first < last:
            heapq.heapreplace(self._ranges, (first + 1, last, live))
        else:
            heapq.heappop(self._ranges)
