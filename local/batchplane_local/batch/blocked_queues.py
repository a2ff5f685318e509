"""Queues that their head blocks: notes why in the job, tells of it once, and cancels the job when its time is over.

The times are those of jobStateTimeLimitActions, counted from when the reason was noted. What is noted in memory isn't
kept over a restart: a queue that is still blocked is told of again, and the time begins anew.
https://docs.aws.amazon.com/batch/latest/userguide/job_stuck_in_runnable.html
"""

from __future__ import annotations

from dataclasses import dataclass, field

from batchplane_local.batch.blockage import Blockage
from batchplane_local.batch.changes import Event, JobRow
from batchplane_local.batch.ledger import Ledger
from batchplane_local.batch.live import Live
from batchplane_local.batch.placement import Capacity, Queue
from batchplane_local.batch.status import Status

_CANCELED = "Canceled by JobStateTimeLimit action due to reason: {}"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Blocked:
    """A queue's head that can't start."""

    live: Live
    position: int
    why: Blockage
    #: Epoch milliseconds.
    since: int

    def is_by(self, live: Live, position: int, why: Blockage | None) -> bool:
        """True where the same job is blocked for the same reason."""
        return (self.live, self.position, self.why) == (live, position, why)


@dataclass(kw_only=True)
class BlockedQueues:
    """The queues that are blocked."""

    ledger: Ledger
    capacity: Capacity
    #: By the key of the queue.
    _blocked: dict[int, _Blocked] = field(init=False, default_factory=dict)

    def look(self, at: int) -> bool:
        """Note, tell and cancel what is due; True while a queue is blocked."""
        for queue in self.ledger.queues:
            self._look_at(queue, at)
        return bool(self._blocked)

    def _look_at(self, queue: Queue, at: int) -> None:
        head, known = self.ledger.head(queue, at), self._blocked.get(queue.key)
        why = self.capacity.blockage(head[0].submission.need, queue.environments) if head else None
        if known and (head is None or not known.is_by(*head, why)):
            self._forget(queue, known)
            known = None
        if head is None or why is None:
            return
        if known is None:
            self._blocked[queue.key] = _Blocked(live=head[0], position=head[1], why=why, since=at)
            self._tell(*head, why, at)
        elif (limit := queue.time_limits.get(why.code)) is not None and at >= known.since + limit * 1000:
            self.ledger.cancel(*head, _CANCELED.format(why.code), at)
            del self._blocked[queue.key]

    def _tell(self, live: Live, position: int, why: Blockage, at: int) -> None:
        """Note the reason in the job's row, and have it told."""
        submission, finished = live.submission, live.finished[position]
        key, changes = submission.key + position, self.ledger.changes
        changes.jobs[key] = JobRow(Status.RUNNABLE, attempts=finished, status_reason=why.status_reason)
        changes.events.append(Event(key, key, submission.key, why, finished, at))

    def _forget(self, queue: Queue, known: _Blocked) -> None:
        """The queue is no longer blocked by this job, or no longer for this reason."""
        del self._blocked[queue.key]
        live, position = known.live, known.position
        if live.statuses[position] == Status.RUNNABLE:
            row = JobRow(Status.RUNNABLE, attempts=live.finished[position])
            self.ledger.changes.jobs[live.submission.key + position] = row
