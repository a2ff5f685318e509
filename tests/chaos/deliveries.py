"""What a queue may do to events: double, delay, shuffle and drop them, and deliver again what was not taken.

Some jobs get a forged end, of the other kind than their own, whenever it comes.
"""

from __future__ import annotations

import heapq
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from tests.chaos.truth import Life, Told

#: How far behind its place an event may come, in events: each run has one of these.
_DELAYS = (0.5, 10, 200, 5000)
#: The largest batch of one delivery, likewise.
_BATCHES = (1, 5, 40, 200)
#: How often an event comes, likewise.
_COPIES = ((1,), (2,), (1, 2, 2, 3))
_OTHER = {"SUCCEEDED": "FAILED", "FAILED": "SUCCEEDED"}


@dataclass(frozen=True, kw_only=True)
class Message:
    """One message of the queue."""

    number: int
    body: str
    life: Life


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is to be told of some lives."""

    #: Everything that comes, at least once, by Batch's id of whom it is about.
    told: dict[str, list[str]]
    #: Whose real end never comes.
    unended: frozenset[str]
    #: The queue's messages, each with its place in time.
    messages: Sequence[tuple[float, Message]]


def planned(lives: Sequence[Life], dice: Random, *, dropped: float, forged: float) -> Plan:
    """Drop this part of the events, forge ends for this part of the jobs, copy and delay events."""
    delay, copies = dice.choice(_DELAYS), dice.choice(_COPIES)
    told: dict[str, list[str]] = {}
    unended: set[str] = set()
    messages: list[tuple[float, Message]] = []
    for life in lives:
        begin = dice.uniform(0, 10 * len(lives))
        for each in life.told:
            coming = [event for event in each.events if dice.random() >= dropped]
            if each.events[-1] not in coming:
                unended.add(each.batch_job_id)
            elif dice.random() < forged and "#" not in each.batch_job_id:
                coming.append(_forged(each))
            told[each.batch_job_id] = coming
            doubled = [(place, event) for place, event in enumerate(coming) for _ in range(dice.choice(copies))]
            for place, event in doubled:
                message = Message(number=len(messages), body=event, life=life)
                messages.append((begin + place + dice.expovariate(1 / delay), message))
    return Plan(told=told, unended=frozenset(unended), messages=messages)


class Deliveries:
    """The queue. Seconds do not pass in it: what can't be delivered yet waits until it can."""

    def __init__(self, plan: Plan, dice: Random, *, may_come: Callable[[Life], bool]) -> None:
        self._waiting = [(due, message.number, message) for due, message in plan.messages]
        heapq.heapify(self._waiting)
        self._dice = dice
        self._may_come = may_come
        self._most = dice.choice(_BATCHES)
        self._in_flight = 0

    @property
    def is_over(self) -> bool:
        """Whether everything was taken."""
        return not (self._waiting or self._in_flight)

    def receive(self) -> list[Message]:
        """The next batch; empty where nothing can come now."""
        batch: list[Message] = []
        parked = []
        wanted = self._dice.randint(1, self._most)
        while self._waiting and len(batch) < wanted:
            entry = heapq.heappop(self._waiting)
            if self._may_come(entry[2].life):
                batch.append(entry[2])
            else:
                parked.append(entry)
        for due, number, message in parked:
            heapq.heappush(self._waiting, (due, number, message))
        self._in_flight += len(batch)
        return batch

    def finish(self, batch: Sequence[Message], *, failed: Sequence[int]) -> None:
        """What failed comes again, some time."""
        self._in_flight -= len(batch)
        for message in batch:
            if message.number in failed:
                later = self._dice.expovariate(1 / self._most)
                now = self._waiting[0][0] if self._waiting else 0.0
                heapq.heappush(self._waiting, (now + later, message.number, message))


def _forged(told: Told) -> str:
    """A job's last event, with the end that it did not have."""
    event = json.loads(told.events[-1])
    event["detail"]["status"] = _OTHER[event["detail"]["status"]]
    return json.dumps(event)


def transitions(bodies: Sequence[str]) -> Iterator[tuple[str, int]]:
    """The status of each event, and how many attempts had ended by then."""
    for body in bodies:
        detail = json.loads(body)["detail"]
        yield detail["status"], sum("stoppedAt" in attempt for attempt in detail["attempts"])
