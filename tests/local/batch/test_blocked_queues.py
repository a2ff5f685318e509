"""A head that can never start blocks its queue: that is noted, told, and ended by a time limit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from batchplane_local.batch.fault_injection.faults import Faults
from batchplane_local.batch.jobs.blockage import Blockage
from batchplane_local.batch.jobs.container import Need
from batchplane_local.batch.jobs.placement import Capacity, Environment
from tests.local.batch.conftest import OpenMachine
from tests.local.batch.machine import QUEUE, RESOURCES, Machine
from tests.local.clocks import Clock
from tests.waiting import wait_until

TOO_MUCH = {"resourceRequirements": [{"type": "VCPU", "value": "64"}, RESOURCES[1]]}
MACHINE = Need(milli_vcpus=4000, memory=1000, gpus=1)
CANNOT = (
    "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - The job resource requirement (vCPU/memory/GPU) "
    "is higher than that can be met by the CE(s) attached to the job queue."
)
LIMIT = {
    "state": "RUNNABLE",
    "action": "CANCEL",
    "reason": "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
    "maxTimeSeconds": 600,
}


def blocked(machine: Machine) -> list[dict[str, Any]]:
    """The events of blocked queues so far."""
    return [event for event in list(machine.events) if event["detail-type"] == "Batch Job Queue Blocked"]


def first_blocked(machine: Machine) -> dict[str, Any]:
    """The first such event, when it has come."""
    wait_until(lambda: blocked(machine), "the queue is told blocked")
    return blocked(machine)[0]


@pytest.mark.parametrize(
    ("need", "most", "expected"),
    [
        (Need(milli_vcpus=4000, memory=1000, gpus=1), [None], None),
        (Need(milli_vcpus=5000, memory=4), [None], Blockage.JOB_RESOURCE_REQUIREMENT),
        (Need(milli_vcpus=1000, memory=1001), [None], Blockage.JOB_RESOURCE_REQUIREMENT),
        (Need(milli_vcpus=1000, memory=4, gpus=2), [None], Blockage.JOB_RESOURCE_REQUIREMENT),
        (Need(milli_vcpus=3000, memory=4), [1000, 2000], Blockage.COMPUTE_ENVIRONMENT_MAX_RESOURCE),
        (Need(milli_vcpus=3000, memory=4), [1000, 3000], None),
        (Need(milli_vcpus=1000, memory=4), [], Blockage.DISABLED),
    ],
)
def test_a_blockage_has_its_reason(need: Need, most: list[int | None], expected: Blockage | None) -> None:
    """What no environment can hold is told from what the machine can't, and from what nothing takes."""
    environments = [Environment(name=str(number), milli_vcpus=bound) for number, bound in enumerate(most)]
    assert Capacity(machine=MACHINE).blockage(need, environments) == expected


def test_a_blocked_queue_is_told_once(machine: Machine) -> None:
    """The event has the job's detail with the reason, and names the job and its queue."""
    job = machine.submit("true", containerOverrides=TOO_MUCH)
    event = first_blocked(machine)
    arns = [f"arn:aws:batch:local-1:000000000000:{name}" for name in (f"job/{job}", f"job-queue/{QUEUE}")]
    assert (event["resources"], event["source"]) == (arns, "aws.batch")
    assert (event["detail"]["status"], event["detail"]["statusReason"], event["detail"]["attempts"]) == (
        "RUNNABLE",
        CANNOT,
        [],
    )
    machine.create_queue("other", priority=1)
    machine.run("sleep", "0.6", jobQueue="other")
    assert len(blocked(machine)) == 1


def test_a_blocked_job_says_why(machine: Machine) -> None:
    """DescribeJobs and ListJobs tell the reason, and the job stays RUNNABLE."""
    job = machine.submit("true", containerOverrides=TOO_MUCH)
    first_blocked(machine)
    (listed,) = machine.batch.list_jobs(jobQueue=QUEUE, jobStatus="RUNNABLE")["jobSummaryList"]
    described = machine.job(job)
    assert [described["status"], described["statusReason"], listed["statusReason"]] == ["RUNNABLE", CANNOT, CANNOT]


def test_events_come_in_order(machine: Machine) -> None:
    """That a queue is blocked is told after the job is RUNNABLE and before it ends."""
    job = machine.submit("true", containerOverrides=TOO_MUCH)
    first_blocked(machine)
    machine.batch.cancel_job(jobId=job, reason="no room")
    machine.told(job)
    kinds = [(event["detail-type"].split()[-1], event["detail"]["status"]) for event in machine.events]
    assert kinds == [("Change", "RUNNABLE"), ("Blocked", "RUNNABLE"), ("Change", "FAILED")]


