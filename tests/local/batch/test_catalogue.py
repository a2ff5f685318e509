"""Queues, environments and scheduling policies: made, changed, deleted, described."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local.batch.machine import DEFINITION, QUEUE, Machine, refusal
from tests.waiting import wait_until

ARN = "arn:aws:batch:local-1:000000000000"
POLICY = {"shareDecaySeconds": 3600, "computeReservation": 50, "shareDistribution": [{"shareIdentifier": "a*"}]}


def queue_named(machine: Machine, name: str) -> dict[str, Any] | None:
    """The queue's description; None where it is gone."""
    found = machine.batch.describe_job_queues(jobQueues=[name])["jobQueues"]
    return dict(found[0]) if found else None


def environment_named(machine: Machine, name: str) -> dict[str, Any] | None:
    """The environment's description; None where it is gone."""
    found = machine.batch.describe_compute_environments(computeEnvironments=[name])["computeEnvironments"]
    return dict(found[0]) if found else None


def test_a_queue_is_updated(machine: Machine) -> None:
    """State, priority and order take the place of what was there; the rest stays."""
    machine.batch.create_compute_environment(computeEnvironmentName="there", type="UNMANAGED")
    order = [{"order": 5, "computeEnvironment": "there"}]
    answer = machine.batch.update_job_queue(jobQueue=QUEUE, priority=9, state="DISABLED", computeEnvironmentOrder=order)
    queue = queue_named(machine, QUEUE)
    assert queue is not None
    assert (answer["jobQueueArn"], queue["priority"], queue["state"], queue["status"], queue["statusReason"]) == (
        f"{ARN}:job-queue/{QUEUE}",
        9,
        "DISABLED",
        "VALID",
        "JobQueue Healthy",
    )
    assert queue["computeEnvironmentOrder"] == [
        {"order": 5, "computeEnvironment": f"{ARN}:compute-environment/there"},
    ]


def test_a_disabled_queue_runs_what_it_has(machine: Machine) -> None:
    """It takes no jobs; those in it go on."""
    first, second = machine.submit("sleep", "0.2"), machine.submit("true")
    machine.batch.update_job_queue(jobQueue=QUEUE, state="DISABLED")
    assert [machine.ended(job)["status"] for job in (first, second)] == ["SUCCEEDED"] * 2


def test_a_disabled_environment_starts_nothing(machine: Machine) -> None:
    """Its jobs wait, and run when it is enabled again."""
    machine.batch.update_compute_environment(computeEnvironment="here", state="DISABLED")
    job = machine.submit("true")
    assert machine.job(job)["status"] == "RUNNABLE"
    machine.batch.update_compute_environment(computeEnvironment="here", state="ENABLED")
    assert machine.ended(job)["status"] == "SUCCEEDED"


def test_resources_of_an_environment_are_updated(machine: Machine) -> None:
    """What the update names is replaced, the rest of its computeResources stays, and placement follows at once."""
    resources = {"type": "EC2", "maxvCpus": 1, "minvCpus": 0, "subnets": []}
    machine.batch.create_compute_environment(
        computeEnvironmentName="small", type="MANAGED", computeResources=resources, serviceRole="role"
    )
    update = {"maxvCpus": 2, "updateToLatestImageVersion": True}
    machine.batch.update_compute_environment(computeEnvironment="small", computeResources=update)
    small = environment_named(machine, "small")
    assert small is not None
    assert small["computeResources"] == {**resources, "maxvCpus": 2}


def test_a_deleted_queue_ends_its_jobs_and_goes_with_the_last(machine: Machine) -> None:
    """It is DELETING while one of its jobs hasn't ended; what waited fails at once."""
    running, waiting = machine.submit("sh", "-c", "trap '' TERM; sleep 1 & wait; wait"), machine.submit("true")
    machine.running(running)
    machine.batch.update_job_queue(jobQueue=QUEUE, state="DISABLED")
    machine.batch.delete_job_queue(jobQueue=QUEUE)
    queue = queue_named(machine, QUEUE)
    assert queue is not None
    assert queue["status"] == "DELETING"
    ended = [machine.ended(job) for job in (running, waiting)]
    assert [(job["status"], job["statusReason"], job["isTerminated"]) for job in ended] == [
        ("FAILED", "Job queue was deleted", True)
    ] * 2
    wait_until(lambda: queue_named(machine, QUEUE) is None, "the queue is gone")


