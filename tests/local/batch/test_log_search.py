"""Events of many streams are searched as CloudWatch Logs does it."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.batch.conftest import OpenMachine
from tests.local.batch.machine import LOG_GROUP, Machine, all_pages
from tests.local.clocks import Clock


def stream_of(job: dict[str, Any]) -> str:
    """The stream of a job's last attempt."""
    return str(job["container"]["logStreamName"])


def found(machine: Machine, **request: Any) -> list[str]:
    """The messages that one search finds."""
    answer = machine.batch.logs.filter_log_events(logGroupName=LOG_GROUP, **request)
    return [event["message"] for event in answer["events"]]


def code(machine: Machine, method: str, **request: Any) -> str:
    """The code of the error that a method raises."""
    with pytest.raises(ClientError) as refused:
        getattr(machine.batch.logs, method)(**request)
    return str(refused.value.response["Error"]["Code"])


def test_a_search_is_over_all_streams(machine: Machine) -> None:
    """Or those that are named, or that begin like this."""
    machine.register("other")
    machine.run("echo", "one")
    second = machine.run("echo", "two")
    machine.run("echo", "three", jobDefinition="other")

    results = [found(machine), found(machine, logStreamNames=[stream_of(second)])]
    results.append(found(machine, logStreamNamePrefix="other/"))

    assert [["one", "two", "three"], ["two"], ["three"]] == results


def test_a_search_is_by_words(machine: Machine) -> None:
    """As in the service, case and all."""
    machine.run("printf", "a ERROR\nb\nerror\n")

    assert ["a ERROR"] == found(machine, filterPattern="ERROR")


def test_a_search_is_by_time(machine_with: OpenMachine) -> None:
    """From startTime on, up to and with endTime."""
    clock = Clock()
    machine = machine_with(clock=clock)
    times = []
    for number in range(3):
        machine.run("echo", str(number))
        times.append(clock.now)
        clock.move(seconds=10)

    assert ["1"] == found(machine, startTime=times[0] + 1, endTime=times[1])


def test_a_search_goes_on_with_its_token(machine: Machine) -> None:
    """From stream to stream, each event once and with an id of its own."""
    for number in range(3):
        machine.run("printf", f"{number}a\n{number}b\n")
    events, token = [], None
    for _ in range(9):
        request: dict[str, Any] = {} if token is None else {"nextToken": token}
        answer = machine.batch.logs.filter_log_events(logGroupName=LOG_GROUP, limit=1, **request)
        events += answer["events"]
        token = answer.get("nextToken")
        if token is None:
            break

    assert ["0a", "0b", "1a", "1b", "2a", "2b"] == [event["message"] for event in events]
    assert 6 == len({event["eventId"] for event in events})


def paged(machine: Machine, **request: Any) -> list[dict[str, Any]]:
    """The events of all pages of one search."""
    return all_pages(machine.batch.logs.filter_log_events, "events", logGroupName=LOG_GROUP, **request)


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_a_search_is_in_the_order_of_time(machine_with: OpenMachine, limit: int) -> None:
    """Across streams and pages; of one time, in the order of their jobs; whether they still run or not."""
    clock = Clock()
    machine = machine_with(clock=clock, vcpus=2)
    script = "echo {0} 1; until [ -e {1}/2 ]; do sleep 0.01; done; echo {0} 2; until [ -e {1}/3 ]; do sleep 0.01; done"
    folder = machine.folder.parent
    jobs = [machine.submit("sh", "-c", script.format(name, folder)) for name in ("a", "b")]
    for job_id in jobs:
        name = "ab"[jobs.index(job_id)]
        machine.printed(machine.running(job_id), f"{name} 1")
    clock.move(seconds=1)
    (folder / "2").touch()
    for job_id in jobs:
        name = "ab"[jobs.index(job_id)]
        machine.printed(machine.job(job_id), f"{name} 2")
    running = paged(machine, limit=limit)
    (folder / "3").touch()
    for job_id in jobs:
        machine.ended(job_id)

    ended = paged(machine, limit=limit)
    assert ["a 1", "b 1", "a 2", "b 2"] == [event["message"] for event in running]
    assert running == ended
    assert [0, 0, 1000, 1000] == [event["timestamp"] - ended[0]["timestamp"] for event in ended]


