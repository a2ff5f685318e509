"""How a job's status changes, and what follows from that: parents that end, dependents that go on or fail.

Writes rows and events into `changes`, and puts jobs that may run into the queues' `ready` lists. Deterministic: does no
I/O and reads no clock. Knows nothing of attempts and of room for them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from batchplane_local.batch.jobs.changes import Birth, Changes, Event, JobRow
from batchplane_local.batch.jobs.fair_share import FairsharePolicy, FairShareQueue
from batchplane_local.batch.jobs.live import Live, Request
from batchplane_local.batch.jobs.ready import ReadyQueue
from batchplane_local.batch.jobs.status import Status
from batchplane_local.batch.jobs.submission import Submission

_DEPENDENCY_FAILED = "Dependent Job failed"
_CHILD_FAILED = "Array Child Job failed"


class Transitions:
    """Moves jobs, and everything that hangs on them."""

    def __init__(self) -> None:
        #: What must be written of all that has happened since they were last taken.
        self.changes = Changes()
        #: RUNNABLE jobs by the key of their queue.
        self.ready: dict[int, ReadyQueue | FairShareQueue] = {}
        #: Jobs that have ended and whose ending hasn't been passed on yet.
        self._ended: deque[tuple[Live, int]] = deque()

    def bear(self, live: Live, first: int, last: int, status: Status, at: int) -> None:
        """The jobs at positions first to last begin with this status."""
        key = live.submission.key
        queue_key = None if first else live.queue_key
        self.changes.births.append(Birth(key + first, key + last, key, queue_key, status))
        self.changes.events.append(Event(key + first, key + last, key, status, 0, at))
        for position in range(first, last + 1):
            live.move(position, status)
        if live.is_array:
            self.changes.summaries[key] = live.summary(at)

    def move(self, live: Live, position: int, row: JobRow, at: int) -> None:
        """The job at a position is now as the row says."""
        key = live.submission.key
        live.move(position, row.status)
        self.changes.jobs[key + position] = row
        self.changes.events.append(Event(key + position, key + position, key, row.status, row.attempts, at))
        if position and live.is_array:
            self.changes.summaries[key] = live.summary(at)

    def settle(self, live: Live, position: int, row: JobRow, at: int) -> None:
        """The job at a position has ended; `pass_on` tells those who wait for it."""
        self.move(live, position, row, at)
        self._ended.append((live, position))

    def make_ready(self, live: Live, first: int, last: int) -> None:
        """The jobs at positions first to last, which are RUNNABLE, take their place in the queue."""
        ready = self.ready.get(live.queue_key)
        if ready is None:
            is_shared = live.submission.share_identifier is not None
            ready = self.ready[live.queue_key] = FairShareQueue() if is_shared else ReadyQueue()
        ready.push(live, first, last)

    def follow(self, queue_key: int, policy: FairsharePolicy) -> None:
        """A queue's jobs share its environments by this policy."""
        ready = self.ready.setdefault(queue_key, FairShareQueue())
        if isinstance(ready, FairShareQueue):
            ready.follow(policy)

    def check_share(self, submission: Submission, queue_key: int) -> None:
        """Refuse a share that would be one too many in its queue."""
        ready = self.ready.get(queue_key)
        if isinstance(ready, FairShareQueue):
            ready.check(submission.share_identifier or "")

    def use(self, live: Live, milli_vcpus: int, at: int) -> None:
        """A job with a share identifier has begun to use vCPUs; or, where they are negative, has ended."""
        ready = self.ready.setdefault(live.queue_key, FairShareQueue())
        if isinstance(ready, FairShareQueue):
            ready.use(live.submission.share_identifier or "", milli_vcpus, at)

    def end_waiting(self, live: Live, position: int, row: JobRow, at: int) -> None:
        """A job that doesn't run has ended, and its nodes with it."""
        for node in live.submission.nodes:
            self.move(live, node, row, at)
        self.settle(live, position, row, at)

    def cancel_waiting(self, live: Live, position: int, request: Request, at: int) -> None:
        """A request ends a job that doesn't run."""
        self.end_waiting(live, position, _requested(live, position, request, at), at)

    def fail_waiting(self, live: Live, position: int, at: int) -> None:
        """A dependency has failed: so does the job."""
        if live.statuses[position] != Status.PENDING:
            return
        if request := live.requests.pop(position, None):
            self.cancel_waiting(live, position, request, at)
        else:
            self.end_waiting(live, position, JobRow(Status.FAILED, 0, None, at, _DEPENDENCY_FAILED), at)

    def note_request(self, live: Live, position: int, request: Request) -> None:
        """Note an accepted request in the row of a job that stays where it is."""
        row = JobRow(live.status(position), status_reason=request.reason)
        self.changes.jobs[live.submission.key + position] = row._replace(
            is_cancelled=not request.is_terminate, is_terminated=request.is_terminate
        )

    def pass_on(self, at: int) -> None:
        """Tell those who wait for jobs that have ended, and the parents; they may end in turn."""
        while self._ended:
            live, position = self._ended.popleft()
            succeeded = live.statuses[position] == Status.SUCCEEDED
            for dependent in live.jobs_awaited_by.pop(position, ()):
                self._dependency_ended(dependent, None, succeeded, at)
            if position == 0:
                self.changes.ended.append(live.submission.job_id)
                continue
            for dependent in live.children_awaited_by:
                self._dependency_ended(dependent, position, succeeded, at)
            if live.is_sequential and position < live.submission.positions[-1]:
                self._dependency_ended(live, position + 1, succeeded, at)
            # Several children may have ended together: the parent ends with the first that is looked at.
            if live.children_ended and not live.status(0).is_terminal:
                self._end_parent(live, at)

    def _end_parent(self, live: Live, at: int) -> None:
        failed = live.counts[Status.FAILED] > 0
        request = live.requests.pop(0, None)
        if request:
            row = _requested(live, 0, request, at)
        else:
            row = JobRow(Status.FAILED, stopped_at=at, status_reason=_CHILD_FAILED if failed else None)
        self.settle(live, 0, row if failed else row._replace(status=Status.SUCCEEDED), at)

    def _dependency_ended(self, dependent: Live, position: int | None, succeeded: bool, at: int) -> None:
        """One dependency of the job at a position has ended, or one of all positions."""
        positions: Iterable[int] = dependent.submission.positions if position is None else (position,)
        if not succeeded:
            for each in positions:
                self.fail_waiting(dependent, each, at)
            return
        if position is None:
            dependent.shared_waits -= 1
        else:
            dependent.waits[position] -= 1
        for each in positions:
            if not dependent.shared_waits and not dependent.waits[each]:
                self._release(dependent, each, at)

    def _release(self, live: Live, position: int, at: int) -> None:
        """Nothing is waited for any more: the job is RUNNABLE, or FAILED where it was cancelled meanwhile."""
        if live.statuses[position] != Status.PENDING:
            return
        if request := live.requests.pop(position, None):
            self.cancel_waiting(live, position, request, at)
            return
        self.move(live, position, JobRow(Status.RUNNABLE), at)
        for node in live.submission.nodes:
            self.move(live, node, JobRow(Status.RUNNABLE), at)
        self.make_ready(live, position, position)


def _requested(live: Live, position: int, request: Request, at: int) -> JobRow:
    """The row of a job that a request ended while it did not run."""
    row = JobRow(Status.FAILED, live.finished[position], stopped_at=at, status_reason=request.reason)
    return row._replace(is_cancelled=not request.is_terminate, is_terminated=request.is_terminate)
