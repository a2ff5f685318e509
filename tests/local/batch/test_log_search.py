"""Groups and streams are described, and events searched, as CloudWatch Logs does it."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.batch.conftest import OpenMachine
from tests.local.batch.machine import LOG_GROUP, Clock, Machine

ARN = f"arn:aws:logs:local-1:000000000000:log-group:{LOG_GROUP}"


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


def test_groups_are_those_of_the_definitions(machine: Machine) -> None:
    """Each once, page by page."""
    options = {"logDriver": "awslogs", "options": {"awslogs-group": "/mine"}}
    machine.register("other", {"logConfiguration": options})

    first = machine.batch.logs.describe_log_groups(limit=1)
    second = machine.batch.logs.describe_log_groups(limit=1, nextToken=first["nextToken"])

    assert [LOG_GROUP, "/mine"] == [page["logGroups"][0]["logGroupName"] for page in (first, second)]
    assert (ARN, "nextToken" in second) == (first["logGroups"][0]["logGroupArn"], False)


def test_streams_are_in_the_order_of_their_jobs(machine: Machine) -> None:
    """Page by page, either way."""
    streams = [stream_of(machine.run("true")) for _ in range(3)]
    pages = []
    for descending in (False, True):
        request: dict[str, Any] = {"logGroupName": LOG_GROUP, "limit": 2, "descending": descending}
        first = machine.batch.logs.describe_log_streams(**request)
        second = machine.batch.logs.describe_log_streams(**request, nextToken=first["nextToken"])
        assert "nextToken" not in second
        pages.append([each["logStreamName"] for page in (first, second) for each in page["logStreams"]])

    assert [streams, streams[::-1]] == pages


def test_each_attempt_has_its_stream(machine: Machine) -> None:
    """Also those that a retry followed."""
    job = machine.run("false", retryStrategy={"attempts": 2})

    streams = machine.batch.logs.describe_log_streams(logGroupIdentifier=ARN)["logStreams"]

    expected = [attempt["container"]["logStreamName"] for attempt in job["attempts"]]
    assert expected == [stream["logStreamName"] for stream in streams]


def test_streams_are_chosen_by_prefix(machine: Machine) -> None:
    """A definition's name is the beginning of its streams' names."""
    machine.register("other")
    machine.run("true")
    job = machine.run("true", jobDefinition="other")

    described = machine.batch.logs.describe_log_streams(logGroupName=LOG_GROUP, logStreamNamePrefix="other/")

    assert [stream_of(job)] == [stream["logStreamName"] for stream in described["logStreams"]]


def test_a_job_that_has_not_started_has_no_stream(machine: Machine) -> None:
    """It has written nowhere yet."""
    blocking = machine.submit("sleep", "60")
    machine.running(blocking)
    machine.submit("true")

    assert 1 == len(machine.batch.logs.describe_log_streams(logGroupName=LOG_GROUP)["logStreams"])


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
