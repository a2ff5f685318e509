"""The RUNNABLE jobs of one queue, first submitted first out, an array's children as one range. Decides nothing else."""

from __future__ import annotations

import heapq
from collections.abc import Iterator

from batchplane_local.batch.jobs.live import Live
from batchplane_local.batch.jobs.status import Status


class ReadyQueue:
    """Jobs by their row, which is the order in which they were submitted; a job to be retried keeps its place."""

    def __init__(self) -> None:
        #: First row, last row, submission. No two ranges share a row, so submissions are never compared.
        self._ranges: list[tuple[int, int, Live]] = []
        #: When the head was last taken, and all behind it moved up; epoch milliseconds.
        self.moved_at = 0

    def push(self, live: Live, first: int, last: int) -> None:
        """Add the jobs at positions first to last of a submission."""
        key = live.submission.key
        heapq.heappush(self._ranges, (key + first, key + last, live))

    def head(self, at: int) -> tuple[Live, int] | None:  # noqa: ARG002 - what is next depends on time in FairShareQueue
        """The submission and position of the job that is next; None when there is none.

        Jobs that were cancelled or terminated meanwhile are passed over; an array that is to end, as a whole.
        """
        while self._ranges:
            first, _, live = self._ranges[0]
            if live.stop is not None:
                heapq.heappop(self._ranges)
                continue
            position = first - live.submission.key
            if live.statuses[position] == Status.RUNNABLE:
                return live, position
            self._drop_head()
        return None

    def pop(self, at: int) -> None:
        """Take the head away."""
        self._drop_head()
        self.moved_at = at

    def in_order(self, at: int) -> Iterator[tuple[Live, int]]:  # noqa: ARG002 - as for `head`
        """Every job, the next one first. Costs what is taken from it, and not what there is."""
        # A heap is walked in its order by a second heap of the places to look at next.
        places = [(self._ranges[0][:2], 0)] if self._ranges else []
        while places:
            (first, last), place = heapq.heappop(places)
            for child in (2 * place + 1, 2 * place + 2):
                if child < len(self._ranges):
                    heapq.heappush(places, (self._ranges[child][:2], child))
            live = self._ranges[place][2]
            if live.stop is not None:
                continue
            for position in range(first - live.submission.key, last - live.submission.key + 1):
                if live.statuses[position] == Status.RUNNABLE:
                    yield live, position

    def _drop_head(self) -> None:
        first, last, live = self._ranges[0]
        if first < last:
            heapq.heapreplace(self._ranges, (first + 1, last, live))
        else:
            heapq.heappop(self._ranges)
