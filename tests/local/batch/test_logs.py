"""Logs of attempts, while they run and after."""

from __future__ import annotations

import sys
import threading
from typing import Any

import pytest

from tests.local.batch.conftest import OpenMachine
from tests.local.batch.machine import LOG_GROUP, Machine
from tests.local.clocks import Clock


def page(machine: Machine, job: dict[str, Any], **request: Any) -> dict[str, Any]:
    """A page of the job's log."""
    stream = job["container"]["logStreamName"]
    return machine.batch.logs.get_log_events(logGroupName=LOG_GROUP, logStreamName=stream, **request)


def messages(answer: dict[str, Any]) -> list[str]:
    """The lines of a page."""
    return [event["message"] for event in answer["events"]]


def test_a_log_is_read_while_its_job_runs(machine: Machine) -> None:
    """Lines are there as soon as they are printed, and the token goes on to those that come."""
    job_id = machine.submit("sh", "-c", "echo one; until [ -e go ]; do sleep 0.01; done; echo two")
    job = machine.running(job_id)
    machine.printed(job, "one")
    first = page(machine, job, startFromHead=True)
    again = page(machine, job, startFromHead=True, nextToken=first["nextForwardToken"])
    (slot,) = (machine.folder / "slots").glob("*/work")
    (slot / "go").touch()
    machine.ended(job_id)
    last = page(machine, job, startFromHead=True, nextToken=again["nextForwardToken"])
    assert (messages(first), messages(again), messages(last)) == (["one"], [], ["two"])
    assert again["nextForwardToken"] == first["nextForwardToken"]


def test_a_large_log_is_kept_whole(machine: Machine) -> None:
    """Output that is too much for a row is read in the same way, and the slot's next job starts anew."""
    job = machine.run("sh", "-c", "i=0; while [ $i -lt 3000 ]; do echo line $i of many, many lines; i=$((i+1)); done")
    after = machine.run("echo", "hi")
    lines = machine.lines(job)
    assert (len(lines), lines[0], lines[-1]) == (3000, "line 0 of many, many lines", "line 2999 of many, many lines")
    assert machine.lines(after) == ["hi"]


def test_opening_the_output_anew_empties_no_log(machine: Machine) -> None:
    """As scripts do it."""
    job = machine.run("sh", "-c", "echo a; echo b > /dev/stderr; echo c > /dev/stdout; echo d")
    assert ["a", "b", "c", "d"] == machine.lines(job)


def test_a_job_may_print_as_much_as_it_likes(machine: Machine) -> None:
    """All of it is kept, and other calls are answered meanwhile."""
    job_id = machine.submit("sh", "-c", "yes 0123456789012345678 | head -c 200000000; echo end")
    job = machine.ended(job_id)
    stream = {"logGroupName": LOG_GROUP, "logStreamName": job["container"]["logStreamName"]}
    last = machine.batch.logs.get_log_events(**stream, limit=2)
    (kept,) = (machine.folder / "logs").iterdir()
    assert ["0123456789012345678", "end"] == messages(last)
    assert 200_000_004 == kept.stat().st_size


def test_a_job_that_does_not_wait_leaves_a_pipe_that_does(machine: Machine) -> None:
    """What one command makes of its output is no matter of the next."""
    machine.run(sys.executable, "-c", "import os; os.set_blocking(1, False)")
    job = machine.run(sys.executable, "-c", "import os; print(os.get_blocking(1))")
    assert ["True"] == machine.lines(job)


def test_events_have_times(machine_with: OpenMachine) -> None:
    """Timestamps are those of the clock."""
    clock = Clock()
    machine = machine_with(clock=clock)
    (event,) = page(machine, machine.run("echo", "hi"))["events"]
    assert (event["timestamp"], event["ingestionTime"]) == (clock.now, clock.now)


def test_a_silent_job_has_an_empty_log(machine: Machine) -> None:
    """Its stream exists."""
    assert messages(page(machine, machine.run("true"))) == []


@pytest.mark.parametrize(
    ("group", "stream", "what"),
    [
        (LOG_GROUP, "plain/default/0123456789abcdef0123456789abcdef", "stream"),
        (LOG_GROUP, "nonsense", "stream"),
    ],
)
def test_an_unknown_stream_is_not_found(machine: Machine, group: str, stream: str, what: str) -> None:
    """The error is CloudWatch Logs' own."""
    with pytest.raises(machine.batch.logs.exceptions.ResourceNotFoundException) as found:
        machine.batch.logs.get_log_events(logGroupName=group, logStreamName=stream)
    assert found.value.response["Error"]["Message"] == f"The specified log {what} does not exist."


def test_another_group_is_not_found(machine: Machine) -> None:
    """A stream is found in its own group only."""
    stream = machine.run("echo", "hi")["container"]["logStreamName"]
    with pytest.raises(machine.batch.logs.exceptions.ResourceNotFoundException):
        machine.batch.logs.get_log_events(logGroupName="/other", logStreamName=stream)


def test_an_invalid_token_is_refused(machine: Machine) -> None:
    """A token that was never given out is InvalidParameterException."""
    job = machine.run("echo", "hi")
    foreign = "x"
    with pytest.raises(machine.batch.logs.exceptions.ClientError) as refused:
        page(machine, job, nextToken=foreign)
    assert refused.value.response["Error"]["Code"] == "InvalidParameterException"


def test_readers_never_see_another_job_s_output(machine: Machine) -> None:
    """While jobs follow each other through one slot, a reader of one log sees that job's lines only."""
    first = machine.run("echo", "job 0")
    seen: set[str] = set()
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            seen.update(machine.lines(first))

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for number in range(1, 30):
            machine.run("echo", f"job {number}")
    finally:
        stop.set()
        reader.join()
    assert seen == {"job 0"}
