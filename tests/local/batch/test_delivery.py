"""Events reach their consumer in order, at least once, and over the end of a life."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from tests.local.batch.conftest import OpenMachine
from tests.local.batch.machine import Consumer, Machine
from tests.waiting import PATIENCE_SECONDS, wait_until


def statuses(events: list[dict[str, Any]]) -> list[str]:
    """The statuses that events tell of."""
    return [event["detail"]["status"] for event in events]


def test_events_arrive_in_the_order_in_which_they_happened(machine: Machine) -> None:
    """The next job's events come after those of the job that it had to wait for."""
    first, last = machine.submit("true"), machine.submit("true")
    machine.told(last)
    ran = [event["detail"]["jobId"] for event in machine.events if event["detail"]["status"] != "RUNNABLE"]
    assert ran == [first] * 3 + [last] * 3


def test_a_batch_that_is_refused_is_delivered_again(machine_with: OpenMachine) -> None:
    """The same events come again, with the same ids, until they are taken; later ones wait."""
    consumer = Consumer(refusals=2)
    machine = machine_with(deliver=consumer)
    machine.run("true")
    wait_until(lambda: "SUCCEEDED" in statuses(consumer.taken), "the last event is taken")
    first = [event["id"] for event in consumer.offered[0]]
    assert [[event["id"] for event in events][: len(first)] for events in consumer.offered[:3]] == [first] * 3
    assert statuses(consumer.taken) == ["RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED"]


def test_what_was_not_taken_is_delivered_in_the_next_life(machine_with: OpenMachine) -> None:
    """Events outlive the process that couldn't deliver them."""
    consumer = Consumer(refusals=1_000_000)
    machine = machine_with(deliver=consumer)
    machine.run("true")
    machine.close()
    taken: list[dict[str, Any]] = []
    again = machine_with(deliver=taken.extend)
    wait_until(lambda: len(taken) >= 4, "the events are taken")
    assert statuses(taken) == ["RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED"]
    again.close()


def test_what_was_taken_is_not_delivered_in_the_next_life(machine: Machine) -> None:
    """A consumer that returned has the events for good."""
    machine.told(machine.run("true")["jobId"])
    machine.close()
    before = len(machine.events)
    machine.open()
    machine.told(machine.run("true")["jobId"])
    assert statuses(machine.events[before:]) == ["RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED"]


def test_a_consumer_may_ask_while_it_is_told(machine_with: OpenMachine) -> None:
    """What an event tells is there to be described when the event arrives."""
    described: list[str] = []
    ready = threading.Event()

    def deliver(events: Sequence[dict[str, Any]]) -> None:
        assert ready.wait(PATIENCE_SECONDS)
        for event in events:
            described.append(machine.job(event["detail"]["jobId"])["status"])

    machine = machine_with(deliver=deliver)
    ready.set()
    machine.run("true")
    wait_until(lambda: len(described) == 4, "four events are told")
    assert described[-1] == "SUCCEEDED"


def test_each_event_has_an_id_of_its_own(machine: Machine) -> None:
    """An id tells a repetition from another event."""
    machine.told(machine.run("true", arrayProperties={"size": 20})["jobId"])
    ids = [event["id"] for event in machine.events]
    assert len(set(ids)) == len(ids) == 82
