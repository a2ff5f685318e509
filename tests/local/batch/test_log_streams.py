"""Groups and streams are described as CloudWatch Logs does it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local.batch.conftest import OpenMachine
from tests.local.batch.machine import LOG_GROUP, Machine, all_pages
from tests.local.clocks import Clock

ARN = f"arn:aws:logs:local-1:000000000000:log-group:{LOG_GROUP}"


def stream_of(job: dict[str, Any]) -> str:
    """The stream of a job's last attempt."""
    return str(job["container"]["logStreamName"])


def described(machine: Machine, **request: Any) -> list[dict[str, Any]]:
    """The streams of all pages."""
    return all_pages(machine.batch.logs.describe_log_streams, "logStreams", logGroupName=LOG_GROUP, **request)


def names(machine: Machine, **request: Any) -> list[str]:
    """The names of the streams of all pages."""
    return [stream["logStreamName"] for stream in described(machine, **request)]


def refusal(machine: Machine, method: str, **request: Any) -> str:
    """The words of the error that a method raises."""
    with pytest.raises(machine.batch.logs.exceptions.ClientError) as refused:
        getattr(machine.batch.logs, method)(**request)
    return str(refused.value.response["Error"]["Message"])


def test_groups_are_those_of_the_definitions(machine: Machine) -> None:
    """Each once, page by page."""
    options = {"logDriver": "awslogs", "options": {"awslogs-group": "/mine"}}
    machine.register("other", {"logConfiguration": options})

    first = machine.batch.logs.describe_log_groups(limit=1)
    second = machine.batch.logs.describe_log_groups(limit=1, nextToken=first["nextToken"])

    assert [LOG_GROUP, "/mine"] == [page["logGroups"][0]["logGroupName"] for page in (first, second)]
    assert (ARN, "nextToken" in second) == (first["logGroups"][0]["logGroupArn"], False)


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


@pytest.mark.parametrize("limit", [1, 2, 50])
def test_streams_are_sorted_by_name(machine: Machine, limit: int) -> None:
    """Page by page, either way, whatever the order of their jobs."""
    for name in ("a", "b-c", "b"):
        machine.register(name)
    options = {"logDriver": "awslogs", "options": {"awslogs-stream-prefix": "b/default/!"}}
    machine.register("odd", {"logConfiguration": options})
    order = ("b", "plain", "a", "odd", "b", "b-c", "plain")
    streams = [stream_of(machine.run("true", jobDefinition=name)) for name in order]

    assert sorted(streams) == names(machine, limit=limit)
    assert sorted(streams, reverse=True) == names(machine, limit=limit, descending=True)


@pytest.mark.parametrize("limit", [1, 2, 50])
def test_streams_are_sorted_by_their_last_events(machine_with: OpenMachine, limit: int) -> None:
    """Page by page, either way; those without events first. One that is being written to has its place too."""
    clock = Clock()
    machine = machine_with(clock=clock, vcpus=2)
    job_id = machine.submit("sh", "-c", "echo 1; until [ -e go ]; do sleep 0.01; done; echo 2; sleep 60")
    machine.printed(machine.running(job_id), "1")
    silent = stream_of(machine.run("true"))
    clock.move(seconds=1)
    loud = stream_of(machine.run("echo", "hi"))
    writing = stream_of(machine.job(job_id))
    before = names(machine, orderBy="LastEventTime", limit=limit)
    clock.move(seconds=1)
    (slot,) = (path for path in (machine.folder / "slots").glob("*/work") if path.parent.name == "1")
    (slot / "go").touch()
    machine.printed(machine.job(job_id), "2")

    assert [silent, writing, loud] == before
    assert [silent, loud, writing] == names(machine, orderBy="LastEventTime", limit=limit)
    assert [writing, loud, silent] == names(machine, orderBy="LastEventTime", limit=limit, descending=True)


def test_a_stream_has_the_times_of_its_events(machine_with: OpenMachine) -> None:
    """As far as it has any."""
    clock = Clock()
    machine = machine_with(clock=clock)
    created_at = clock.now
    job_id = machine.submit("sh", "-c", "echo 1; until [ -e go ]; do sleep 0.01; done; echo 2")
    machine.printed(machine.running(job_id), "1")
    clock.move(seconds=1)
    (slot,) = (machine.folder / "slots").glob("*/work")
    (slot / "go").touch()
    stream = stream_of(machine.ended(job_id))
    machine.run("true")

    silent, loud = described(machine, orderBy="LastEventTime")
    times = {"firstEventTimestamp": created_at, "lastEventTimestamp": clock.now, "lastIngestionTime": clock.now}
    known = {"logStreamName": stream, "creationTime": created_at, "arn": f"{ARN}:log-stream:{stream}", "storedBytes": 0}
    assert known | times == loud
    assert {"logStreamName", "creationTime", "arn", "storedBytes"} == silent.keys()


def test_a_stream_is_found_by_a_part_of_its_task_id(machine: Machine) -> None:
    """However much of the name a prefix has."""
    stream = stream_of(machine.run("true"))
    machine.run("true", jobDefinition="plain")
    found = [names(machine, logStreamNamePrefix=stream[:length]) for length in (3, 14, 16, 32, len(stream))]

    assert {stream} <= {*found[0]} & {*found[1]} & {*found[2]} & {*found[3]}
    assert [stream] == found[4]
    assert [] == names(machine, logStreamNamePrefix=f"{stream}0")
    assert [] == names(machine, logStreamNamePrefix="plain/default/x")


def test_refusals_are_in_the_services_words(machine: Machine) -> None:
    """As far as they are known."""
    words = [
        refusal(machine, "describe_log_streams", logGroupName="a", orderBy="LastEventTime", logStreamNamePrefix="b"),
        refusal(machine, "describe_log_streams", logGroupName="a", limit=51),
        refusal(machine, "describe_log_streams", logGroupName="a"),
    ]

    assert words == [
        "Cannot order by LastEventTime with a logStreamNamePrefix.",
        "1 validation error detected: Value '51' at 'limit' failed to satisfy constraint: "
        "Member must have value less than or equal to 50",
        "The specified log group does not exist.",
    ]
