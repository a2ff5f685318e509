"""Each bound of the service, refused in its own words."""

from __future__ import annotations

from typing import Any

import pytest

from batchplane_local.batch.bounds.definition_limits import check_definition
from batchplane_local.batch.bounds.limits import check_described, check_name, check_reason, check_texts, page_size
from batchplane_local.batch.bounds.submission_limits import check_submission
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
            "The embedded Batch does not do eksPropertiesOverride: jobs run as processes of this machine, not on "
            "Amazon EKS. Use containerProperties and containerOverrides.",
        ),
        (
            overrides(instanceType="m5.large"),
            "Container overrides instanceType is only supported for multi-node parallel jobs",
        ),
        ({"tags": {"a&b": "x"}}, "Tags may have letters, numbers, spaces and _ . : / = + - @, got a&b"),
        ({"tags": {"a": "x;y"}}, "Tags may have letters, numbers, spaces and _ . : / = + - @, got x;y"),
        ({"tags": {"a": "x" * 257}}, "Tag keys must have 1 to 128 characters and values at most 256: a"),
        ({"tags": {str(n): "" for n in range(51)}}, "A resource can have at most 50 tags, got 51"),
        (
            {"retryStrategy": {"attempts": 2, "evaluateOnExit": [{"action": "EXIT", "onExitCode": "1"}] * 6}},
            "evaluateOnExit must have at most 5 entries, got 6",
        ),
        ({"schedulingPriorityOverride": 10_000}, "schedulingPriorityOverride must be between 0 and 9999, got 10000"),
        (overrides(vcpus=0), "vcpus must be at least 1, got 0"),
        (overrides(memory=3), "memory must be at least 4 MiB, got 3"),
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
        {"tags": {f"Größe {n} _.:/=+-@".ljust(128, "x"): "y" * 256 for n in range(50)}},
        {"schedulingPriorityOverride": 9999},
        overrides(vcpus=1, memory=4),
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
            "vCPU is not provided.",
        ),
        (
            {"containerProperties": {"image": "none", "resourceRequirements": RESOURCES[:1]}},
            "Container properties should contain MEMORY in resourceRequirements, at least 4 MiB",
        ),
        ({"schedulingPriority": 10_000}, "schedulingPriority must be between 0 and 9999, got 10000"),
        (
            {"platformCapabilities": ["MANAGED_INSTANCES"]},
            "Jobs with the platform capability MANAGED_INSTANCES must use ecsProperties, not containerProperties",
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


def test_a_definition_at_its_bounds() -> None:
    """A bound itself is allowed."""
    check_definition(DEFINITION | {"schedulingPriority": 9999, "jobDefinitionName": "x" * 128})


@pytest.mark.parametrize(
    "request_", [{"parameters": {"p": "\0"}}, {"tags": {"\ud800": "x"}}, {"jobs": ["fine", "\udfff"]}]
)
def test_texts_that_nothing_can_keep(request_: dict[str, Any]) -> None:
    """Wherever they are in a request."""
    assert refusal(check_texts, request_).startswith("Requests can't contain null characters or lone surrogates, got ")


def test_other_texts() -> None:
    """A backslash before the letter u is no null character."""
    check_texts({"parameters": {"p": "\\u0000 \U0001f600"}})


def test_how_many_can_be_described() -> None:
    """A hundred, and no more."""
    check_described("things", ["x"] * 100)
    assert "Maximum number of things supported is 100" == refusal(check_described, "things", ["x"] * 101)


def test_how_large_a_page_is() -> None:
    """What was asked for, within 1 and 100; else 100."""
    assert (1, 100, 100) == (page_size({"maxResults": 1}), page_size({"maxResults": 100}), page_size({}))
    assert "maxResults must be between 1 and 100, got 0" == refusal(page_size, {"maxResults": 0})
