"""Hosts are lost on demand, and queues held."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from batchplane_local.batch.fault_injection.faults import Faults
from tests.local.batch import gangs
from tests.local.batch.conftest import OpenMachine
from tests.local.batch.machine import Machine
from tests.local.clocks import Clock
from tests.waiting import wait_until

#: A job that would run for long.
LONG = ("sleep", "600")
#: Retries what AWS's own example retries: an attempt whose host was lost.
ON_SPOT = {
    "attempts": 3,
    "evaluateOnExit": [{"onStatusReason": "Host EC2*", "action": "RETRY"}, {"onReason": "*", "action": "EXIT"}],
}


def lost(attempt: dict[str, Any]) -> bool:
    """True for an attempt that lost its host, in the words of AWS and without an exit code."""
    reason = str(attempt["statusReason"])
    in_words = reason.startswith("Host EC2 (instance i-") and reason.endswith(") terminated.")
    return in_words and not attempt["container"].keys() & {"exitCode", "reason"}


def test_a_job_s_host_is_lost_by_a_call(machine: Machine) -> None:
    """The attempt ends, and the job with it where no attempt is left."""
    job_id = machine.submit(*LONG)
    machine.running(job_id)
    assert machine.batch.lose_host(job_id) == [job_id]
    job = machine.ended(job_id)
    assert (job["status"], [lost(attempt) for attempt in job["attempts"]]) == ("FAILED", [True])
    assert job["statusReason"] == job["attempts"][0]["statusReason"]


def test_every_host_is_lost_by_one_call(machine_with: OpenMachine) -> None:
    """Where no job is named, all that runs ends."""
    machine = machine_with(vcpus=2)
    ids = [machine.submit(*LONG) for _ in range(2)]
    for job_id in ids:
        machine.running(job_id)
    assert sorted(machine.batch.lose_host()) == sorted(ids)
    assert [machine.ended(job_id)["status"] for job_id in ids] == ["FAILED", "FAILED"]


def test_an_array_s_children_lose_their_hosts_together(machine_with: OpenMachine) -> None:
    """By the id of their parent; a job that doesn't belong to it runs on."""
    machine = machine_with(vcpus=3)
    array = machine.submit(*LONG, arrayProperties={"size": 2})
    other = machine.submit(*LONG)
    machine.running(other)
    assert machine.batch.lose_host(array) == [f"{array}:0", f"{array}:1"]
    assert (machine.ended(array)["status"], machine.job(other)["status"]) == ("FAILED", "RUNNING")


def test_a_job_s_nodes_lose_their_hosts_one_by_one_or_together(machine_with: OpenMachine) -> None:
    """A node that isn't the main one is lost alone; by the job's id, all are, and the job with them."""
    machine = machine_with(vcpus=gangs.NODES)
    gangs.register(machine, main="exec sleep 600", others="exec sleep 600")
    job_id = gangs.submit(machine)
    gangs.running(machine, job_id)
    assert machine.batch.lose_host(f"{job_id}#2") == [f"{job_id}#2"]
    machine.ended(f"{job_id}#2")
    before = machine.job(job_id)["status"]
    assert sorted(machine.batch.lose_host(job_id)) == [f"{job_id}#0", f"{job_id}#1"]
    assert (before, machine.ended(job_id)["status"]) == ("RUNNING", "FAILED")


def test_a_job_that_does_not_run_has_no_host_to_lose(machine: Machine) -> None:
    """Nothing happens to it; one that nobody knows is refused."""
    job_id = machine.run("true")["jobId"]
    unknown = "00000000-0000-0000-0000-000000000000"
    assert machine.batch.lose_host(job_id) == []
    with pytest.raises(ClientError, match=f"Job {unknown} does not exist"):
        machine.batch.lose_host(unknown)