def test_what_is_deleted_is_gone_after_a_restart(machine: Machine) -> None:
    """A queue of the same name is another queue: the jobs of the first aren't listed with it."""
    machine.create_queue("late", priority=1)
    job = machine.submit("true", jobQueue="late")
    machine.ended(job)
    machine.batch.update_job_queue(jobQueue="late", state="DISABLED")
    machine.batch.delete_job_queue(jobQueue="late")
    wait_until(lambda: queue_named(machine, "late") is None, "the queue is gone")
    machine.close()
    machine.open()
    assert queue_named(machine, "late") is None
    machine.create_queue("late", priority=1)
    listed = machine.batch.list_jobs(jobQueue="late", jobStatus="SUCCEEDED")["jobSummaryList"]
    assert (listed, machine.job(job)["status"]) == ([], "SUCCEEDED")


def test_an_environment_goes_when_nothing_runs_in_it(machine: Machine) -> None:
    """Out of its queues and DISABLED it is DELETING until its attempts have ended."""
    job = machine.submit("sleep", "1")
    machine.running(job)
    machine.batch.create_compute_environment(computeEnvironmentName="there", type="UNMANAGED")
    order = [{"order": 1, "computeEnvironment": "there"}]
    machine.batch.update_job_queue(jobQueue=QUEUE, computeEnvironmentOrder=order)
    machine.batch.update_compute_environment(computeEnvironment="here", state="DISABLED")
    machine.batch.delete_compute_environment(computeEnvironment="here")
    here = environment_named(machine, "here")
    assert here is not None
    assert here["status"] == "DELETING"
    assert machine.ended(job)["status"] == "SUCCEEDED"
    wait_until(lambda: environment_named(machine, "here") is None, "the environment is gone")


def test_a_scheduling_policy_is_made_changed_and_deleted(machine: Machine) -> None:
    """Policies are described by ARN and listed as ARNs."""
    arn = machine.batch.create_scheduling_policy(name="fair", fairsharePolicy=POLICY, tags={"a": "1"})["arn"]
    machine.batch.update_scheduling_policy(arn=arn, fairsharePolicy={"shareDecaySeconds": 60})
    described = machine.batch.describe_scheduling_policies(arns=[arn, f"{arn}-unknown"])["schedulingPolicies"]
    assert described == [
        {"name": "fair", "arn": arn, "fairsharePolicy": {"shareDecaySeconds": 60}, "tags": {"a": "1"}},
    ]
    machine.batch.delete_scheduling_policy(arn=arn)
    assert machine.batch.list_scheduling_policies()["schedulingPolicies"] == []


def test_records_are_described_in_pages(machine: Machine) -> None:
    """A token goes on where a page ended, for every kind."""
    for name in ("one", "two"):
        machine.create_queue(name, priority=1)
        machine.batch.create_compute_environment(computeEnvironmentName=name, type="UNMANAGED")
    for method, member, name in (
        ("describe_job_queues", "jobQueues", "jobQueueName"),
        ("describe_compute_environments", "computeEnvironments", "computeEnvironmentName"),
    ):
        first = getattr(machine.batch, method)(maxResults=2)
        second = getattr(machine.batch, method)(maxResults=2, nextToken=first["nextToken"])
        names = [[record[name] for record in page[member]] for page in (first, second)]
        assert [names[0][1:], names[1]] == [["one"], ["two"]]
        assert "nextToken" not in second


