"""What GetJobQueueSnapshot answers."""

from __future__ import annotations

from typing import Any

from tests.local.batch import gangs
from tests.local.batch.conftest import OpenMachine
from tests.local.batch.gangs import NODES
from tests.local.batch.ledgers import Played
from tests.local.batch.machine import QUEUE, Machine, refusal
from tests.local.clocks import Clock

ORDER = [{"order": 1, "computeEnvironment": "here"}]


def arn(job: str) -> str:
    """A job's ARN."""
    return f"arn:aws:batch:local-1:000000000000:job/{job}"


def front(machine: Machine, queue: str = QUEUE) -> list[str]:
    """The ARNs of the jobs that are next."""
    snapshot = machine.batch.get_job_queue_snapshot(jobQueue=queue)
    return [job["jobArn"] for job in snapshot["frontOfQueue"]["jobs"]]


def fair_queue(machine: Machine, **policy: Any) -> None:
    """A queue with a fair-share policy."""
    policy_arn = machine.batch.create_scheduling_policy(name="fair", fairsharePolicy=policy)["arn"]
    machine.batch.create_job_queue(
        jobQueueName="fair", priority=1, schedulingPolicyArn=policy_arn, computeEnvironmentOrder=ORDER
    )


def test_the_front_is_in_the_order_of_submission(machine: Machine) -> None:
    """An array's children stand one by one; what runs and what was cancelled isn't there."""
    running = machine.submit("sleep", "30")
    machine.running(running)
    array = machine.submit("true", arrayProperties={"size": 3})
    cancelled, last = machine.submit("true"), machine.submit("true")
    machine.batch.cancel_job(jobId=cancelled, reason="not now")
    assert front(machine) == [arn(job) for job in (f"{array}:0", f"{array}:1", f"{array}:2", last)]


def test_the_front_has_at_most_100_jobs(machine: Machine) -> None:
    """However many wait."""
    machine.batch.update_compute_environment(computeEnvironment="here", state="DISABLED")
    array = machine.submit("true", arrayProperties={"size": 10_000})
    assert front(machine) == [arn(f"{array}:{index}") for index in range(100)]


def test_a_job_has_its_place_since_the_queue_moved(machine_with: OpenMachine) -> None:
    """Since the head was taken, or since the job was submitted, whichever was later."""
    clock = Clock()
    machine = machine_with(clock=clock)
    machine.submit("sleep", "30")
    began = clock.now
    machine.submit("true")
    clock.move(seconds=5)
    machine.submit("true")
    snapshot = machine.batch.get_job_queue_snapshot(jobQueue=QUEUE)
    times = [job["earliestTimeAtPosition"] for job in snapshot["frontOfQueue"]["jobs"]]
    assert (times, snapshot["frontOfQueue"]["lastUpdatedAt"]) == ([began, clock.now], clock.now)


def test_what_runs_is_counted(machine: Machine) -> None:
    """The vCPUs that the queue's jobs use now; without a policy there is no word of shares."""
    machine.running(machine.submit("sleep", "30"))
    utilization = machine.batch.get_job_queue_snapshot(jobQueue=QUEUE)["queueUtilization"]
    assert utilization["totalCapacityUsage"] == [{"capacityUnit": "VCPU", "quantity": 1.0}]
    assert "fairshareUtilization" not in utilization


def test_every_node_counts_what_it_uses(machine_with: OpenMachine) -> None:
    """A multi-node parallel job uses what its nodes use together."""
    machine = machine_with(vcpus=NODES)
    gangs.register(machine, main="exec sleep 30", others="exec sleep 30")
    gangs.running(machine, gangs.submit(machine))
    utilization = machine.batch.get_job_queue_snapshot(jobQueue=QUEUE)["queueUtilization"]
    assert utilization["totalCapacityUsage"] == [{"capacityUnit": "VCPU", "quantity": float(NODES)}]


def test_shares_are_told_by_what_they_use(machine_with: OpenMachine) -> None:
    """The share that uses most comes first; jobs that wait are in the order in which they would start."""
    machine = machine_with(vcpus=3)
    fair_queue(machine, shareDistribution=[{"shareIdentifier": "a", "weightFactor": 0.5}])
    fair = {"jobQueue": "fair", "schedulingPriorityOverride": 1}
    machine.batch.update_compute_environment(computeEnvironment="here", state="DISABLED")
    jobs = [machine.submit("sleep", "30", shareIdentifier=share, **fair) for share in ("b", "b", "a", "a", "a")]
    assert front(machine, "fair") == [arn(jobs[place]) for place in (0, 2, 3, 1, 4)]
    machine.batch.update_compute_environment(computeEnvironment="here", state="ENABLED")
    for place in (0, 2, 3):
        machine.running(jobs[place])
    shares = machine.batch.get_job_queue_snapshot(jobQueue="fair")["queueUtilization"]["fairshareUtilization"]
    assert shares == {
        "activeShareCount": 2,
        "topCapacityUtilization": [
            {"shareIdentifier": share, "capacityUsage": [{"capacityUnit": "VCPU", "quantity": quantity}]}
            for share, quantity in (("a", 2.0), ("b", 1.0))
        ],
    }


def test_no_queue_has_no_snapshot(machine: Machine) -> None:
    """A queue that there isn't is refused."""
    assert refusal(machine, "get_job_queue_snapshot", jobQueue="none")[1] == "JobQueue none not found."


def test_the_order_is_that_of_submission_however_jobs_became_runnable() -> None:
    """A job that waited for another stands before those that were submitted after it."""
    played = Played(vcpus=1)
    first = played.submit()
    waiting = [played.submit(depends_on=[{"jobId": first.submission.job_id}]) for _ in range(20)]
    later = [played.submit(size=3) for _ in range(5)]
    attempt = played.start()
    assert attempt is not None
    played.end(attempt)
    ready = played.ledger.ready(1)
    assert ready is not None
    told = [live.submission.key + position for live, position in ready.in_order(0)]
    assert told == sorted(told)
    assert len(told) == len(waiting) + 3 * len(later)
