"""Queues with a scheduling policy, from submission to the order in which their jobs run."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local.batch.machine import DEFINITION, Machine, refusal

ORDER = [{"order": 1, "computeEnvironment": "here"}]
FAIR = "fair"
REQUEST = {"jobName": "x", "jobQueue": FAIR, "jobDefinition": DEFINITION}


def create_fair_queue(machine: Machine, **policy: Any) -> None:
    """A queue with a fair-share policy."""
    arn = machine.batch.create_scheduling_policy(name=FAIR, fairsharePolicy=policy)["arn"]
    machine.batch.create_job_queue(
        jobQueueName=FAIR, priority=1, schedulingPolicyArn=arn, computeEnvironmentOrder=ORDER
    )


def submit(machine: Machine, share: str, *command: str, priority: int = 0, **request: Any) -> str:
    """Submit to a share."""
    return machine.submit(
        *command, jobQueue=FAIR, shareIdentifier=share, schedulingPriorityOverride=priority, **request
    )


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({}, "shareIdentifier must be specified."),
        (
            {"shareIdentifier": "a"},
            "Either schedulingPriority in job definition or schedulingPriorityOverride should be specified.",
        ),
        (
            {"shareIdentifier": "a b", "schedulingPriorityOverride": 1},
            "shareIdentifier must have 1 to 255 alphanumeric characters, and may end in *: a b",
        ),
        (
            {"shareIdentifier": "a", "jobQueue": "default"},
            "shareIdentifier can't be specified: JobQueue default has no scheduling policy",
        ),
    ],
)
def test_a_share_belongs_to_a_fair_share_queue(machine: Machine, members: dict[str, Any], expected: str) -> None:
    """It is required there and refused elsewhere, in the service's words where they are known."""
    create_fair_queue(machine)
    assert refusal(machine, "submit_job", **(REQUEST | members))[1] == expected


def test_shares_take_turns(machine: Machine) -> None:
    """The share that has used less runs first, though its jobs came later."""
    create_fair_queue(machine, shareDecaySeconds=3600)
    jobs = [submit(machine, share, "sleep", "0.05") for share in ("a", "a", "a", "b", "b")]
    started = [machine.ended(job)["startedAt"] for job in jobs]
    order = [name for _, name in sorted(zip(started, ("a1", "a2", "a3", "b1", "b2"), strict=True))]
    assert order[:2] == ["a1", "b1"]
    assert order.index("b2") < order.index("a3")


def test_a_job_tells_its_share(machine: Machine) -> None:
    """DescribeJobs and ListJobs show the share identifier, DescribeJobs the priority too."""
    create_fair_queue(machine)
    machine.ended(submit(machine, "a", "true", priority=7))
    (listed,) = machine.batch.list_jobs(jobQueue=FAIR, jobStatus="SUCCEEDED")["jobSummaryList"]
    job = machine.job(listed["jobId"])
    assert [listed["shareIdentifier"], job["shareIdentifier"], job["schedulingPriority"]] == ["a", "a", 7]


def test_a_policy_in_use_stays(machine: Machine) -> None:
    """It can be replaced, and then be deleted."""
    create_fair_queue(machine)
    arn = "arn:aws:batch:local-1:000000000000:scheduling-policy/fair"
    assert refusal(machine, "delete_scheduling_policy", arn=arn)[1] == (
        "Cannot delete, scheduling policy fair is used by JobQueue fair"
    )
    other = machine.batch.create_scheduling_policy(name="other")["arn"]
    machine.batch.update_job_queue(jobQueue=FAIR, schedulingPolicyArn=other)
    machine.batch.delete_scheduling_policy(arn=arn)
    assert machine.batch.list_scheduling_policies()["schedulingPolicies"] == [{"arn": other}]


def test_a_restart_goes_on_with_the_shares(machine: Machine) -> None:
    """Jobs that waited run in the next life, those that ran as well."""
    create_fair_queue(machine)
    jobs = [submit(machine, share, "sleep", "0.3", retryStrategy={"attempts": 2}) for share in ("a", "b", "a")]
    machine.running(jobs[0])
    machine.close()
    machine.open()
    assert [machine.ended(job)["status"] for job in jobs] == ["SUCCEEDED"] * 3