def test_a_search_of_many_streams_finds_each_event_once(machine_with: OpenMachine) -> None:
    """More streams than are read at a time, with one time or another."""
    clock = Clock()
    machine = machine_with(clock=clock, vcpus=4)
    machine.ended(machine.submit("sh", "-c", "seq 3", arrayProperties={"size": 120}))
    clock.move(seconds=1)
    machine.ended(machine.submit("sh", "-c", "seq 3", arrayProperties={"size": 30}))

    events = paged(machine, limit=7)
    assert ["1", "2", "3"] * 150 == [event["message"] for event in events]
    assert 450 == len({event["eventId"] for event in events})
    assert events[360:] == paged(machine, startTime=clock.now)


def test_a_search_looks_at_so_much_at_a_time(machine: Machine) -> None:
    """What matches little has an empty page, and a token to go on with."""
    machine.run("sh", "-c", "seq 100005")
    first = machine.batch.logs.filter_log_events(logGroupName=LOG_GROUP, filterPattern="100005")

    assert ([], True) == (first["events"], "nextToken" in first)
    assert ["100005"] == [event["message"] for event in paged(machine, filterPattern="100005")]


def test_a_log_never_goes_back_in_time(machine_with: OpenMachine) -> None:
    """Although the clock did."""
    clock = Clock()
    machine = machine_with(clock=clock)
    job_id = machine.submit("sh", "-c", "echo 1; until [ -e go ]; do sleep 0.01; done; echo 2")
    machine.printed(machine.running(job_id), "1")
    clock.move(seconds=-60)
    (slot,) = (machine.folder / "slots").glob("*/work")
    (slot / "go").touch()
    machine.ended(job_id)

    first, second = paged(machine)
    assert first["timestamp"] == second["timestamp"]


@pytest.mark.parametrize(
    ("method", "request_", "expected"),
    [
        ("describe_log_streams", {"logGroupName": "/none"}, "ResourceNotFoundException"),
        ("filter_log_events", {"logGroupName": "/none"}, "ResourceNotFoundException"),
        ("filter_log_events", {"logGroupName": LOG_GROUP, "logStreamNames": ["x"]}, "ResourceNotFoundException"),
        ("describe_log_streams", {}, "InvalidParameterException"),
        ("get_log_events", {"logStreamName": "x"}, "InvalidParameterException"),
        ("describe_log_streams", {"logGroupName": LOG_GROUP, "nextToken": "x"}, "InvalidParameterException"),
        ("filter_log_events", {"logGroupName": LOG_GROUP, "nextToken": "x"}, "InvalidParameterException"),
        ("filter_log_events", {"logGroupName": LOG_GROUP, "filterPattern": "{"}, "InvalidParameterException"),
        ("filter_log_events", {"logGroupName": LOG_GROUP, "startFromHead": False}, "InvalidParameterException"),
        ("describe_log_groups", {"logGroupClass": "STANDARD"}, "InvalidParameterException"),
        ("describe_log_groups", {"logGroupNamePrefix": "a", "logGroupNamePattern": "b"}, "InvalidParameterException"),
        ("describe_log_groups", {"limit": 51}, "InvalidParameterException"),
        ("filter_log_events", {"logGroupName": LOG_GROUP, "limit": 10_001}, "InvalidParameterException"),
        ("describe_log_streams", {"logGroupName": LOG_GROUP, "orderBy": "Name"}, "InvalidParameterException"),
        (
            "describe_log_streams",
            {"logGroupName": LOG_GROUP, "orderBy": "LastEventTime", "nextToken": "plain/default/x"},
            "InvalidParameterException",
        ),
        (
            "filter_log_events",
            {"logGroupName": LOG_GROUP, "logStreamNames": ["x"], "logStreamNamePrefix": "x"},
            "InvalidParameterException",
        ),
    ],
)
def test_what_can_not_be_read_is_refused(
    machine: Machine, method: str, request_: dict[str, Any], expected: str
) -> None:
    """By the kinds of the service."""
    assert expected == code(machine, method, **request_)
