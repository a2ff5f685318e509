"""ListJobs: by queue and status, by filter, by array, in pages."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local.batch.conftest import OpenMachine
from tests.local.batch.machine import QUEUE, Clock, Machine

#: A job that never fits, and so stays where it is.
HUGE = {"resourceRequirements": [{"type": "VCPU", "value": "64"}]}


def ids(answer: dict[str, Any]) -> list[str]:
    """The ids on a page."""
    return [job["jobId"] for job in answer["jobSummaryList"]]


def waiting(machine: Machine, name: str = "test", **request: Any) -> str:
    """Submit a job that stays RUNNABLE."""
    return machine.submit("true", jobName=name, containerOverrides=HUGE, **request)


def test_jobs_are_listed_by_status_newest_first(machine: Machine) -> None:
    """Only those with the status, of the queue, are listed."""
    ended = machine.run("true")["jobId"]
    first, second = waiting(machine), waiting(machine)
    listed = [ids(machine.batch.list_jobs(jobQueue=QUEUE, jobStatus=status)) for status in ("RUNNABLE", "SUCCEEDED")]
    assert listed == [[second, first], [ended]]


def test_running_jobs_are_listed_unless_told_otherwise(machine: Machine) -> None:
    """Without a status, RUNNING ones are meant."""
    running, _ = machine.submit("sleep", "60"), waiting(machine)
    machine.running(running)
    assert ids(machine.batch.list_jobs(jobQueue=QUEUE)) == [running]


def test_pages_go_on_where_they_ended(machine: Machine) -> None:
    """Every job is on one page."""
    jobs = [waiting(machine) for _ in range(5)]
    request: dict[str, Any] = {"jobQueue": QUEUE, "jobStatus": "RUNNABLE", "maxResults": 2}
    pages = [machine.batch.list_jobs(**request)]
    while "nextToken" in pages[-1] and len(pages) < 9:
        pages.append(machine.batch.list_jobs(**request, nextToken=pages[-1]["nextToken"]))
    assert [ids(page) for page in pages] == [[jobs[4], jobs[3]], [jobs[2], jobs[1]], [jobs[0]]]


@pytest.mark.parametrize(("value", "expected"), [("Solve-1", [0]), ("solve*", [1, 0]), ("so_ve*", []), ("none", [])])
def test_jobs_are_found_by_name(machine: Machine, value: str, expected: list[int]) -> None:
    """Whatever their status and case; with an asterisk, by the beginning of their name."""
    jobs = [machine.run("true", jobName="solve-1")["jobId"], waiting(machine, "solve-2"), waiting(machine, "other")]
    found = machine.batch.list_jobs(jobQueue=QUEUE, filters=[{"name": "JOB_NAME", "values": [value]}])
    assert ids(found) == [jobs[number] for number in expected]


def test_jobs_are_found_by_time(machine_with: OpenMachine) -> None:
    """Those created after a moment, or before it."""
    clock = Clock()
    machine = machine_with(clock=clock)
    first = waiting(machine)
    clock.move(seconds=10)
    second = waiting(machine)
    found = [
        ids(machine.batch.list_jobs(jobQueue=QUEUE, filters=[{"name": name, "values": [str(clock.now - 5000)]}]))
        for name in ("AFTER_CREATED_AT", "BEFORE_CREATED_AT")
    ]
    assert found == [[second], [first]]


def test_children_are_listed_by_their_parent(machine: Machine) -> None:
    """In order of index, by status, in pages; a queue lists the parent alone."""
    parent = waiting(machine, arrayProperties={"size": 3})
    request: dict[str, Any] = {"arrayJobId": parent, "jobStatus": "RUNNABLE", "maxResults": 2}
    first = machine.batch.list_jobs(**request)
    second = machine.batch.list_jobs(**request, nextToken=first["nextToken"])
    assert [ids(first), ids(second)] == [[f"{parent}:0", f"{parent}:1"], [f"{parent}:2"]]
    assert ids(machine.batch.list_jobs(jobQueue=QUEUE, jobStatus="PENDING")) == [parent]


def test_a_summary_tells_the_exit_code(machine: Machine) -> None:
    """A job that has ended is listed with its times, its reason and its exit code."""
    job = machine.run("sh", "-c", "exit 4")
    (summary,) = machine.batch.list_jobs(jobQueue=QUEUE, jobStatus="FAILED")["jobSummaryList"]
    assert summary == {
        **{name: job[name] for name in ("jobArn", "jobId", "jobName", "createdAt", "status", "jobDefinition")},
        **{name: job[name] for name in ("startedAt", "stoppedAt", "statusReason")},
        "container": {"exitCode": 4},
    }
