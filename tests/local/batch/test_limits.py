"""Each bound of the service, refused in its own words."""

from __future__ import annotations

from typing import Any

import pytest

from batchplane_local.batch.limits import check_definition, check_name, check_reason, check_submission
from batchplane_local.batch.refused import Refused

REQUEST: dict[str, Any] = {"jobName": "test", "jobQueue": "default", "jobDefinition": "plain"}
RESOURCES = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "16"}]
DEFINITION: dict[str, Any] = {
    "jobDefinitionName": "plain",
    "type": "container",
    "containerProperties": {"image": "none", "resourceRequirements": RESOURCES},
}


def refusal(check: Any, *given: Any) -> str:
    """The words in which a check refuses."""
    with pytest.raises(Refused) as refused:
        check(*given)
    return str(refused.value)


def overrides(**members: Any) -> dict[str, Any]:
    """Container overrides of a submission."""
    return {"containerOverrides": members}


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"jobName": "-x"}, "Job name should match valid pattern"),
        ({"jobName": "x" * 129}, "Job name should match valid pattern"),
        ({"parameters": {"p": "x" * 48_000}}, "Job size must be less than 30 KiB, got 47 KiB"),
        ({"parameters": {"p": "\0"}}, "Requests can't contain null characters or lone surrogates, got '\\x00'"),
        ({"parameters": {"p": "\ud800"}}, "Requests can't contain null characters or lone surrogates, got '\\ud800'"),
        ({"arrayProperties": {"size": 1}}, "Array job size must be between 2 and 10000, got 1"),
        ({"arrayProperties": {"size": 10_001}}, "Array job size must be between 2 and 10000, got 10001"),
        ({"dependsOn": [{"jobId": "j"}] * 21}, "A job can have at most 20 dependencies, got 21"),
        ({"dependsOn": [{}]}, "A dependency must have a jobId, or type SEQUENTIAL"),
        ({"dependsOn": [{"type": "SEQUENTIAL"}]}, "Dependency type SEQUENTIAL is only supported for array jobs"),
        ({"retryStrategy": {}}, "RetryAttempts must be provided with retry strategy"),
        ({"retryStrategy": {"attempts": 11}}, "RetryAttempts must be between 1 and 10, got 11"),
        (
            {"timeout": {"attemptDurationSeconds": 59}},
            "Timeout attemptDurationSeconds must be at least 60 seconds, got 59",
        ),
        ({"tags": {"AWS:x": "y"}}, "Tag keys can't begin with aws:, which is reserved, got AWS:x"),
        ({"tags": {"": "x"}}, "Tag keys must have 1 to 128 characters and values at most 256: "),
        (
            {"nodeOverrides": {"nodePropertyOverrides": [{"targetNodes": "0:", "eksPropertiesOverride": {}}]}},
            "The embedded Batch does not do eksPropertiesOverride yet",
        ),
        (
            overrides(instanceType="m5.large"),
            "Container overrides instanceType is only supported for multi-node parallel jobs",
        ),
        ({"schedulingPriorityOverride": -1}, "schedulingPriorityOverride must be between 0 and 9999, got -1"),
        (overrides(command=[""]), "Container overrides command can't contain empty strings"),
        (
            overrides(environment=[{"name": "AWS_BATCH_X", "value": ""}]),
            "Environment variable names can't start with AWS_BATCH, got AWS_BATCH_X",
        ),
        (
            overrides(resourceRequirements=[{"type": "MEMORY", "value": "3"}]),
            "Resource requirement MEMORY must be at least 4 MiB, got 3",
        ),
        (
            overrides(resourceRequirements=[{"type": "VCPU", "value": "0"}]),
            "Resource requirement VCPU must be greater than 0",
        ),
        (
            overrides(resourceRequirements=[{"type": "GPU", "value": "0"}]),
            "Resource requirement GPU must be at least 1, got 0",
        ),
    ],
)
def test_a_submission_out_of_bounds(members: dict[str, Any], expected: str) -> None:
    """A submission that breaks a bound is refused in words that name it."""
    assert refusal(check_submission, REQUEST | members) == expected


@pytest.mark.parametrize("value", ["many", "1e999", "nan", "1.5.0"])
def test_a_requirement_that_is_no_number(value: str) -> None:
    """Resource requirements are strings, and must read as numbers."""
    requirements = [{"type": "VCPU", "value": value}]
    words = refusal(check_submission, REQUEST | overrides(resourceRequirements=requirements))
    assert words.startswith("Resource requirement values must be numbers")


@pytest.mark.parametrize(
    "members",
    [
        {"jobName": "x" * 128},
        {"arrayProperties": {"size": 2}},
        {"arrayProperties": {"size": 10_000}, "dependsOn": [{"type": "SEQUENTIAL"}]},
        {"dependsOn": [{"jobId": "j"}] * 20},
        {"retryStrategy": {"attempts": 10, "evaluateOnExit": [{"onReason": "Host EC2*", "action": "retry"}] * 5}},
        {"timeout": {"attemptDurationSeconds": 60}},
        overrides(environment=[{"name": "E", "value": "x" * 9000}]),
    ],
)
def test_a_submission_at_its_bounds(members: dict[str, Any]) -> None:
    """A bound itself is allowed; overrides of more than 8,192 characters are accepted, and fail later."""
    check_submission(REQUEST | members)


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"type": "multinode"}, "Container properties should not be set for a job definition of type multinode"),
        (
            {"containerProperties": {}},
            "Container properties should not be empty for a job definition of type container",
        ),
        ({"containerProperties": {"command": ["x"]}}, "Container properties should contain image"),
        (
            {"containerProperties": {"image": "none", "resourceRequirements": RESOURCES[1:]}},
            "Container properties should contain VCPU in resourceRequirements, at least 1 for EC2",
        ),
        (
            {"containerProperties": {"image": "none", "resourceRequirements": RESOURCES[:1]}},
            "Container properties should contain MEMORY in resourceRequirements, at least 4 MiB",
        ),
        ({"parameters": {"p": "x" * 25_000}}, "Job definition size must be less than 24 KiB, got 25 KiB"),
    ],
)
def test_a_definition_out_of_bounds(members: dict[str, Any], expected: str) -> None:
    """A definition that breaks a bound, or can't be run here, is refused in words that say so."""
    assert refusal(check_definition, DEFINITION | members) == expected


def test_a_name_out_of_bounds() -> None:
    """Names of queues, environments and definitions have a pattern."""
    assert refusal(check_name, "a b") == "Provided name a b is not supported pattern[a-zA-Z_0-9-]{1,128}"


def test_a_reason_out_of_bounds() -> None:
    """A reason has at most 1,024 characters."""
    assert refusal(check_reason, "x" * 1025) == "Reason must have 1 to 1024 characters, got 1025"
