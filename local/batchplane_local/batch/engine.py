"""The one thread on which everything happens: requests, attempts, time, and the commits between them.

What a request or an ending changes is in the ledger at once and in the database a moment later: at the end of the
turn for a request, which is answered only then, and after at most COMMIT_EVERY for the rest. Whatever goes wrong in
a commit stops the engine: the database holds a state that a restart takes up, and memory no longer does.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import TypeVar

from batchplane_local.batch.calls import Calls
from batchplane_local.batch.database.claims import Claim
from batchplane_local.batch.fault_injection.faults import Faults
from batchplane_local.batch.fault_injection.faulty_hosts import FaultyHosts
from batchplane_local.batch.jobs.attempt import Attempt
from batchplane_local.batch.jobs.endings import OUT_OF_MEMORY
from batchplane_local.batch.jobs.live import Live
from batchplane_local.batch.jobs.placement import queues_by_priority
from batchplane_local.batch.jobs.retry import Ending
from batchplane_local.batch.loop import Loop, Timer
from batchplane_local.batch.machine.host import Host
from batchplane_local.batch.machine.launch import cannot_start
from batchplane_local.batch.machine.memory import MemoryWatch
from batchplane_local.batch.machine.slots import Slot
from batchplane_local.batch.parts import Parts
from batchplane_local.batch.refused import Stopped
from batchplane_local.batch.resources.catalogue import COMPUTE_ENVIRONMENT

#: Seconds from the first unwritten transition to the commit that writes it.
COMMIT_EVERY = 0.01
#: Seconds between two looks at timeouts, output and orphans while something runs.
LOOK_EVERY = 0.25
#: Seconds between two looks, at the most, while nothing runs: for what happens with time alone.
_LOOK_ANYWAY = 60.0
TIMED_OUT = "Job attempt duration exceeded timeout"
#: Attempts started in one turn of the loop, so that a long queue of failing commands can't hold up all else.
_STARTS_A_TURN = 64
_T = TypeVar("_T")
_log = logging.getLogger(__name__)


class Engine:
    """Runs the jobs of one embedded Batch."""

    def __init__(self, parts: Parts) -> None:
        self._store, self._claims, self._slots = parts.store, parts.claims, parts.slots
        self._ledger, self._catalogue, self._outputs = parts.ledger, parts.catalogue, parts.outputs
        self._clock, self._announced, self._watches = parts.clock, parts.announced, parts.watches
        self._loop = Loop()
        self._host = Host(loop=self._loop, launcher=parts.launcher, slots=parts.slots, ended=self._attempt_ended)
        #: Where faults on demand reach the machine.
        self.hosts = FaultyHosts(host=self._host, folder_id=parts.launcher.task_ids.folder)
        self._memory = MemoryWatch(task_ids=parts.launcher.task_ids, above=self._above_memory)
        self._calls = Calls()
        self._timer: Timer | None = None
        self._looking = False
        #: True while a slice of what the ledger has left to do is due.
        self._goes_on = False
        #: Slots whose output isn't committed yet.
        self._held: list[Slot] = []
        self._stopped: str | None = None
        self._thread = threading.Thread(target=self._run, name="batch-engine", daemon=True)

    def start(self) -> None:
        """Begin to run jobs."""
        self._memory.start()
        self._thread.start()

    def begin(self, call: Callable[[], _T]) -> Future[_T]:
        """Have something run on the engine's thread; its answer comes once what it changed is committed.

        The future has Refused where the call raises that, having changed nothing, and Stopped where the engine stops
        meanwhile. Raises Stopped where it doesn't run.
        """
        future = self._calls.add(call)
        self._tell(self._answer_calls)
        return future

    def do(self, call: Callable[[], _T]) -> _T:
        """The same, and wait for the answer."""
        return self.begin(call).result()

    def delivered(self, sequence: int) -> None:
        """Everything up to this event has been delivered; noted with the next commit."""

        def note() -> None:
            self._ledger.changes.delivered = sequence
            self._commit_soon()

        try:
            self._tell(note)
        except Stopped:
            _log.info("Events up to %d were delivered while the engine stopped; they are delivered again", sequence)

    def terminate(self, live: Live, position: int, reason: str) -> None:
        """TerminateJob; on the engine's thread."""
        for attempt in self._ledger.terminate(live, position, reason, self._clock()):
            self._host.end(attempt, self._clock())

    def use(self, faults: Faults | None) -> None:
        """Have these faults of the machine from now on; on the engine's thread, or before it starts."""
        self.hosts.faults = faults
        self._serve_queues()

    def close(self) -> None:
        """Stop, killing what runs; the next life takes it for lost with its host."""
        with suppress(Stopped):
            self._tell(self._close)
        self._thread.join()

    def _tell(self, call: Callable[[], None]) -> None:
        """Have something done on the engine's thread."""
        try:
            self._loop.call_soon_threadsafe(call)
        except RuntimeError as error:
            self._calls.refuse(self._stopped)
            raise Stopped(self._stopped) from error

    def _run(self) -> None:
        """The engine's thread."""
        self._serve_queues()
        self._loop.call_soon(self._start_attempts)
        self._loop.call_soon(self._look_anyway)
        self._loop.call_soon(self._go_on)
        try:
            self._loop.run_forever()
        except Exception as error:
            self._fail(error)
        self._memory.close()
        self._host.close()
        # What was printed last is found by the next life.
        self._outputs.mark()
        self._slots.close()
        self._loop.close()
        self._calls.refuse(self._stopped)

    def _answer_calls(self) -> None:
        """Run the calls that came in, commit once for all of them, then give their answers."""
        if not self._stopped:
            try:
                self._calls.run()
            except Exception as error:
                self._fail(error)
        if self._commit():
            self._calls.answer()
        else:
            self._calls.refuse(self._stopped)
        self._start_attempts()
        self._look_soon()

    def _start_attempts(self) -> None:
        """Start what fits."""
        for _ in range(_STARTS_A_TURN):
            attempt = None if self._stopped else self._ledger.claim(self._clock())
            if attempt is None:
                break
            self._start(attempt)
        else:
            self._loop.call_soon(self._start_attempts)
        if self._ledger.changes:
            self._commit_soon()

    def _start(self, attempt: Attempt) -> None:
        try:
            slot = self._slots.take()
        except OSError as error:
            self._end(attempt, cannot_start(error))
            return
        attempt.slot = slot.number
        environment = self._catalogue.find(COMPUTE_ENVIRONMENT, attempt.environment)
        claim = Claim(attempt.key, attempt.number, slot.number, environment.key if environment else 0)
        self._claims.add(claim, self._store.generation)
        self._outputs.begin(attempt.key, attempt.number, slot)
        if not slot.is_watched:
            slot.is_watched = True
            self._loop.add_reader(slot.intake.source, self._outputs.take_in, slot)
        failure = self._host.start(attempt, slot)
        if failure is not None:
            self._end(attempt, failure)
            self._leave(attempt, slot)
            return
        self._ledger.run(attempt, self._clock())
        if self.hosts.faults is not None:
            self.hosts.started(attempt, self._clock())
        self._look_soon()

    def _attempt_ended(self, attempt: Attempt, slot: Slot, ending: Ending) -> None:
        """The host says that an attempt has ended."""
        self._end(attempt, ending)
        # First of all, and in another slot: a processor may be idle.
        self._start_attempts()
        self._leave(attempt, slot)

    def _leave(self, attempt: Attempt, slot: Slot) -> None:
        """Take care of what an ended attempt has written, and of its slot."""
        row = self._outputs.end(attempt.key, attempt.number)
        if row is None:
            self._slots.give_back(slot, has_output=False)
        else:
            self._ledger.changes.logs.append(row)
            self._held.append(slot)

    def _end(self, attempt: Attempt, ending: Ending) -> None:
        """Note that an attempt has ended, and end what must end with it."""
        now = self._clock()
        for other in self._ledger.end(attempt, ending, now):
            self._host.end(other, now)

    def _above_memory(self, attempt: Attempt) -> None:
        """The memory watch says that an attempt uses more than its job asked for."""
        with suppress(Stopped):
            self._tell(lambda: self._host.kill(attempt, OUT_OF_MEMORY))

    def _go_on(self) -> None:
        """A slice of what follows from what has happened, in a commit of its own: between two, others are answered."""
        self._goes_on = False
        if not self._stopped:
            now = self._clock()
            for attempt in self._ledger.go_on(now):
                self._host.end(attempt, now)
            self._commit()
            self._start_attempts()

    def _look_soon(self) -> None:
        if not self._looking:
            self._looking = True
            self._loop.call_later(LOOK_EVERY, self._look)

    def _look_anyway(self) -> None:
        self._look_soon()
        self._loop.call_later(_LOOK_ANYWAY, self._look_anyway)

    def _look(self) -> None:
        """Note output, end what has run too long, and reap."""
        self._looking = False
        self._outputs.mark()
        now = self._clock()
        self._host.look(now)
        self._memory.look(self._host.sessions)
        self.hosts.look(now)
        for attempt in list(self._ledger.attempts.values()):
            if attempt.is_overdue(now):
                for each in self._ledger.stop(attempt.live, attempt.position, TIMED_OUT, now):
                    self._host.end(each, now)
        watched = [watch.look(now) for watch in self._watches]
        self._start_attempts()
        if self._ledger.attempts or any(watched):
            self._look_soon()

    def _commit_soon(self) -> None:
        if self._timer is None and not self._stopped:
            self._timer = self._loop.call_later(COMMIT_EVERY, self._commit)

    def _commit(self) -> bool:
        """Write everything that has changed; False where that failed, and the engine stops."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._ledger.is_behind and not self._goes_on:
            self._goes_on = True
            self._loop.call_soon(self._go_on)
        changes = self._ledger.take_changes()
        if not changes or self._stopped:
            return not self._stopped
        try:
            self._store.commit(changes)
        except Exception as error:
            self._fail(error)
            return False
        self._outputs.kept(changes.logs)
        while self._held:
            self._slots.give_back(self._held.pop(), has_output=True)
        self._ledger.forget(changes.ended)
        if changes.resources or changes.removed:
            self._serve_queues()
        if changes.events:
            self._announced()
        return True

    def _serve_queues(self) -> None:
        self._ledger.serve(self.hosts.served(queues_by_priority(self._catalogue)))

    def _fail(self, error: object) -> None:
        """Something went wrong that leaves memory and database apart."""
        _log.error("The embedded Batch stops: %r", error, exc_info=error if isinstance(error, Exception) else None)
        self._stop(f"the embedded Batch has stopped: {error!r}; open it again")

    def _close(self) -> None:
        self._commit()
        self._stop("the embedded Batch was closed")

    def _stop(self, why: str) -> None:
        self._stopped = self._stopped or why
        self._loop.stop()