def test_a_lost_host_is_retried_as_on_spot(machine: Machine) -> None:
    """The rule on its status reason fits; the next attempt may end well."""
    script = "test $AWS_BATCH_JOB_ATTEMPT = 2 || exec sleep 600"
    job_id = machine.submit("sh", "-c", script, retryStrategy=ON_SPOT)
    machine.running(job_id)
    machine.batch.lose_host(job_id)
    job = machine.ended(job_id)
    assert (job["status"], len(job["attempts"]), lost(job["attempts"][0])) == ("SUCCEEDED", 2, True)


def test_hosts_are_lost_with_their_probability(machine_with: OpenMachine) -> None:
    """Of jobs that end at once too, and the same ones with the same seed."""
    faults = Faults(seed=5, lose_host=0.5)
    machine = machine_with(faults=faults)
    jobs = [machine.run("true", retryStrategy=ON_SPOT) for _ in range(8)]
    drawn = [[faults.host_lost_after(key, number) is not None for number in (1, 2, 3)] for key in range(1, 9)]
    expected = [3 if all(each) else each.index(False) for each in drawn]
    assert [sum(lost(attempt) for attempt in job["attempts"]) for job in jobs] == expected
    assert 0 < sum(expected) < 24


def test_a_host_is_lost_when_its_moment_has_come(machine_with: OpenMachine) -> None:
    """By the clock of the embedded Batch."""
    clock = Clock()
    machine = machine_with(clock=clock, faults=Faults(lose_host=1.0, lose_host_within_milliseconds=1000))
    job_id = machine.submit(*LONG)
    machine.running(job_id)
    clock.move(seconds=1)
    assert [lost(attempt) for attempt in machine.ended(job_id)["attempts"]] == [True]


def test_jobs_of_a_held_queue_stay_runnable(machine_with: OpenMachine) -> None:
    """Other queues are served, and the held one again when it is let go."""
    machine = machine_with(faults=Faults(hold_runnable=("default",)))
    machine.create_queue("other", priority=1)
    held = machine.submit("true")
    machine.run("true", jobQueue="other")
    before = machine.job(held)["status"]
    machine.batch.faults = None
    assert (before, machine.ended(held)["status"]) == ("RUNNABLE", "SUCCEEDED")


def test_a_held_queue_with_a_fair_share_policy_takes_jobs(machine_with: OpenMachine) -> None:
    """By their shares, as ever, in the next life too."""
    machine = machine_with(faults=Faults(hold_runnable=True))
    policy = {"shareDistribution": [{"shareIdentifier": "a"}]}
    arn = machine.batch.create_scheduling_policy(name="fair", fairsharePolicy=policy)["arn"]
    order = [{"order": 1, "computeEnvironment": "here"}]
    machine.batch.create_job_queue(
        jobQueueName="fair", priority=1, computeEnvironmentOrder=order, schedulingPolicyArn=arn
    )
    first = machine.submit("true", jobQueue="fair", shareIdentifier="a", schedulingPriorityOverride=1)
    machine.close()
    machine.open()
    second = machine.submit("true", jobQueue="fair", shareIdentifier="a", schedulingPriorityOverride=1)
    before = [machine.job(job_id)["status"] for job_id in (first, second)]
    machine.batch.faults = None
    assert before == ["RUNNABLE", "RUNNABLE"]
    assert [machine.ended(job_id)["status"] for job_id in (first, second)] == ["SUCCEEDED", "SUCCEEDED"]


def test_all_queues_may_be_held(machine: Machine) -> None:
    """What runs already runs on."""
    running = machine.submit("sh", "-c", "while [ ! -e go ]; do sleep 0.01; done")
    machine.running(running)
    machine.batch.faults = Faults(hold_runnable=True)
    held = machine.submit("true")
    machine.batch.terminate_job(jobId=running, reason="enough")
    machine.ended(running)
    machine.told(running)
    assert machine.job(held)["status"] == "RUNNABLE"
    machine.batch.faults = None
    wait_until(lambda: machine.job(held)["status"] == "SUCCEEDED", "the job runs")
