"""Faults on demand of events: dropped, repeated, reordered, late. The outbox behind it stays right.

An event that is held back here counts as undelivered until the consumer has it, so that a restart delivers it after
all; a dropped one counts as delivered.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from batchplane_local.batch.delivery import Deliver
from batchplane_local.batch.fault_injection.faults import UNTOUCHED, Fate, Faults

#: Seconds between two looks at the events that are held back.
_LOOK_EVERY = 0.05
_TERMINAL = ("SUCCEEDED", "FAILED")
_log = logging.getLogger(__name__)
Event = dict[str, Any]


@dataclass(kw_only=True, eq=False)
class _Batch:
    """Events that came together, one of them held back at the least or the last one's number not known yet."""

    #: The last one's sequence number.
    last: int | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class _Held:
    """An event that is held back."""

    event: Event
    #: None for a repetition, for which nobody waits.
    batch: _Batch | None
    #: Epoch milliseconds at which it is delivered, whatever else happens.
    due: int
    #: Delivered as soon as a later event has passed it.
    until_passed: bool


class FaultyDelivery:
    """A consumer of events before another: hands them on, as faulty as it is told."""

    def __init__(self, deliver: Deliver, *, clock: Callable[[], int]) -> None:
        self._deliver = deliver
        self._clock = clock
        self._faults: Faults | None = None
        self._held: list[_Held] = []
        self._batches: deque[_Batch] = deque()
        #: Unfinished jobs by their ARNs, numbered in the order in which they were first told of.
        self._numbers: dict[str, int] = {}
        self._numbered = 0
        self._delivered: Callable[[int], None] = lambda sequence: None
        # Reentrant: a consumer may set other faults while it is told.
        self._lock = threading.RLock()
        self._news = threading.Event()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="batch-faulty-delivery", daemon=True)

    def before(self, delivered: Callable[[int], None]) -> Callable[[int], None]:
        """What to tell of each batch that was taken; it tells `delivered` up to which event nothing is held back."""
        self._delivered = delivered
        return self._batch_delivered

    def use(self, faults: Faults | None) -> None:
        """Have these faults from now on, and number jobs from one; what is held back already stays so."""
        with self._lock:
            self._faults = faults
            self._numbers.clear()
            self._numbered = 0
            if faults is not None and self._thread.ident is None:
                self._thread.start()

    def close(self) -> None:
        """Deliver no more."""
        self._closed.set()
        self._news.set()
        if self._thread.ident is not None:
            self._thread.join()

    def __call__(self, events: Sequence[Event]) -> None:
        """Take a batch of events. Raises what the consumer raises, and then has taken none of them."""
        with self._lock:
            if self._faults is None and not self._held:
                self._deliver(events)
                return
            batch, held = _Batch(), list(self._held)
            if passing := self._passing(events, batch, held):
                self._deliver(passing)
            self._held = held
            self._batches.append(batch)
            self._forget_ended(events)
        self._news.set()

    def _batch_delivered(self, sequence: int) -> None:
        """The batch that was taken last ends with this event."""
        with self._lock:
            if self._batches:
                self._batches[-1].last = sequence
                self._acknowledge()
            else:
                self._delivered(sequence)

    def _passing(self, events: Sequence[Event], batch: _Batch, held: list[_Held]) -> list[Event]:
        """What is delivered now, in order; what is held back is put into `held`, and what is no longer taken out."""
        passing: list[Event] = []
        for event in events:
            fate = self._fate_of(event)
            if fate.is_dropped:
                continue
            due = self._clock() + (self._faults.delay_milliseconds if self._faults else 0)
            if fate.is_delayed or fate.is_reordered:
                held.append(_Held(event=event, batch=batch, due=due, until_passed=not fate.is_delayed))
            else:
                passing += [event, *(each.event for each in held if each.until_passed)]
                held[:] = [each for each in held if not each.until_passed]
            if fate.is_repeated:
                held.append(_Held(event=event, batch=None, due=due, until_passed=True))
        return passing

    def _fate_of(self, event: Event) -> Fate:
        """What becomes of an event, by its job's number, its status and the attempts that had ended."""
        if self._faults is None:
            return UNTOUCHED
        detail, (resource, *_) = event["detail"], event["resources"]
        if resource not in self._numbers:
            self._numbered += 1
            self._numbers[resource] = self._numbered
        identity = (self._numbers[resource], detail.get("status"), len(detail.get("attempts", ())))
        return self._faults.fate_of(event["detail-type"], *identity)

    def _forget_ended(self, events: Sequence[Event]) -> None:
        """Let go of the numbers of jobs whose end was taken: no more is told of them, but of a node that is retried."""
        for event in events:
            if event["detail"].get("status") in _TERMINAL:
                self._numbers.pop(event["resources"][0], None)

    def _acknowledge(self) -> None:
        """Tell up to which event nothing is held back."""
        waited_for = {each.batch for each in self._held}
        last = None
        while self._batches and self._batches[0].last is not None and self._batches[0] not in waited_for:
            last = self._batches.popleft().last
        if last is not None:
            self._delivered(last)

    def _run(self) -> None:
        while not self._closed.is_set():
            self._news.wait()
            self._closed.wait(_LOOK_EVERY)
            with self._lock:
                self._deliver_due()
                if not self._held:
                    self._news.clear()

    def _deliver_due(self) -> None:
        now = self._clock()
        due = [each for each in self._held if each.due <= now]
        if not due or self._closed.is_set():
            return
        try:
            self._deliver([each.event for each in due])
        except BaseException:  # As in the delivery: not even SystemExit may end this thread without a word.
            _log.exception("%d late events were not taken; they are delivered again", len(due))
            return
        self._held = [each for each in self._held if each not in due]
        self._acknowledge()
