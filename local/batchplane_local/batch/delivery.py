"""Delivers events from the outbox, in order and at least once: one thread, one batch at a time.

A batch is delivered again, with the same ids, until the consumer has returned without raising. Writes nothing itself.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Any

from batchplane_local.batch.database.reading import Reading
from batchplane_local.batch.jobs.blockage import Blockage
from batchplane_local.batch.jobs.detail import Moment
from batchplane_local.batch.jobs.events import Announcer, moment_of
from batchplane_local.batch.jobs.outbox import Transition

#: Takes "Batch Job State Change" and "Batch Job Queue Blocked" events, in order and each at least once, on a thread of
#: its own; by returning it says that it has them for good. It must not change them: they share structures.
Deliver = Callable[[Sequence[dict[str, Any]]], None]

#: Events in a batch.
_BATCH = 200
#: Seconds that news waits for more: a batch costs less than as many events one by one, and whoever has just submitted
#: a job gets the answer first, instead of competing for the interpreter with the events.
_GATHERED = 0.005
#: Seconds before a failed delivery is tried again: the first wait, doubled each time up to the last.
_FIRST_WAIT, _LAST_WAIT = 0.05, 5.0
_log = logging.getLogger(__name__)


class Delivery:
    """The thread that tells a consumer of every transition."""

    def __init__(self, *, reading: Reading, announcer: Announcer, deliver: Deliver) -> None:
        self._reading = reading
        self._announcer = announcer
        self._deliver = deliver
        self._news = threading.Event()
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, delivered: Callable[[int], None]) -> None:
        """Begin with what an earlier life left; `delivered` is told up to which event everything is delivered."""
        self._news.set()
        self._thread = threading.Thread(target=self._run, args=(delivered,), name="batch-delivery", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """There are new transitions in the outbox."""
        self._news.set()

    def close(self) -> None:
        """Deliver no more; waits for the delivery that is under way."""
        self._closed.set()
        self._news.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self, delivered: Callable[[int], None]) -> None:
        after, wait = self._reading.delivered(), _FIRST_WAIT
        while not self._closed.is_set():
            self._news.clear()
            try:
                last = self._deliver_batch(after)
            except BaseException:  # A consumer may even raise SystemExit, which would end this thread without a word.
                _log.exception("Events after %d were not taken; they are delivered again in %.2f s", after, wait)
                self._closed.wait(wait)
                wait = min(2 * wait, _LAST_WAIT)
                continue
            if last == after:
                self._news.wait()
                self._closed.wait(_GATHERED)
            else:
                delivered(last)
            after, wait = last, _FIRST_WAIT

    def _deliver_batch(self, after: int) -> int:
        """Deliver the first events after a sequence number; the last one's comes back."""
        rows = self._reading.outbox(after, _BATCH)
        if not rows:
            return after
        now = self._reading.moments_at(list({row.job for row in rows}))
        self._deliver([self._event(row, now[row.job]) for row in rows])
        return rows[-1].sequence

    def _event(self, row: Transition, now: Moment) -> dict[str, Any]:
        if isinstance(row.status, Blockage):
            return self._announcer.job_queue_blocked(
                now, row.status, finished=row.attempts, sequence=row.sequence, at=row.at
            )
        moment = moment_of(now, status=row.status, finished=row.attempts)
        return self._announcer.job_state_change(moment, sequence=row.sequence, at=row.at)
