"""How jobs come and go: submissions, requests, and attempts from their claim to their end.

Deterministic: it does no I/O, reads no clock and starts no process. It is told what happened and when, and puts
what must be written into `changes`. Used on the engine's thread alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from batchplane_local.batch.jobs.attempt import Attempt
from batchplane_local.batch.jobs.changes import AttemptRow, Changes, JobRow
from batchplane_local.batch.jobs.dependencies import (
    History,
    dependencies_of,
    first_statuses,
    remaining_dependencies_of,
    wait_for,
)
from batchplane_local.batch.jobs.fair_share import FairShareQueue
from batchplane_local.batch.jobs.live import Live, Request
from batchplane_local.batch.jobs.multi_node import Gangs
from batchplane_local.batch.jobs.placement import Capacity, Queue
from batchplane_local.batch.jobs.ready import ReadyQueue
from batchplane_local.batch.jobs.retry import Ending
from batchplane_local.batch.jobs.status import Status
from batchplane_local.batch.jobs.stopping import Stopping, request_before_its_turn
from batchplane_local.batch.jobs.submission import Submission
from batchplane_local.batch.jobs.transitions import SLICE, Transitions


class Ledger:
    """Every unfinished submission, the queues of its RUNNABLE jobs, and the attempts that run."""

    def __init__(self, *, capacity: Capacity, history: History, slice_steps: int = SLICE) -> None:
        self.lives: dict[str, Live] = {}
        self.attempts: dict[int, Attempt] = {}
        #: Queues in the order in which they are served.
        self.queues: Sequence[Queue] = ()
        self._capacity = capacity
        self._history = history
        self._transitions = Transitions(slice_steps=slice_steps)
        self._stopping = Stopping(transitions=self._transitions, stop_one=self._stop_one)
        self._slice = slice_steps
        #: True where jobs that can't be placed were failed, and there may be more.
        self._fails_more = False
        self._gangs = Gangs(transitions=self._transitions, capacity=capacity)

    @property
    def changes(self) -> Changes:
        """All that happened since changes were last taken."""
        return self._transitions.changes

    def take_changes(self) -> Changes:
        """All that happened since the last call."""
        changes, self._transitions.changes = self._transitions.changes, Changes()
        return changes

    def serve(self, queues: Sequence[Queue]) -> None:
        """Serve these queues from now on, in this order; told anew when a queue, environment or policy changes."""
        self.queues = queues
        for queue in queues:
            if queue.policy is not None:
                self._transitions.follow(queue.key, queue.policy)

    def accept(self, submission: Submission, queue_key: int, at: int) -> None:
        """A new submission. Raises Refused, and changes nothing, where a dependency or a share is refused."""
        self._transitions.check_share(submission, queue_key)
        dependencies = dependencies_of(submission, self.lives, self._history)
        live = Live(submission, queue_key)
        doomed = wait_for(live, dependencies)
        self.lives[submission.job_id] = live
        self.changes.submissions.append((submission, queue_key))
        if live.is_array:
            self._transitions.bear(live, 0, 0, Status.PENDING, at)
        for first, last, status in first_statuses(live, doomed):
            self._transitions.bear(live, first, last, status, at)
            if live.is_multi_node:
                self._transitions.bear(live, 1, submission.last_position, status, at)
            if status == Status.RUNNABLE:
                self._transitions.make_ready(live, first, last)
        self._transitions.doom(live, doomed)
        self._transitions.pass_on(at)

    def restore(self, live: Live) -> None:
        """A submission of an earlier life, as its rows tell of it; the ones it depends on come before it.

        What that life had left to do is left to `go_on`.
        """
        self.lives[live.submission.job_id] = live
        dependencies = remaining_dependencies_of(live.submission, self.lives, self._history)
        doomed = wait_for(live, dependencies)
        self._stopping.take_up(live)
        for position in live.submission.positions:
            if live.statuses[position] == Status.RUNNABLE:
                self._transitions.make_ready(live, position, position)
        self._transitions.take_up(live, doomed)

    @property
    def is_behind(self) -> bool:
        """True while something follows from what has happened that hasn't been done yet."""
        return self._transitions.is_behind or self._stopping.is_behind or self._fails_more

    def go_on(self, at: int) -> list[Attempt]:
        """Do a slice of what is left to do; the attempts come back that must be ended with it."""
        self._fails_more = False
        return self._stopping.go_on(self._transitions.pass_on(at), at)

    def claim(self, at: int) -> Attempt | None:
        """The next attempt to start, its job now STARTING; None when nothing waits or nothing fits."""
        # Nodes that are to begin have their places already.
        if self._gangs.launching:
            return self._node_begun(self._gangs.begin_next(at))
        if self._capacity.is_full:
            return None
        for queue in self.queues:
            head = self._placeable_head(queue, at) if queue.has_capacity else None
            if head is None:
                continue
            live, position = head
            need = live.submission.need
            environment = self._capacity.place(need, queue.environments)
            if environment is not None:
                self._transitions.ready[queue.key].pop(at)
                return self.begin(live, position, environment, at)
            if self._capacity.could_place(need, queue.environments):
                return None
        return None

    def begin(self, live: Live, position: int, environment: str, at: int) -> Attempt:
        """The next attempt of a job begins: it is STARTING, and its share of the machine is taken."""
        if live.is_multi_node:
            return self._node_begun(self._gangs.begin(live, environment, at))
        attempt = Attempt(live=live, position=position, environment=environment)
        self.attempts[attempt.key] = attempt
        attempt.gpus = self._capacity.take(live.submission.need, environment)
        if live.submission.share_identifier is not None:
            self._transitions.use(live, live.submission.need.milli_vcpus, at)
        self._transitions.move(live, position, JobRow(Status.STARTING, attempts=live.finished[position]), at)
        self.changes.attempts[attempt.key, attempt.number] = attempt.row()
        return attempt

    def adopt(self, attempt: Attempt, at: int) -> None:
        """An attempt that an earlier life began; its job's row already says so."""
        self.attempts[attempt.key] = attempt
        attempt.gpus = self._capacity.take(attempt.submission.need, attempt.environment)
        if attempt.live.submission.share_identifier is not None:
            self._transitions.use(attempt.live, attempt.submission.need.milli_vcpus, at)
        if attempt.live.is_multi_node:
            self._gangs.adopt(attempt)

    def recall(self, live: Live, main: AttemptRow) -> None:
        """The main node's attempt of a multi-node parallel job, that had ended before its adopted nodes."""
        self._gangs.recall(live, main)

    def run(self, attempt: Attempt, at: int) -> None:
        """The attempt's process exists: its job is RUNNING."""
        attempt.started_at = at
        row = JobRow(Status.RUNNING, attempts=attempt.number - 1, started_at=at)
        self._transitions.move(attempt.live, attempt.position, row, at)
        self.changes.attempts[attempt.key, attempt.number] = attempt.row()
        if attempt.live.is_multi_node:
            self._gangs.run(attempt, at)

    def end(self, attempt: Attempt, ending: Ending, at: int) -> Sequence[Attempt]:
        """The attempt has ended: its job is SUCCEEDED, FAILED, or RUNNABLE once more.

        The attempts that must be ended with it come back: the other nodes', where it was a main node's.
        """
        live = attempt.live
        del self.attempts[attempt.key]
        self._capacity.give_back(attempt.submission.need, attempt.environment, attempt.gpus)
        if live.submission.share_identifier is not None:
            self._transitions.use(live, -attempt.submission.need.milli_vcpus, at)
        to_stop: Sequence[Attempt] = ()
        if live.is_multi_node:
            to_stop = self._gangs.end(attempt, ending, at)
        else:
            self._end_job(attempt, ending, at)
        self._transitions.pass_on(at)
        return to_stop

    def cancel(self, live: Live, position: int, reason: str, at: int) -> None:
        """CancelJob: RUNNABLE jobs fail now, PENDING ones when their dependencies have ended, others go on."""
        self._request(live, position, Request(reason=reason, is_terminate=False), at)

    def terminate(self, live: Live, position: int, reason: str, at: int) -> list[Attempt]:
        """TerminateJob: what hasn't started fails now; the attempts that must be ended come back.

        Of an array only the wish is kept, as by `cancel`: none of its children starts any more, and `go_on` ends them.
        """
        return self._request(live, position, Request(reason=reason, is_terminate=True), at)

    def stop(self, live: Live, position: int, reason: str, at: int) -> list[Attempt]:
        """A job that runs is to be ended for this reason: it fails, however it ends, and is not retried.

        Its attempts come back: one, or those of all nodes.
        """
        if live.is_multi_node:
            return self._gangs.stop(live, reason, at)
        attempt = self.attempts[live.submission.key + position]
        request = live.requests.setdefault(position, Request(reason=reason, is_terminate=True))
        self.changes.jobs[attempt.key] = JobRow(
            live.status(position), attempt.number - 1, attempt.started_at, None, request.reason, False, True
        )
        return [attempt]

    def forget(self, submissions: Iterable[str]) -> None:
        """Let go of submissions whose endings are written."""
        for job_id in submissions:
            del self.lives[job_id]

    def head(self, queue: Queue, at: int) -> tuple[Live, int] | None:
        """The submission and position of the queue's next job; None where none waits."""
        ready = self.ready(queue.key)
        return ready.head(at) if ready is not None else None

    def ready(self, queue_key: int) -> ReadyQueue | FairShareQueue | None:
        """The RUNNABLE jobs of a queue; None where none was RUNNABLE yet."""
        return self._transitions.ready.get(queue_key)

    def _end_job(self, attempt: Attempt, ending: Ending, at: int) -> None:
        """What becomes of a job that is no node when its attempt has ended."""
        live, position = attempt.live, attempt.position
        live.finished[position] = attempt.number
        request = live.requests.pop(position, None) or request_before_its_turn(live, ending)
        status_reason = request.reason if request else ending.status_reason
        self.changes.attempts[attempt.key, attempt.number] = AttemptRow(
            *attempt.row()[:5], at, ending.exit_code, ending.reason, status_reason
        )
        if request is None and ending.succeeded:
            row = JobRow(Status.SUCCEEDED, attempt.number, attempt.started_at, at, status_reason)
            self._transitions.settle(live, position, row, at)
        elif request is None and live.stop is None and live.submission.retry.retries(ending, finished=attempt.number):
            row = JobRow(Status.RUNNABLE, attempt.number, attempt.started_at, None, status_reason)
            self._transitions.move(live, position, row, at)
            self._transitions.make_ready(live, position, position)
        else:
            is_terminated = request is not None
            row = JobRow(Status.FAILED, attempt.number, attempt.started_at, at, status_reason, False, is_terminated)
            self._transitions.settle(live, position, row, at)

    def _node_begun(self, attempt: Attempt) -> Attempt:
        self.attempts[attempt.key] = attempt
        return attempt

    def _placeable_head(self, queue: Queue, at: int) -> tuple[Live, int] | None:
        """The queue's next job that can be placed at all; those that can't fail here, a slice of them at a time."""
        for _ in range(self._slice):
            head = self.head(queue, at)
            if head is None or head[0].submission.unplaceable is None:
                return head
            live, position = head
            self._transitions.ready[queue.key].pop(at)
            row = JobRow(Status.FAILED, 0, None, at, live.submission.unplaceable)
            self._transitions.end_waiting(live, position, row, at)
            self._transitions.pass_on(at)
        self._fails_more = True
        return None

    def _request(self, live: Live, position: int, request: Request, at: int) -> list[Attempt]:
        """A request for one job, whatever became of it; the attempts come back that must be ended."""
        if live.status(position).is_terminal:
            return []
        if live.is_array and not position:
            self._stopping.keep(live, request)
            return []
        to_stop = self._stop_one(live, position, request, at)
        self._transitions.pass_on(at)
        return to_stop

    def _stop_one(self, live: Live, position: int, request: Request, at: int) -> list[Attempt]:
        """What a request means for a job that is no array: it ends, is noted, or is left alone."""
        status = live.statuses[position]
        if status == Status.RUNNABLE or (status == Status.PENDING and request.is_terminate):
            self._transitions.cancel_waiting(live, position, request, at)
        elif status == Status.PENDING:
            live.requests.setdefault(position, request)
            self._transitions.note_request(live, position, live.requests[position])
        elif status in (Status.STARTING, Status.RUNNING) and request.is_terminate:
            return self.stop(live, position, request.reason, at)
        return []
