"""Events go wrong on their way as often as they are told to, and none is forgotten that wasn't dropped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import Any

import pytest

from batchplane_local.batch.fault_injection.faults import Faults
from batchplane_local.batch.fault_injection.faulty_delivery import FaultyDelivery
from tests.local.batch.conftest import OpenMachine
from tests.local.batch.machine import Consumer, Machine
from tests.local.clocks import Clock
from tests.waiting import wait_until

#: Jobs that send events in these tests; enough that a fault of even odds strikes some and spares some.
JOBS = 60


class Way:
    """A faulty way to a consumer, and what was acknowledged of what was sent over it."""

    def __init__(self, deliver: Callable[[Sequence[dict[str, Any]]], None]) -> None:
        self.clock = Clock()
        self.acknowledged: list[int] = []
        self.delivery = FaultyDelivery(deliver, clock=self.clock)
        self._tell = self.delivery.before(self.acknowledged.append)

    def send(self, *jobs: int) -> None:
        """Send a batch with an event of each of these jobs; their numbers are their events' sequence numbers."""
        self.delivery([event(job) for job in jobs])
        self._tell(jobs[-1])


OpenWay = Callable[..., Way]


@pytest.fixture
def way_to() -> Iterator[OpenWay]:
    """Lays ways to consumers, with faults."""
    with ExitStack() as stack:

        def lay(deliver: Callable[[Sequence[dict[str, Any]]], None], **faults: Any) -> Way:
            way = Way(deliver)
            stack.callback(way.delivery.close)
            way.delivery.use(Faults(**faults))
            return way

        yield lay


def event(job: int) -> dict[str, Any]:
    """An event of a job."""
    detail = {"status": "RUNNABLE", "attempts": []}
    return {"detail-type": "Batch Job State Change", "resources": [f"job/{job}"], "detail": detail}


def jobs(events: Sequence[dict[str, Any]]) -> list[int]:
    """The jobs that events tell of."""
    return [int(each["resources"][0].partition("/")[2]) for each in events]


def test_dropped_events_never_arrive_and_count_as_delivered(way_to: OpenWay) -> None:
    """The outbox lets go of them."""
    taken: list[dict[str, Any]] = []
    way = way_to(taken.extend, drop_events=0.5)
    for job in range(JOBS):
        way.send(job)
    arrived = jobs(taken)
    assert (0 < len(arrived) < JOBS, arrived == sorted(arrived)) == (True, True)
    assert way.acknowledged == list(range(JOBS))


def test_a_repeated_event_comes_again_after_the_next(way_to: OpenWay) -> None:
    """Nobody waits for the repetition."""
    taken: list[dict[str, Any]] = []
    way = way_to(taken.extend, duplicate_events=1.0)
    way.send(1, 2)
    assert jobs(taken) == [1, 2, 1]
    assert way.acknowledged == [2]


def test_a_repetition_comes_though_no_other_event_does(way_to: OpenWay) -> None:
    """After the time of a delay."""
    taken: list[dict[str, Any]] = []
    way = way_to(taken.extend, duplicate_events=1.0, delay_milliseconds=500)
    way.send(1)
    way.clock.move(seconds=0.5)
    wait_until(lambda: len(taken) == 2, "the repetition comes")
    assert jobs(taken) == [1, 1]


def test_a_reordered_event_comes_after_a_later_one(way_to: OpenWay) -> None:
    """All of them come, not in their order, and are acknowledged when none before is held back."""
    taken: list[dict[str, Any]] = []
    way = way_to(taken.extend, reorder_events=0.5)
    for job in range(JOBS):
        way.send(job)
    way.clock.move(seconds=1)
    wait_until(lambda: len(taken) == JOBS, "all have come")
    assert (sorted(jobs(taken)) == list(range(JOBS)), jobs(taken) == sorted(jobs(taken))) == (True, False)
    assert (way.acknowledged == sorted(way.acknowledged), way.acknowledged[-1]) == (True, JOBS - 1)


def test_a_delayed_event_comes_when_its_time_has_come(way_to: OpenWay) -> None:
    """Until then it and all after it count as undelivered."""
    taken: list[dict[str, Any]] = []
    way = way_to(taken.extend, delay_events=1.0, delay_milliseconds=5000)
    way.send(1)
    way.delivery.use(None)
    way.send(2)
    way.clock.move(seconds=4.9)
    before = (jobs(taken), list(way.acknowledged))
    way.clock.move(seconds=0.1)
    wait_until(lambda: way.acknowledged, "all is acknowledged")
    assert (before, jobs(taken), way.acknowledged) == (([2], []), [2, 1], [2])


def test_a_late_event_that_is_refused_comes_again(way_to: OpenWay) -> None:
    """At least once holds for it as for every other."""
    consumer = Consumer(refusals=1)
    way = way_to(consumer, delay_events=1.0)
    way.send(1)
    way.clock.move(seconds=1)
    wait_until(lambda: consumer.taken, "it is taken")
    assert (len(consumer.offered), jobs(consumer.taken)) == (2, [1])


def test_a_batch_that_is_refused_leaves_nothing_behind(way_to: OpenWay) -> None:
    """What comes again has the same faults, once."""
    consumer = Consumer(refusals=1)
    way = way_to(consumer, duplicate_events=1.0)
    with pytest.raises(ConnectionError):
        way.delivery([event(1), event(2)])
    way.send(1, 2)
    assert jobs(consumer.taken) == [1, 2, 1]


def test_the_same_seed_gives_the_same_events(way_to: OpenWay) -> None:
    """However they are put into batches."""

    def arrived(*batches: range) -> list[int]:
        taken: list[dict[str, Any]] = []
        way = way_to(taken.extend, seed=3, drop_events=0.3, duplicate_events=0.3, reorder_events=0.3)
        for batch in batches:
            way.send(*batch)
        return jobs(taken)

    assert arrived(range(JOBS)) == arrived(range(JOBS // 3), range(JOBS // 3, JOBS))


def told(machine: Machine) -> list[str]:
    """The statuses that events have told of."""
    return [each["detail"]["status"] for each in list(machine.events)]


def test_events_of_jobs_are_repeated_while_they_are_told_to_be(machine_with: OpenMachine) -> None:
    """Faults may be set while it runs, and be taken back."""
    machine = machine_with(faults=Faults(duplicate_events=1.0, delay_milliseconds=60_000))
    machine.told(machine.run("true")["jobId"])
    machine.batch.faults = None
    machine.told(machine.run("true")["jobId"])
    repeated = ["RUNNABLE", "STARTING", "RUNNABLE", "RUNNING", "STARTING", "SUCCEEDED", "RUNNING"]
    assert told(machine) == [*repeated, "RUNNABLE", "SUCCEEDED", "STARTING", "RUNNING", "SUCCEEDED"]


def test_what_was_held_back_is_delivered_in_the_next_life(machine_with: OpenMachine) -> None:
    """The outbox has it still, and in its order."""
    machine = machine_with(clock=Clock(), faults=Faults(delay_events=1.0))
    machine.run("true")
    machine.close()
    before = told(machine)
    again = machine_with()
    wait_until(lambda: len(again.events) >= 4, "the events are told")
    assert (before, told(again)) == ([], ["RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED"])
