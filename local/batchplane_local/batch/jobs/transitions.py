"""How a job's status changes, and what follows from that: parents that end, dependents that go on or fail.

Writes rows and events into `changes`, and puts jobs that may run into the queues' `ready` lists. What follows from one
ending may be the end of many thousand jobs: it is done in slices, and what is left when this life ends is found by the
next from the rows. Deterministic: does no I/O and reads no clock. Knows nothing of attempts and of room for them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from batchplane_local.batch.jobs.changes import Birth, Changes, Event, JobRow
from batchplane_local.batch.jobs.fair_share import FairsharePolicy, FairShareQueue
from batchplane_local.batch.jobs.live import Live, Request
from batchplane_local.batch.jobs.ready import ReadyQueue
from batchplane_local.batch.jobs.status import Status
from batchplane_local.batch.jobs.submission import Submission

_DEPENDENCY_FAILED = "Dependent Job failed"
_CHILD_FAILED = "Array Child Job failed"
#: Steps of one slice: a few milliseconds of work, so that whoever calls meanwhile waits no longer. Of a call's own
#: consequences as much is done within it.
SLICE = 250


class _Ended(NamedTuple):
    """A job that has ended, and whose ending hasn't been passed on yet."""

    live: Live
    position: int
    #: Submissions that waited for its counterpart then; those that came later have seen how it ended.
    awaited_by: int


class _News(NamedTuple):
    """What jobs that wait are to be told: that what they waited for has ended."""

    dependent: Live
    positions: Sequence[int]
    succeeded: bool


class Transitions:
    """Moves jobs, and everything that hangs on them."""

    def __init__(self, *, slice_steps: int = SLICE) -> None:
        #: What must be written of all that has happened since they were last taken.
        self.changes = Changes()
        #: RUNNABLE jobs by the key of their queue.
        self.ready: dict[int, ReadyQueue | FairShareQueue] = {}
        self._slice = slice_steps
        self._ended: deque[_Ended] = deque()
        self._news: deque[_News] = deque()

    @property
    def is_behind(self) -> bool:
        """True while there are endings that haven't been passed on."""
        return bool(self._news or self._ended)

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
        self._ended.append(_Ended(live, position, len(live.children_awaited_by)))

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
        if request := live.requests.pop(position, None) or live.stop:
            self.cancel_waiting(live, position, request, at)
        else:
            self.end_waiting(live, position, JobRow(Status.FAILED, 0, None, at, _DEPENDENCY_FAILED), at)

    def note_request(self, live: Live, position: int, request: Request) -> None:
        """Note an accepted request in the row of a job that stays where it is."""
        row = JobRow(live.status(position), status_reason=request.reason)
        self.changes.jobs[live.submission.key + position] = row._replace(
            is_cancelled=not request.is_terminate, is_terminated=request.is_terminate
        )

    def doom(self, live: Live, positions: set[int]) -> None:
        """What these jobs wait for has failed; `pass_on` fails them too, before it tells them of anything later."""
        if positions:
            self._news.append(_News(live, sorted(positions), succeeded=False))

    def take_up(self, live: Live, doomed: set[int]) -> None:
        """What an earlier life has left to be passed on: to jobs that wait for nothing any more, and to the parent."""
        waiting = [position for position in live.submission.positions if live.statuses[position] == Status.PENDING]
        self.doom(live, doomed)
        if free := [position for position in waiting if not _waits(live, position)]:
            self._news.append(_News(live, free, succeeded=True))
        if live.is_array and live.children_ended:
            self._ended.append(_Ended(live, live.submission.positions[-1], 0))

    def pass_on(self, at: int) -> int:
        """Tell those who wait for jobs that have ended, and the parents; they may end in turn.

        As much of it as one slice is; how many steps of that are left comes back.
        """
        room = self._slice
        while room > 0 and self.is_behind:
            if not self._news:
                self._spread(self._ended.popleft(), at)
                room -= 1
                continue
            news = self._news.popleft()
            if rest := news.positions[room:]:
                self._news.appendleft(news._replace(positions=rest))
            for position in news.positions[:room]:
                self._dependency_ended(news.dependent, position, news.succeeded, at)
            room -= len(news.positions[:room])
        return room

    def _spread(self, ended: _Ended, at: int) -> None:
        """Note who is to be told of an ending; the parent ends with the first of its last children looked at."""
        live, position, awaited_by = ended
        succeeded = live.statuses[position] == Status.SUCCEEDED
        for dependent in live.jobs_awaited_by.pop(position, ()):
            dependent.shared_waits -= succeeded
            self._news.append(_News(dependent, dependent.submission.positions, succeeded))
        if position == 0:
            self.changes.ended.append(live.submission.job_id)
            return
        for dependent in live.children_awaited_by[:awaited_by]:
            dependent.waits[position] -= succeeded
            self._news.append(_News(dependent, (position,), succeeded))
        if live.is_sequential and position < live.submission.positions[-1]:
            live.waits[position + 1] -= succeeded
            self._news.append(_News(live, (position + 1,), succeeded))
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

    def _dependency_ended(self, dependent: Live, position: int, succeeded: bool, at: int) -> None:
        """A dependency of the job at a position has ended."""
        if not succeeded:
            self.fail_waiting(dependent, position, at)
        elif not _waits(dependent, position):
            self._release(dependent, position, at)

    def _release(self, live: Live, position: int, at: int) -> None:
        """Nothing is waited for any more: the job is RUNNABLE, or FAILED where it was cancelled meanwhile."""
        if live.statuses[position] != Status.PENDING:
            return
        if request := live.requests.pop(position, None) or live.stop:
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


def _waits(live: Live, position: int) -> bool:
    """True while the job at a position waits for another."""
    return bool(live.shared_waits or live.waits[position])
