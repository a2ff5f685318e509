"""Queues that their head blocks: notes why in the job, tells of it once, and cancels the job when its time is over.

The times are those of jobStateTimeLimitActions, counted from when the reason was noted.
https://docs.aws.amazon.com/batch/latest/userguide/job_stuck_in_runnable.html
"""

from __future__ import annotations

from collections.abc import Iterable

from batchplane_local.batch.jobs.blockage import Blockage
from batchplane_local.batch.jobs.changes import BlockedRow, Event, JobRow
from batchplane_local.batch.jobs.ledger import Ledger
from batchplane_local.batch.jobs.live import Live
from batchplane_local.batch.jobs.placement import Capacity, Queue
from batchplane_local.batch.jobs.status import Status

_CANCELED = "Canceled by JobStateTimeLimit action due to reason: {}"


class BlockedQueues:
    """The queues that are blocked; `known` are those of an earlier life."""

    def __init__(self, *, ledger: Ledger, capacity: Capacity, known: Iterable[BlockedRow] = ()) -> None:
        self._ledger = ledger
        self._capacity = capacity
        self._blocked = {row.queue: row for row in known}

    def look(self, at: int) -> bool:
        """Note, tell and cancel what is due; True while a queue is blocked."""
        for queue in self._ledger.queues:
            self._look_at(queue, at)
        return bool(self._blocked)

    def _look_at(self, queue: Queue, at: int) -> None:
        head, known = self._ledger.head(queue, at), self._blocked.get(queue.key)
        now = self._blockage(queue, head, at)
        if known and (now is None or (known.job, known.why) != (now.job, now.why)):
            self._forget(known, head)
            known = None
        if head is None or now is None:
            return
        if known is None:
            self._note(now, *head)
            return
        limit = queue.time_limits.get(known.why.code)
        if limit is not None and at >= known.since + limit * 1000:
            self._forget(known, head)
            self._ledger.cancel(*head, _CANCELED.format(known.why.code), at)

    def _blockage(self, queue: Queue, head: tuple[Live, int] | None, at: int) -> BlockedRow | None:
        """How the queue is blocked now; None where it isn't."""
        if head is None:
            return None
        submission, position = head[0].submission, head[1]
        why = self._capacity.blockage(submission.need, queue.environments)
        if why is None and not queue.has_capacity:
            why = Blockage.INSUFFICIENT_INSTANCE_CAPACITY
        return None if why is None else BlockedRow(queue.key, submission.key + position, why, at)

    def _note(self, row: BlockedRow, live: Live, position: int) -> None:
        """The queue is blocked from now on: the job says why, and whoever listens is told."""
        finished, changes = live.finished[position], self._ledger.changes
        self._blocked[row.queue] = changes.blocked[row.queue] = row
        changes.jobs[row.job] = JobRow(Status.RUNNABLE, attempts=finished, status_reason=row.why.status_reason)
        changes.events.append(Event(row.job, row.job, live.submission.key, row.why, finished, row.since))

    def _forget(self, row: BlockedRow, head: tuple[Live, int] | None) -> None:
        """The queue is no longer blocked so. A job that waits on at its head no longer says why."""
        del self._blocked[row.queue]
        self._ledger.changes.blocked[row.queue] = None
        if head and head[0].submission.key + head[1] == row.job:
            live, position = head
            self._ledger.changes.jobs[row.job] = JobRow(Status.RUNNABLE, attempts=live.finished[position])
