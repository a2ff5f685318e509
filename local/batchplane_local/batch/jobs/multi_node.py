"""Multi-node parallel jobs while they run: nodes are placed together, the main one first, and end with it.

The rules of a gang, and nothing else: which node may begin, what an ending means, which nodes must be ended. What it
decides goes through the same transitions as everything else. Deterministic, as the ledger is.
https://docs.aws.amazon.com/batch/latest/userguide/multi-node-parallel-jobs.html
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from batchplane_local.batch.jobs.attempt import Attempt
from batchplane_local.batch.jobs.changes import AttemptRow, JobRow
from batchplane_local.batch.jobs.live import Live, Request
from batchplane_local.batch.jobs.placement import Capacity
from batchplane_local.batch.jobs.retry import Ending
from batchplane_local.batch.jobs.status import Status
from batchplane_local.batch.jobs.transitions import Transitions

#: Why a node ended that was still there when the main node had ended. AWS's words are not documented.
MAIN_NODE_ENDED = "Main node exited"


@dataclass(kw_only=True, slots=True, eq=False)
class Gang:
    """One attempt of a multi-node parallel job."""

    live: Live
    #: From 1; the number of every node's attempt.
    number: int
    environment: str
    #: Nodes that have begun and haven't ended.
    begun: list[Attempt] = field(default_factory=list)
    #: Nodes with a place on the machine that haven't begun.
    placed: deque[Attempt] = field(default_factory=deque)
    #: The main node's attempt as it ended; None while it lasts.
    main: AttemptRow | None = None


class Gangs:
    """Every multi-node parallel job with a node that runs."""

    def __init__(self, *, transitions: Transitions, capacity: Capacity) -> None:
        #: Gangs whose main node runs and that have nodes to begin.
        self.launching: deque[Gang] = deque()
        self._gangs: dict[int, Gang] = {}
        self._transitions = transitions
        self._capacity = capacity

    def begin(self, live: Live, environment: str, at: int) -> Attempt:
        """The next attempt of a job begins: all nodes take their place, and the main one is STARTING."""
        gang = Gang(live=live, number=live.finished[0] + 1, environment=environment)
        self._gangs[live.submission.key] = gang
        attempts = [Attempt(live=live, position=node, environment=environment) for node in live.submission.nodes]
        for attempt in attempts:
            attempt.gpus = self._capacity.take(attempt.submission.need, environment)
        if live.submission.share_identifier is not None:
            self._transitions.use(live, live.submission.need.milli_vcpus, at)
        main = attempts.pop(live.submission.main_position - 1)
        gang.placed.extend(attempts)
        self._transitions.move(live, 0, JobRow(Status.STARTING, attempts=gang.number - 1), at)
        return self._begin_node(gang, main, at)

    def begin_next(self, at: int) -> Attempt:
        """The next node of a gang whose main node runs begins; there is one in `launching`."""
        gang = self.launching[0]
        attempt = gang.placed.popleft()
        if not gang.placed:
            self.launching.popleft()
        return self._begin_node(gang, attempt, at)

    def adopt(self, attempt: Attempt) -> None:
        """A node's attempt that an earlier life began; rows already say so."""
        live = attempt.live
        key, number = live.submission.key, live.finished[0] + 1
        gang = self._gangs.setdefault(key, Gang(live=live, number=number, environment=attempt.environment))
        gang.begun.append(attempt)

    def recall(self, live: Live, main: AttemptRow) -> None:
        """The main node of a job with adopted nodes had ended in an earlier life."""
        self._gangs[live.submission.key].main = main

    def run(self, attempt: Attempt, at: int) -> None:
        """A node is RUNNING; with the main one its job is, and the other nodes may begin."""
        live = attempt.live
        if attempt.position == live.submission.main_position:
            gang = self._gangs[live.submission.key]
            self._transitions.move(live, 0, JobRow(Status.RUNNING, gang.number - 1, at), at)
            if gang.placed:
                self.launching.append(gang)

    def end(self, attempt: Attempt, ending: Ending, at: int) -> list[Attempt]:
        """A node's attempt has ended. The attempts come back that must be ended now: all others, with the main one."""
        live, position = attempt.live, attempt.position
        gang = self._gangs[live.submission.key]
        gang.begun.remove(attempt)
        row = self._end_node(gang, attempt, ending, at)
        to_stop: list[Attempt] = []
        if position == live.submission.main_position:
            gang.main = row
            self._give_up_places(gang, at)
            to_stop = list(gang.begun)
        if gang.main is not None and not gang.begun:
            self._end_gang(gang, gang.main, at)
        return to_stop

    def stop(self, live: Live, reason: str, at: int) -> list[Attempt]:
        """The job is to be ended for this reason: it fails and is not retried. Its nodes come back, to be ended.

        Where the main node has ended, what becomes of the job is decided, and its nodes are being ended already.
        """
        gang = self._gangs[live.submission.key]
        if gang.main is None:
            request = live.requests.setdefault(0, Request(reason=reason, is_terminate=True))
            main = next(each for each in gang.begun if each.position == live.submission.main_position)
            row = JobRow(live.status(0), gang.number - 1, main.started_at, None, request.reason, False, True)
            self._transitions.changes.jobs[live.submission.key] = row
            self._give_up_places(gang, at)
        return list(gang.begun)

    def _begin_node(self, gang: Gang, attempt: Attempt, at: int) -> Attempt:
        gang.begun.append(attempt)
        self._transitions.move(gang.live, attempt.position, JobRow(Status.STARTING, gang.number - 1), at)
        self._transitions.changes.attempts[attempt.key, attempt.number] = attempt.row()
        return attempt

    def _end_node(self, gang: Gang, attempt: Attempt, ending: Ending, at: int) -> AttemptRow:
        """The node is SUCCEEDED or FAILED by its own exit code; the attempt's last row comes back."""
        live = gang.live
        request = live.requests.get(0)
        row = attempt.row()._replace(stopped_at=at, exit_code=ending.exit_code, reason=ending.reason)
        # An ending without an exit code has a cause of its own: a lost host, a command that can't start.
        ended_with_main = gang.main is not None and ending.exit_code is not None
        row = row._replace(status_reason=MAIN_NODE_ENDED if ended_with_main else ending.status_reason)
        row = row._replace(status_reason=request.reason) if request else row
        live.finished[attempt.position] = gang.number
        self._transitions.changes.attempts[attempt.key, gang.number] = row
        succeeded = request is None and ending.succeeded
        self._transitions.move(live, attempt.position, _ended(row, request, succeeded=succeeded), at)
        return row

    def _give_up_places(self, gang: Gang, at: int) -> None:
        """The nodes that haven't begun never will, in this attempt."""
        if gang in self.launching:
            self.launching.remove(gang)
        for attempt in gang.placed:
            self._capacity.give_back(attempt.submission.need, gang.environment, attempt.gpus)
            if gang.live.submission.share_identifier is not None:
                self._transitions.use(gang.live, -attempt.submission.need.milli_vcpus, at)
        gang.placed.clear()

    def _end_gang(self, gang: Gang, main: AttemptRow, at: int) -> None:
        """All nodes have ended: the job is what its main node made it, or RUNNABLE once more."""
        live = gang.live
        del self._gangs[live.submission.key]
        request = live.requests.pop(0, None)
        ending = Ending(exit_code=main.exit_code, reason=main.reason, status_reason=main.status_reason or "")
        succeeded = request is None and ending.succeeded
        is_retried = not request and not succeeded and live.submission.retry.retries(ending, finished=gang.number)
        unbegun = [self._end_unbegun(gang, n, request, at) for n in live.submission.nodes if self._is_unbegun(gang, n)]
        live.finished[0] = gang.number
        row = _ended(main, request, succeeded=succeeded)
        if is_retried:
            for node in live.submission.nodes:
                self._transitions.move(live, node, JobRow(Status.RUNNABLE, gang.number), at)
            self._transitions.move(live, 0, row._replace(status=Status.RUNNABLE, stopped_at=None), at)
            self._transitions.make_ready(live, 0, 0)
            return
        for attempt in unbegun:
            self._transitions.move(
                live, attempt.job - live.submission.key, _ended(attempt, request, succeeded=False), at
            )
        self._transitions.settle(live, 0, row, at)

    def _is_unbegun(self, gang: Gang, node: int) -> bool:
        return gang.live.finished[node] < gang.number

    def _end_unbegun(self, gang: Gang, node: int, request: Request | None, at: int) -> AttemptRow:
        """A node that never began has the attempt on record all the same: nodes' attempts go by the job's number."""
        reason = request.reason if request else MAIN_NODE_ENDED
        key = gang.live.submission.key + node
        row = AttemptRow(key, gang.number, gang.environment, stopped_at=at, status_reason=reason)
        gang.live.finished[node] = gang.number
        self._transitions.changes.attempts[row.job, row.attempt] = row
        return row


def _ended(attempt: AttemptRow, request: Request | None, *, succeeded: bool) -> JobRow:
    """The row of a node, or of its job, that an attempt has ended."""
    return JobRow(
        Status.SUCCEEDED if succeeded else Status.FAILED,
        attempt.attempt,
        attempt.started_at,
        attempt.stopped_at,
        attempt.status_reason,
        False,
        request is not None,
    )
