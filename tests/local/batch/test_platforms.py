"""Jobs of EC2 and of Fargate, and what descriptions fill in."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local.batch.conftest import OpenMachine
from tests.local.batch.machine import CONTAINER, DEFINITION, QUEUE, Machine, refusal

FARGATE_CONTAINER = {
    "executionRoleArn": "arn:aws:iam::000000000000:role/x",
    "resourceRequirements": [{"type": "VCPU", "value": "0.25"}, {"type": "MEMORY", "value": "512"}],
}


@pytest.fixture
def fargate(machine: Machine) -> Machine:
    """An embedded Batch with a queue and a definition of Fargate too."""
    machine.batch.create_compute_environment(
        computeEnvironmentName="fargate", type="MANAGED", computeResources={"type": "FARGATE", "maxvCpus": 1}
    )
    order = [{"order": 1, "computeEnvironment": "fargate"}]
    machine.batch.create_job_queue(jobQueueName="fargate", priority=1, computeEnvironmentOrder=order)
    machine.register("fargate", FARGATE_CONTAINER, platformCapabilities=["FARGATE"])
    return machine


def test_a_job_of_fargate_runs(fargate: Machine) -> None:
    """As a process, in a queue of Fargate's."""
    job = fargate.run("echo", "hello", jobQueue="fargate", jobDefinition="fargate")
    assert ("SUCCEEDED", ["FARGATE"]) == (job["status"], job["platformCapabilities"])


@pytest.mark.parametrize(
    ("queue", "definition", "capability"), [(QUEUE, "fargate", "FARGATE"), ("fargate", DEFINITION, "EC2")]
)
def test_a_job_in_a_queue_of_the_other_platform(fargate: Machine, queue: str, definition: str, capability: str) -> None:
    """It is refused, in the service's words."""
    words = f"Job Queue is attached to Compute Environment that can not run Jobs with capability {capability}"
    request = {"jobName": "x", "jobQueue": queue, "jobDefinition": definition}
    assert ("ClientException", words) == refusal(fargate, "submit_job", **request)


def test_a_wrong_pair_for_fargate(fargate: Machine) -> None:
    """What the job would have in the end counts."""
    overrides = {"resourceRequirements": [{"type": "MEMORY", "value": "513"}]}
    request = {"jobName": "x", "jobQueue": "fargate", "jobDefinition": "fargate", "containerOverrides": overrides}
    words = "Fargate resource requirements (0.25 vCPU, 513 MiB) not valid."
    assert ("ClientException", words) == refusal(fargate, "submit_job", **request)


def test_environments_stay_on_their_platform(fargate: Machine) -> None:
    """Machines don't become Fargate."""
    words = "computeResources of EC2 can't become Fargate's, nor the other way, got type EC2"
    request: dict[str, Any] = {"computeEnvironment": "fargate", "computeResources": {"type": "EC2"}}
    assert ("ClientException", words) == refusal(fargate, "update_compute_environment", **request)


def test_what_a_definition_is_shown_with(machine: Machine) -> None:
    """Lists, parameters, platform and propagateTags are there, whether they were given or not."""
    (shown,) = machine.batch.describe_job_definitions(jobDefinitions=[f"{DEFINITION}:1"])["jobDefinitions"]
    lists: dict[str, Any] = {name: [] for name in ("volumes", "environment", "mountPoints", "ulimits", "secrets")}
    given = (shown["parameters"], shown["propagateTags"], shown["platformCapabilities"], shown["containerProperties"])
    assert ({}, False, ["EC2"], {**lists, **CONTAINER}) == given


def test_what_a_queue_is_shown_with(fargate: Machine) -> None:
    """Its type follows from its environments."""
    shown = fargate.batch.describe_job_queues()["jobQueues"]
    assert {QUEUE: "ECS", "fargate": "ECS_FARGATE"} == {each["jobQueueName"]: each["jobQueueType"] for each in shown}


@pytest.mark.parametrize(("given", "status"), [(25, "SUCCEEDED"), (26, "FAILED")])
def test_propagated_tags(machine_with: OpenMachine, given: int, status: str) -> None:
    """Job and definition have 50 together at most; one more is accepted, and the job fails."""
    machine = machine_with()
    machine.register("tagged", tags={f"definition{n}": "" for n in range(25)}, propagateTags=True)
    job = machine.run(jobDefinition="tagged", tags={f"job{n}": "" for n in range(given)})
    assert status == job["status"]


def test_propagated_tags_that_are_too_many(machine: Machine) -> None:
    """The words say how many there are; tags that both have count once."""
    machine.register("tagged", tags={f"definition{n}": "" for n in range(50)}, propagateTags=True)
    job = machine.run(jobDefinition="tagged", tags={"definition0": "", "more": ""})
    assert "Tags of job and job definition that are propagated must be at most 50, got 51" == job["statusReason"]
