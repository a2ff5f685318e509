"""How jobs move: every transition of every unfinished job, and the rows and events it leaves behind.

Deterministic: it does no I/O, reads no clock and starts no process. It is told what happened and when, and puts
what must be written into `changes`. Used on the engine's thread alone.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence

from batchplane_local.batch.attempt import Attempt
from batchplane_local.batch.changes import Birth, Changes, Event, JobRow
from batchplane_local.batch.dependencies import History, dependencies_of, first_statuses, wait_for
from batchplane_local.batch.live import Live, Request
from batchplane_local.batch.placement import Capacity, Queue
from batchplane_local.batch.ready import ReadyQueue
from batchplane_local.batch.retry import Ending
from batchplane_local.batch.status import Status
from batchplane_local.batch.submission import Submission

_DEPENDENCY_FAILED = "Dependent Job failed"
_CHILD_FAILED = "Array Child Job failed"


class Ledger:
    """Every unfinished submission, the queues of its RUNNABLE jobs, and the attempts that run."""

    def __init__(self, *, capacity: Capacity, history: History) -> None:
        self.changes = Changes()
        self.lives: dict[str, Live] = {}
        self.attempts: dict[int, Attempt] = {}
        #: Queues in the order in which they are served; set anew when a queue or environment changes.
        self.queues: Sequence[Queue] = ()
        self._capacity = capacity
        self._history = history
        self._ready: dict[str, ReadyQueue] = {}
        #: Jobs that have ended and whose ending hasn't been passed on yet.
        self._ended: deque[tuple[Live, int]] = deque()

    def accept(self, submission: Submission, queue_key: int, at: int) -> None:
        """A new submission. Raises Refused, and changes nothing, where a dependency can't be waited for."""
        dependencies = dependencies_of(submission, self.lives, self._history)
        live = Live(submission, queue_key)
        doomed = wait_for(live, dependencies)
        self.lives[submission.job_id] = live
        self.changes.submissions.append((submission, queue_key))
        if live.is_array:
            self._bear(live, 0, 0, Status.PENDING, at)
        for first, last, status in first_statuses(live, doomed):
            self._bear(live, first, last, status, at)
        for position in sorted(doomed):
            self._fail_waiting(live, position, at)
        self._pass_on(at)

    def restore(self, live: Live, at: int) -> None:
        """A submission of an earlier life, as its rows tell of it; the ones it depends on come before it."""
        self.lives[live.submission.job_id] = live
        dependencies = dependencies_of(live.submission, self.lives, self._history)
        doomed = wait_for(live, dependencies)
        for position in live.submission.positions:
            if live.statuses[position] == Status.RUNNABLE:
                self._ready_queue(live).push(live, position, position)
            elif live.statuses[position] == Status.PENDING and position in doomed:
                self._fail_waiting(live, position, at)
        self._pass_on(at)

    def claim(self, at: int) -> Attempt | None:
        """The next attempt to start, its job now STARTING; None when nothing waits or nothing fits."""
        for queue in self.queues:
            head = self._placeable_head(queue, at)
            if head is None:
                continue
            live, position = head
            need = live.submission.need
            environment = self._capacity.place(need, queue.environments)
            if environment is not None:
                self._ready[queue.name].pop()
                return self.begin(live, position, environment, at)
            if self._capacity.could_place(need, queue.environments):
                return None
        return None

    def begin(self, live: Live, position: int, environment: str, at: int) -> Attempt:
        """The next attempt of a job begins: it is STARTING, and its share of the machine is taken."""
        attempt = Attempt(live=live, position=position, environment=environment)
        self.attempts[attempt.key] = attempt
        self._capacity.take(live.submission.need, environment)
        self._move(live, position, JobRow(Status.STARTING, attempts=live.finished[position]), at)
        self.changes.attempts[attempt.key, attempt.number] = attempt.row()
        return attempt

    def adopt(self, attempt: Attempt) -> None:
        """An attempt that an earlier life began; its job's row already says so."""
        self.attempts[attempt.key] = attempt
        self._capacity.take(attempt.live.submission.need, attempt.environment)

    def run(self, attempt: Attempt, at: int) -> None:
        """The attempt's process exists: its job is RUNNING."""
        attempt.started_at = at
        row = JobRow(Status.RUNNING, attempts=attempt.number - 1, started_at=at)
        self._move(attempt.live, attempt.position, row, at)
        self.changes.attempts[attempt.key, attempt.number] = attempt.row()

    def end(self, attempt: Attempt, ending: Ending, at: int) -> None:
        """The attempt has ended: its job is SUCCEEDED, FAILED, or RUNNABLE once more."""
        live, position = attempt.live, attempt.position
        del self.attempts[attempt.key]
        self._capacity.give_back(live.submission.need, attempt.environment)
        live.finished[position] = attempt.number
        request = live.requests.pop(position, None)
        status_reason = request.reason if request else ending.status_reason
        self.changes.attempts[attempt.key, attempt.number] = attempt.row()._replace(
            stopped_at=at, exit_code=ending.exit_code, reason=ending.reason, status_reason=status_reason
        )
        row = JobRow(Status.FAILED, attempt.number, attempt.started_at, at, status_reason, False, request is not None)
        if request is None and ending.succeeded:
            self._settle(live, position, row._replace(status=Status.SUCCEEDED), at)
        elif request is None and live.submission.retry.retries(ending, finished=attempt.number):
            self._move(live, position, row._replace(status=Status.RUNNABLE, stopped_at=None), at)
            self._ready_queue(live).push(live, position, position)
        else:
            self._settle(live, position, row, at)
        self._pass_on(at)

    def cancel(self, live: Live, position: int, reason: str, at: int) -> None:
        """CancelJob: RUNNABLE jobs fail now, PENDING ones when their dependencies have ended, others go on."""
        request = Request(reason=reason, is_terminate=False)
        for each in self._with_children(live, position, request):
            if live.statuses[each] == Status.RUNNABLE:
                self._settle(live, each, _requested(live, each, request, at), at)
            elif live.statuses[each] == Status.PENDING:
                live.requests.setdefault(each, request)
                self._rewrite(live, each, live.requests[each])
        self._pass_on(at)

    def terminate(self, live: Live, position: int, reason: str, at: int) -> list[Attempt]:
        """TerminateJob: what hasn't started fails now; the attempts that must be ended come back."""
        request = Request(reason=reason, is_terminate=True)
        to_stop = []
        for each in self._with_children(live, position, request):
            if live.statuses[each] in (Status.PENDING, Status.RUNNABLE):
                self._settle(live, each, _requested(live, each, request, at), at)
            elif live.statuses[each] in (Status.STARTING, Status.RUNNING):
                attempt = self.attempts[live.submission.key + each]
                self.stop(attempt, reason)
                to_stop.append(attempt)
        self._pass_on(at)
        return to_stop

    def stop(self, attempt: Attempt, reason: str) -> None:
        """The attempt is to be ended for this reason: it fails, however it ends, and is not retried."""
        live, position = attempt.live, attempt.position
        request = live.requests.setdefault(position, Request(reason=reason, is_terminate=True))
        self.changes.jobs[attempt.key] = JobRow(
            live.status(position), attempt.number - 1, attempt.started_at, None, request.reason, False, True
        )

    def take_changes(self) -> Changes:
        """All that happened since the last call."""
        changes, self.changes = self.changes, Changes()
        return changes

    def forget(self, submissions: Iterable[str]) -> None:
        """Let go of submissions whose endings are written."""
        for job_id in submissions:
            del self.lives[job_id]

    def _placeable_head(self, queue: Queue, at: int) -> tuple[Live, int] | None:
        """The queue's next job that can be placed at all; those that can't fail here."""
        ready = self._ready.get(queue.name)
        while ready and (head := ready.head()):
            live, position = head
            if live.submission.unplaceable is None:
                return head
            ready.pop()
            self._settle(live, position, JobRow(Status.FAILED, 0, None, at, live.submission.unplaceable), at)
            self._pass_on(at)
        return None

    def _bear(self, live: Live, first: int, last: int, status: Status, at: int) -> None:
        """The jobs at positions first to last begin with this status."""
        key = live.submission.key
        queue_key = None if first else live.queue_key
        self.changes.births.append(Birth(key + first, key + last, key, queue_key, status))
        self.changes.events.append(Event(key + first, key + last, key, status, 0, at))
        for position in range(first, last + 1):
            live.move(position, status)
        if live.is_array:
            self.changes.summaries[key] = live.summary(at)
        if status == Status.RUNNABLE:
            self._ready_queue(live).push(live, first, last)

    def _move(self, live: Live, position: int, row: JobRow, at: int) -> None:
        """The job at a position is now as the row says."""
        key = live.submission.key
        live.move(position, row.status)
        self.changes.jobs[key + position] = row
        self.changes.events.append(Event(key + position, key + position, key, row.status, row.attempts, at))
        if position:
            self.changes.summaries[key] = live.summary(at)

    def _settle(self, live: Live, position: int, row: JobRow, at: int) -> None:
        """The job at a position has ended."""
        self._move(live, position, row, at)
        self._ended.append((live, position))

    def _pass_on(self, at: int) -> None:
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
        self._settle(live, 0, row if failed else row._replace(status=Status.SUCCEEDED), at)

    def _dependency_ended(self, dependent: Live, position: int | None, succeeded: bool, at: int) -> None:
        """One dependency of the job at a position has ended, or one of all positions."""
        positions: Iterable[int] = dependent.submission.positions if position is None else (position,)
        if not succeeded:
            for each in positions:
                self._fail_waiting(dependent, each, at)
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
            self._settle(live, position, _requested(live, position, request, at), at)
            return
        self._move(live, position, JobRow(Status.RUNNABLE), at)
        self._ready_queue(live).push(live, position, position)

    def _fail_waiting(self, live: Live, position: int, at: int) -> None:
        """A dependency has failed: so does the job."""
        if live.statuses[position] != Status.PENDING:
            return
        request = live.requests.pop(position, None)
        row = (
            _requested(live, position, request, at)
            if request
            else JobRow(Status.FAILED, 0, None, at, _DEPENDENCY_FAILED)
        )
        self._settle(live, position, row, at)

    def _with_children(self, live: Live, position: int, request: Request) -> Iterable[int]:
        """The positions that a request for one job means: an array's children for its parent; none once it ended."""
        if live.status(position).is_terminal:
            return ()
        if position or not live.is_array:
            return (position,)
        live.requests.setdefault(0, request)
        self._rewrite(live, 0, live.requests[0])
        return live.submission.positions

    def _rewrite(self, live: Live, position: int, request: Request) -> None:
        """Note an accepted request in the row of a job that stays where it is."""
        row = JobRow(live.status(position), status_reason=request.reason)
        self.changes.jobs[live.submission.key + position] = row._replace(
            is_cancelled=not request.is_terminate, is_terminated=request.is_terminate
        )

    def _ready_queue(self, live: Live) -> ReadyQueue:
        return self._ready.setdefault(live.submission.queue_name, ReadyQueue())


def _requested(live: Live, position: int, request: Request, at: int) -> JobRow:
    """The row of a job that a request ended while it did not run."""
    row = JobRow(Status.FAILED, live.finished[position], stopped_at=at, status_reason=request.reason)
    return row._replace(is_cancelled=not request.is_terminate, is_terminated=request.is_terminate)