def test_an_event_that_is_not_taken_is_told_again(tmp_path: Path) -> None:
    """It outlives the process, with its id, and with what the job was then."""
    offered: list[dict[str, Any]] = []

    def refuse(events: Any) -> None:
        offered.extend(events)
        raise ConnectionError("not now")

    machine = Machine(tmp_path / "batch", deliver=refuse)
    machine.submit("true", containerOverrides=TOO_MUCH)
    wait_until(lambda: any(e["detail-type"] == "Batch Job Queue Blocked" for e in list(offered)), "it is offered")
    machine.close()
    again = Machine(tmp_path / "batch")
    ids = {event["id"] for event in offered if event["detail-type"] == "Batch Job Queue Blocked"}
    wait_until(lambda: any(event["id"] in ids for event in list(again.events)), "it is told again")
    again.close()


def test_a_time_limit_cancels_the_job(machine_with: OpenMachine) -> None:
    """After its seconds, and not before, the job fails with the configured reason, and the next one runs."""
    clock = Clock()
    machine = machine_with(clock=clock)
    machine.batch.update_job_queue(jobQueue=QUEUE, jobStateTimeLimitActions=[LIMIT])
    job, behind = machine.submit("true", containerOverrides=TOO_MUCH), machine.submit("true")
    first_blocked(machine)
    clock.move(seconds=599)
    machine.create_queue("other", priority=1)
    machine.run("sleep", "0.6", jobQueue="other")
    assert [machine.job(each)["status"] for each in (job, behind)] == ["RUNNABLE"] * 2
    clock.move(seconds=1)
    ended = machine.ended(job)
    assert (ended["status"], ended["statusReason"], ended["isCancelled"]) == (
        "FAILED",
        "Canceled by JobStateTimeLimit action due to reason: MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
        True,
    )
    assert machine.ended(behind)["status"] == "SUCCEEDED"


def test_a_restart_goes_on_counting(machine_with: OpenMachine) -> None:
    """A queue that is still blocked isn't told of again, and its time limit runs from when it was."""
    clock = Clock()
    machine = machine_with(clock=clock)
    machine.batch.update_job_queue(jobQueue=QUEUE, jobStateTimeLimitActions=[LIMIT])
    job = machine.submit("true", containerOverrides=TOO_MUCH)
    first_blocked(machine)
    clock.move(seconds=300)
    machine.close()
    machine.open()
    clock.move(seconds=300)
    reason = f"Canceled by JobStateTimeLimit action due to reason: {LIMIT['reason']}"
    assert machine.ended(job)["statusReason"] == reason
    machine.told(job)
    assert len({event["id"] for event in blocked(machine)}) == 1


def test_a_limit_for_another_reason_does_nothing(machine_with: OpenMachine) -> None:
    """Only the reason that blocks the job counts."""
    clock = Clock()
    machine = machine_with(clock=clock)
    limit = LIMIT | {"reason": "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY"}
    machine.batch.update_job_queue(jobQueue=QUEUE, jobStateTimeLimitActions=[limit])
    job = machine.submit("true", containerOverrides=TOO_MUCH)
    first_blocked(machine)
    clock.move(seconds=6000)
    machine.create_queue("other", priority=1)
    machine.run("sleep", "0.6", jobQueue="other")
    assert machine.job(job)["status"] == "RUNNABLE"


def test_a_held_queue_lacks_capacity(machine_with: OpenMachine) -> None:
    """A queue that a fault holds is told blocked as one without instances, and its time limit cancels its head."""
    clock = Clock()
    machine = machine_with(clock=clock, faults=Faults(hold_runnable=(QUEUE,)))
    limit = LIMIT | {"reason": "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY"}
    machine.batch.update_job_queue(jobQueue=QUEUE, jobStateTimeLimitActions=[limit])
    job = machine.submit("true")
    reason = first_blocked(machine)["detail"]["statusReason"]
    clock.move(seconds=600)
    assert [reason, machine.ended(job)["statusReason"]] == [
        "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - "
        "Service cannot fulfill the capacity requested for instance type [optimal]",
        "Canceled by JobStateTimeLimit action due to reason: CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY",
    ]


def test_an_enabled_environment_unblocks(machine: Machine) -> None:
    """Without an environment that takes jobs the queue is blocked; with one the job runs, and says no reason."""
    machine.batch.update_compute_environment(computeEnvironment="here", state="DISABLED")
    job = machine.submit("true")
    reason = first_blocked(machine)["detail"]["statusReason"]
    assert reason == "ACTION_REQUIRED - CE(s) associated with the job queue are disabled."
    machine.batch.update_compute_environment(computeEnvironment="here", state="ENABLED")
    assert machine.ended(job)["statusReason"] == "Essential container in task exited"
