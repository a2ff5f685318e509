"""ListJobs: by queue and status, by filter, by array, in pages."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local.batch.conftest import OpenMachine
from tests.local.batch.machine import QUEUE, Machine
from tests.local.clocks import Clock

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


@pytest.mark.parametrize(("value", "expected"), [("Solve-1", [0]), ("solve*", [0, 1]), ("so_ve*", []), ("none", [])])
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


def paged(machine: Machine, size: int = 2, **request: Any) -> list[list[str]]:
    """The ids on every page."""
    pages = [machine.batch.list_jobs(jobQueue=QUEUE, maxResults=size, **request)]
    while "nextToken" in pages[-1] and len(pages) < 9:
        token = pages[-1]["nextToken"]
        pages.append(machine.batch.list_jobs(jobQueue=QUEUE, maxResults=size, nextToken=token, **request))
    return [ids(page) for page in pages]


def test_names_are_paged_name_by_name(machine: Machine) -> None:
    """Grouped by name as on AWS, newest first in each, and case makes no difference."""
    b2, a1, b1, a2, _ = [waiting(machine, name) for name in ("solve-B", "solve-a", "SOLVE-b", "Solve-A", "other")]
    expected = [[a2, a1], [b1, b2]]
    assert expected == paged(machine, filters=[{"name": "JOB_NAME", "values": ["solve*"]}])
    assert [[a2], [a1]] == paged(machine, 1, filters=[{"name": "JOB_NAME", "values": ["SOLVE-A"]}])


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("plain", [4, 2, 0]),
        ("plain*", [4, 3, 2, 0]),
        ("arn:aws:batch:local-1:000000000000:job-definition/plain:1", [2, 0]),
        ("plain:1", []),
        ("Plain", []),
    ],
)
def test_jobs_are_found_by_definition(machine: Machine, value: str, expected: list[int]) -> None:
    """By name any revision, by ARN one; newest first over all, page by page."""
    machine.register("other")
    machine.register("plainer")
    jobs = [waiting(machine, jobDefinition=name) for name in ("plain", "other", "plain", "plainer")]
    machine.register("plain")
    jobs.append(waiting(machine))
    found = paged(machine, filters=[{"name": "JOB_DEFINITION", "values": [value]}])
    assert [jobs[number] for number in expected] == [job for page in found for job in page]


@pytest.mark.parametrize(("name", "expected"), [("AFTER_CREATED_AT", [3, 2, 1]), ("BEFORE_CREATED_AT", [2, 1, 0])])
def test_times_are_paged(machine_with: OpenMachine, name: str, expected: list[int]) -> None:
    """Newest first, those of one moment too."""
    clock = Clock()
    machine = machine_with(clock=clock)
    start = clock.now
    jobs = []
    for seconds in (0, 1, 0, 1):
        clock.move(seconds=seconds)
        jobs.append(waiting(machine))
    moment = start if name == "AFTER_CREATED_AT" else clock.now
    found = paged(machine, filters=[{"name": name, "values": [str(moment)]}])
    assert [jobs[number] for number in expected] == [job for page in found for job in page]


def test_jobs_are_found_by_share(machine: Machine) -> None:
    """Whatever their status, or with one."""
    arn = machine.batch.create_scheduling_policy(name="fair", fairsharePolicy={"shareDistribution": []})["arn"]
    order = [{"order": 1, "computeEnvironment": "here"}]
    machine.batch.create_job_queue(
        jobQueueName="shared", priority=1, computeEnvironmentOrder=order, schedulingPolicyArn=arn
    )
    shares = ("red", "blue", "red")
    shared: dict[str, Any] = {"jobQueue": "shared", "schedulingPriorityOverride": 1}
    jobs = [waiting(machine, shareIdentifier=share, **shared) for share in shares]
    machine.batch.cancel_job(jobId=jobs[0], reason="enough")
    request: dict[str, Any] = {"jobQueue": "shared", "filters": [{"name": "SHARE_IDENTIFIER", "values": ["red"]}]}
    found = [machine.batch.list_jobs(**request), machine.batch.list_jobs(**request, jobStatus="FAILED")]
    assert [[jobs[2], jobs[0]], [jobs[0]]] == [ids(page) for page in found]


def test_a_page_goes_on_where_it_ended_though_jobs_come(machine: Machine) -> None:
    """What was submitted meanwhile is newer, and shifts nothing."""
    first, second = waiting(machine), waiting(machine)
    by = {"jobQueue": QUEUE, "jobStatus": "RUNNABLE", "maxResults": 1}
    page = machine.batch.list_jobs(**by)
    waiting(machine)
    assert [[second], [first]] == [ids(page), ids(machine.batch.list_jobs(**by, nextToken=page["nextToken"]))]


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ({"nextToken": "7"}, "Invalid nextToken 7"),
        ({"filters": [{"name": "STATUS", "values": ["x"]}]}, "ListJobs has no filter STATUS"),
        ({"filters": [{"name": "JOB_NAME", "values": []}]}, "ListJobs filter JOB_NAME takes one value, got 0"),
        (
            {"filters": [{"name": "AFTER_CREATED_AT", "values": ["now"]}]},
            "ListJobs filter AFTER_CREATED_AT takes epoch milliseconds, got now",
        ),
    ],
)
def test_a_request_that_is_none_is_refused(machine: Machine, request_: dict[str, Any], words: str) -> None:
    """In words that name it."""
    with pytest.raises(machine.batch.exceptions.ClientException) as refused:
        machine.batch.list_jobs(jobQueue=QUEUE, **request_)
    assert words == refused.value.response["Error"]["Message"]
