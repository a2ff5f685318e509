"""Finished jobs go when they have been kept long enough: all of them, nothing else, and without a trace."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from botocore.exceptions import ClientError

from batchplane_local.batch.database.pruning import SEARCH_EVERY
from tests.local.batch.conftest import OpenMachine
from tests.local.batch.machine import LOG_GROUP, QUEUE, Machine, refusal
from tests.local.clocks import Clock
from tests.waiting import wait_until

DAY = 86_400
#: Needs more than the machine has, and so stays RUNNABLE.
HUGE = {"resourceRequirements": [{"type": "VCPU", "value": "64"}]}
#: Prints more than fits in a row, so that its log is a file.
LOUD = ("sh", "-c", "yes | head -c 100000")
KEPT = ("submission", "job", "attempt", "log", "summary", "pruned", "blocked", "outbox")


@pytest.fixture
def clock() -> Clock:
    """A time to be turned by hand."""
    return Clock()


@pytest.fixture
def machine(machine_with: OpenMachine, clock: Clock) -> Machine:
    """An embedded Batch whose time is turned by hand, and which keeps finished jobs as long as AWS does."""
    return machine_with(clock=clock)


def rows(machine: Machine) -> dict[str, int]:
    """How many rows each table of jobs has, where it has any, and how many logs have a file."""
    with closing(sqlite3.connect(machine.folder / "batch.sqlite3")) as database:
        counts = {table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in KEPT}  # noqa: S608 - our own words
    counts["files"] = len(list((machine.folder / "logs").iterdir()))
    return {name: count for name, count in counts.items() if count}


def known(machine: Machine, *job_ids: str) -> list[str]:
    """Those of the jobs that DescribeJobs knows of."""
    return [job["jobId"] for job in machine.batch.describe_jobs(jobs=list(job_ids))["jobs"]]


def pass_days(machine: Machine, clock: Clock, days: float) -> None:
    """Let time pass, and have the engine look: it looks after each change, and while there is more to prune."""
    clock.move(seconds=days * DAY + SEARCH_EVERY / 1000)
    machine.batch.tag_resource(resourceArn=queue_arn(machine), tags={"looked": str(clock.now)})


def have_looked_at(machine: Machine) -> None:
    """Have the engine look for certain: it does, more often than this job ends, while one runs."""
    machine.run("sleep", "0.6", jobQueue="other")


def queue_arn(machine: Machine) -> str:
    """The ARN of the queue."""
    return str(machine.batch.describe_job_queues(jobQueues=[QUEUE])["jobQueues"][0]["jobQueueArn"])


def pruned(machine: Machine, job_id: str) -> Callable[[], bool]:
    """Whether a job is no longer known."""
    return lambda: not known(machine, job_id)


def test_a_job_is_kept_for_seven_days(machine: Machine, clock: Clock) -> None:
    """One that ended later stays when it goes."""
    first = machine.run("true")["jobId"]
    clock.move(seconds=3 * DAY)
    second = machine.run("true")["jobId"]
    pass_days(machine, clock, 3.9)
    third = machine.run("true")["jobId"]
    assert [first, second, third] == known(machine, first, second, third)

    pass_days(machine, clock, 0.2)
    wait_until(pruned(machine, first), "the oldest job is pruned")
    assert [second, third] == known(machine, first, second, third)


def test_nothing_is_left_of_a_pruned_job(machine: Machine, clock: Clock) -> None:
    """No row in any table, no file; an array goes with its children, a failed job like any other."""
    loud = machine.run(*LOUD)["jobId"]
    failed = machine.run("sh", "-c", "echo no; exit 1", retryStrategy={"attempts": 2})["jobId"]
    array = machine.run(*LOUD, arrayProperties={"size": 3})["jobId"]
    for job_id in (loud, failed, array):
        machine.told(job_id)
    assert 4 == rows(machine)["files"]

    pass_days(machine, clock, 7)
    wait_until(lambda: not rows(machine), "nothing is left")
    assert [] == known(machine, loud, failed, array, f"{array}:0")
    for request in ({"jobQueue": QUEUE, "jobStatus": "SUCCEEDED"}, {"arrayJobId": array, "jobStatus": "SUCCEEDED"}):
        assert [] == machine.batch.list_jobs(**request)["jobSummaryList"]


def test_a_job_that_has_not_ended_stays(machine: Machine, clock: Clock) -> None:
    """However old it is; an array stays as long as one of its children."""
    waiting = machine.submit("true", containerOverrides=HUGE)
    machine.create_queue("other", priority=2)
    ended = machine.run("true", jobQueue="other")["jobId"]
    script = "test $AWS_BATCH_JOB_ARRAY_INDEX = 0 || exec sleep 60"
    array = machine.submit("sh", "-c", script, arrayProperties={"size": 2}, jobQueue="other")
    machine.ended(f"{array}:0")
    machine.running(f"{array}:1")
    pass_days(machine, clock, 70)
    wait_until(pruned(machine, ended), "the job that has ended is pruned")
    assert [waiting, array, f"{array}:0"] == known(machine, waiting, array, f"{array}:0")


@pytest.mark.parametrize("days", [None, math.inf])
def test_nothing_is_pruned_where_jobs_are_kept_for_good(
    machine_with: OpenMachine, clock: Clock, days: float | None
) -> None:
    """No number of days is long enough."""
    machine = machine_with(clock=clock, keep_finished_days=days)
    machine.create_queue("other", priority=1)
    job_id = machine.run("true")["jobId"]
    pass_days(machine, clock, 7000)
    have_looked_at(machine)
    assert [job_id] == known(machine, job_id)


@pytest.mark.parametrize("days", [-1, math.nan])
def test_no_other_number_of_days_is_taken(machine_with: OpenMachine, days: float) -> None:
    """The error names the setting, the bound and the value."""
    with pytest.raises(
        ValueError, match=f"keep_finished_days must be at least 0, or None to keep them for good; it is {days}"
    ):
        machine_with(keep_finished_days=days)


def test_events_are_delivered_before_their_job_goes(machine_with: OpenMachine, clock: Clock) -> None:
    """A job stays, however old, until the consumer has its last event."""
    taken: list[dict[str, Any]] = []
    ready = False

    def deliver(events: Any) -> None:
        if not ready:
            raise ConnectionError("not now")
        taken.extend(events)

    machine = machine_with(clock=clock, deliver=deliver)
    machine.create_queue("other", priority=1)
    job_id = machine.run("true")["jobId"]
    pass_days(machine, clock, 70)
    have_looked_at(machine)
    assert [job_id] == known(machine, job_id)

    ready = True
    wait_until(pruned(machine, job_id), "the job is pruned")
    told = [event["detail"]["status"] for event in taken if event["detail"]["jobId"] == job_id]
    assert ["RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED"] == told


def test_a_pruned_job_is_an_unknown_one(machine: Machine, clock: Clock) -> None:
    """To a dependency, to a request, and to a reader of its log."""
    job = machine.run("echo", "hi")
    machine.told(job["jobId"])
    pass_days(machine, clock, 7)
    wait_until(pruned(machine, job["jobId"]), "the job is pruned")
    expected = ("ClientException", f"Job dependency {job['jobId']} does not exist")
    queued = {"jobName": "next", "jobQueue": QUEUE, "jobDefinition": "plain"}
    assert expected == refusal(machine, "submit_job", **queued, dependsOn=[{"jobId": job["jobId"]}])
    expected = ("ClientException", f"Job {job['jobId']} does not exist")
    assert expected == refusal(machine, "terminate_job", jobId=job["jobId"], reason="enough")
    with pytest.raises(ClientError) as refused:
        machine.lines(job)
    assert "ResourceNotFoundException" == refused.value.response["Error"]["Code"]
    assert [] == machine.batch.logs.filter_log_events(logGroupName=LOG_GROUP)["events"]


def test_what_waited_for_a_pruned_job_goes_on_after_a_restart(machine: Machine, clock: Clock) -> None:
    """It had succeeded, or what waits for it would have failed with it."""
    first = machine.run("true")["jobId"]
    second = machine.submit("true", containerOverrides=HUGE)
    third = machine.submit("true", dependsOn=[{"jobId": first}, {"jobId": second}])
    machine.told(first)
    pass_days(machine, clock, 7)
    wait_until(pruned(machine, first), "the first job is pruned")

    machine.close()
    machine.open()
    assert "PENDING" == machine.job(third)["status"]
    machine.batch.terminate_job(jobId=second, reason="enough")
    assert "Dependent Job failed" == machine.ended(third)["statusReason"]


def test_rows_are_not_used_again_after_a_restart(machine: Machine, clock: Clock) -> None:
    """Task ids are made of them, and no two attempts may ever share one."""
    first = machine.run("true", arrayProperties={"size": 3})["jobId"]
    before = machine.job(f"{first}:2")
    machine.told(first)
    pass_days(machine, clock, 7)
    wait_until(lambda: not rows(machine), "nothing is left")

    machine.close()
    machine.open()
    after = machine.run("true")
    with closing(sqlite3.connect(machine.folder / "batch.sqlite3")) as database:
        assert [(5,)] == database.execute("SELECT key FROM job").fetchall()
    assert before["container"]["taskArn"] != after["container"]["taskArn"]


def test_a_life_ends_amid_a_pruning(machine: Machine, clock: Clock) -> None:
    """The next deletes what the submission's end had left, also where it keeps everything else for good."""
    array = machine.run(*LOUD, arrayProperties={"size": 3})["jobId"]
    machine.told(array)
    machine.close()
    with closing(sqlite3.connect(machine.folder / "batch.sqlite3")) as database, database:
        database.execute("DELETE FROM submission")
        database.execute("INSERT INTO pruned VALUES (1, 4)")
    machine.open()
    wait_until(lambda: not rows(machine), "nothing is left")