@pytest.mark.parametrize(
    ("method", "request_", "expected"),
    [
        ("update_job_queue", {"jobQueue": "none"}, "JobQueue none not found."),
        (
            "update_compute_environment",
            {"computeEnvironment": "here", "eksConfiguration": {}},
            "The embedded Batch does not do eksConfiguration: jobs run as processes of this machine, not on Amazon EKS."
            " Use containerProperties and containerOverrides.",
        ),
        ("update_job_queue", {"jobQueue": QUEUE, "state": "OFF"}, "state must be one of ENABLED, DISABLED, got OFF"),
        (
            "update_job_queue",
            {"jobQueue": QUEUE, "schedulingPolicyArn": f"{ARN}:scheduling-policy/x"},
            "JobQueue default has no scheduling policy, and none can be added to it",
        ),
        (
            "delete_job_queue",
            {"jobQueue": QUEUE},
            f"Cannot delete, {ARN}:job-queue/default must be DISABLED first, is ENABLED",
        ),
        (
            "delete_compute_environment",
            {"computeEnvironment": "here"},
            f"Cannot delete, {ARN}:compute-environment/here must be DISABLED first, is ENABLED",
        ),
        (
            "update_compute_environment",
            {"computeEnvironment": "none", "state": "DISABLED"},
            "Compute environment none does not exist",
        ),
        (
            "update_compute_environment",
            {"computeEnvironment": "here", "computeResources": {"maxvCpus": 1}},
            "Compute environment here is UNMANAGED: no computeResources",
        ),
        (
            "create_compute_environment",
            {"computeEnvironmentName": "x", "type": "MANAGED"},
            "A MANAGED compute environment must have computeResources",
        ),
        ("update_scheduling_policy", {"arn": f"{ARN}:scheduling-policy/x"}, None),
        ("delete_scheduling_policy", {"arn": f"{ARN}:scheduling-policy/x"}, None),
    ],
)
def test_a_wrong_change_is_refused(
    machine: Machine, method: str, request_: dict[str, Any], expected: str | None
) -> None:
    """The words name the record, the bound and the value."""
    words = expected or f"Scheduling policy {request_['arn']} does not exist"
    assert refusal(machine, method, **request_) == ("ClientException", words)


def test_an_environment_in_a_queue_stays(machine: Machine) -> None:
    """It must be taken out of its queues first; the words are the service's."""
    machine.batch.update_compute_environment(computeEnvironment="here", state="DISABLED")
    _, words = refusal(machine, "delete_compute_environment", computeEnvironment="here")
    assert words == "Cannot delete, found existing JobQueue relationship"


def test_what_is_being_deleted_can_not_be_changed(machine: Machine) -> None:
    """Neither a second delete nor an update is taken."""
    machine.running(machine.submit("sh", "-c", "trap '' TERM; sleep 1 & wait; wait"))
    machine.batch.update_job_queue(jobQueue=QUEUE, state="DISABLED")
    machine.batch.delete_job_queue(jobQueue=QUEUE)
    words = [refusal(machine, f"{verb}_job_queue", jobQueue=QUEUE)[1] for verb in ("delete", "update")]
    assert words == [f"Cannot {verb}, resource is being modified" for verb in ("delete", "update")]


def test_a_managed_environment_has_a_bound(machine: Machine) -> None:
    """The maxvCpus of its computeResources bounds its jobs; the queue's next environment takes the others."""
    resources = {"type": "EC2", "maxvCpus": 1, "subnets": []}
    machine.batch.create_compute_environment(computeEnvironmentName="small", type="MANAGED", computeResources=resources)
    order = [{"order": 1, "computeEnvironment": "small"}, {"order": 2, "computeEnvironment": "here"}]
    machine.batch.create_job_queue(jobQueueName="two", priority=1, computeEnvironmentOrder=order)
    command = {"command": ["sh", "-c", "echo $AWS_BATCH_CE_NAME"]}
    job = machine.run(jobQueue="two", jobDefinition=DEFINITION, containerOverrides=command)
    assert machine.lines(job) == ["small"]


def test_how_many_queues_and_environments_there_can_be(machine: Machine) -> None:
    """Fifty of each, the first of which are there already."""
    for number in range(49):
        machine.batch.create_compute_environment(computeEnvironmentName=f"e{number}", type="UNMANAGED")
        machine.create_queue(f"q{number}", priority=1)
    order = [{"order": 1, "computeEnvironment": "here"}]
    refused = [
        refusal(machine, "create_compute_environment", computeEnvironmentName="more", type="UNMANAGED")[1],
        refusal(machine, "create_job_queue", jobQueueName="more", priority=1, computeEnvironmentOrder=order)[1],
    ]
    assert [f"There can be at most 50 {kind}; delete one first" for kind in ("compute environments", "job queues")] == (
        refused
    )
