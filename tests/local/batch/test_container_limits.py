"""The bounds on a container, on EC2 and on Fargate."""

from __future__ import annotations

from typing import Any

import pytest

from batchplane_local.batch.bounds.container_limits import check_container, check_ec2_container
from batchplane_local.batch.bounds.fargate_limits import check_fargate_container, check_fargate_overrides
from batchplane_local.batch.refused import Refused

EC2: dict[str, Any] = {"image": "none", "vcpus": 1, "memory": 4}
#: The table of the API reference: the least and the greatest MiB that go with so many vCPUs, and a step between two.
PAIRS = [
    ("0.25", 512, 2048, 512),
    ("0.5", 1024, 4096, 1024),
    ("1", 2048, 8192, 1024),
    ("2", 4096, 16_384, 1024),
    ("4", 8192, 30_720, 1024),
    ("8", 16_384, 61_440, 4096),
    ("16", 32_768, 122_880, 8192),
    ("32", 61_440, 249_856, 61_440),
]


def requirements(**values: str) -> dict[str, Any]:
    """What a container asks for, by type."""
    return {"resourceRequirements": [{"type": kind, "value": value} for kind, value in values.items()]}


FARGATE: dict[str, Any] = {
    "image": "none",
    "executionRoleArn": "arn:aws:iam::000000000000:role/x",
    **requirements(VCPU="1", MEMORY="2048"),
}


def refusal(check: Any, *given: Any) -> str:
    """The words in which a check refuses."""
    with pytest.raises(Refused) as refused:
        check(*given)
    return str(refused.value)


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"image": "x" * 256}, f"image must have at most 255 letters, numbers and - _ : . / # @, got {'x' * 256}"),
        ({"image": "a b"}, "image must have at most 255 letters, numbers and - _ : . / # @, got a b"),
        (
            requirements(MEMORY="4.5"),
            "Value 4.5 for type MEMORY in resourceRequirement is not valid. Please provide a numeric value.",
        ),
        (
            requirements(GPU="half"),
            "Value half for type GPU in resourceRequirement is not valid. Please provide a numeric value.",
        ),
        (
            {"linuxParameters": {"swappiness": 101}},
            "linuxParameters swappiness must be between 0 and 100, got 101",
        ),
        (
            {"linuxParameters": {"maxSwap": -1}},
            "linuxParameters maxSwap must be between 0 and 2147483647, got -1",
        ),
        (
            {"volumes": [{"name": "a/b"}]},
            "Volume names must have 1 to 255 letters, numbers, hyphens and underscores, got a/b",
        ),
    ],
)
def test_a_container_out_of_bounds(members: dict[str, Any], expected: str) -> None:
    """A container that breaks a bound is refused in words that name it, on every platform."""
    assert expected == refusal(check_container, EC2 | members)


@pytest.mark.parametrize(
    "members",
    [
        {"image": "x" * 255},
        {"image": "public.ecr.aws/a/b_c-d@sha256:0123"},
        {"linuxParameters": {"swappiness": 100, "maxSwap": 0}},
        {"volumes": [{"name": "x" * 255}, {}]},
        requirements(GPU="1"),
    ],
)
def test_a_container_at_its_bounds(members: dict[str, Any]) -> None:
    """A bound itself is allowed."""
    check_container(EC2 | members)
    check_ec2_container(EC2 | members)


@pytest.mark.parametrize("value", ["0.5", "1.0", "0"])
def test_a_part_of_a_vcpu_on_ec2(value: str) -> None:
    """EC2 has whole ones only, written as whole numbers."""
    words = f"Value {value} for type VCPU in resourceRequirement is not valid. Please provide a numeric value."
    assert words == refusal(check_ec2_container, EC2 | requirements(VCPU=value))


@pytest.mark.parametrize("member", ["networkConfiguration", "fargatePlatformConfiguration"])
def test_what_is_fargates_alone(member: str) -> None:
    """EC2 has no platform version and gives no public address."""
    words = f"{member} is only applicable for Fargate; set platformCapabilities to FARGATE or leave it out"
    assert words == refusal(check_ec2_container, EC2 | {member: {}})


@pytest.mark.parametrize(("vcpus", "least", "most", "step"), PAIRS)
def test_fargates_pairs(vcpus: str, least: int, most: int, step: int) -> None:
    """Each number of vCPUs has a least and a greatest memory, and steps between them."""
    for memory in (least, least + step, most):
        check_fargate_container(FARGATE | requirements(VCPU=vcpus, MEMORY=str(memory)))


@pytest.mark.parametrize(("vcpus", "least", "most", "step"), PAIRS)
def test_beyond_fargates_pairs(vcpus: str, least: int, most: int, step: int) -> None:
    """One MiB less or more is refused, or one step, in the service's words."""
    for memory in (least - step, least - 1, least + 1, most + 1, most + step):
        words = refusal(check_fargate_container, FARGATE | requirements(VCPU=vcpus, MEMORY=str(memory)))
        assert f"Fargate resource requirements ({float(vcpus):.2f} vCPU, {memory} MiB) not valid." == words


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        (
            {"executionRoleArn": ""},
            "Container properties should contain executionRoleArn, which jobs on Fargate must have",
        ),
        ({"vcpus": 1}, "vcpus is not applicable for Fargate. Use resource requirements instead."),
        ({"memory": 2048}, "memory is not applicable for Fargate. Use resource requirements instead."),
        ({"instanceType": "m5.large"}, "instanceType is not applicable for Fargate."),
        (
            {"ulimits": [{"name": "nofile", "softLimit": 1, "hardLimit": 1}]},
            "ulimits is not applicable for Fargate.",
        ),
        ({"privileged": True}, "privileged is not applicable for Fargate: leave it out, or set it to false"),
        ({"volumes": [{"host": {}}]}, "Volumes with host are not applicable for Fargate."),
        ({"linuxParameters": {"swappiness": 1}}, "linuxParameters swappiness is not applicable for Fargate."),
        (
            {"logConfiguration": {"logDriver": "syslog"}},
            "logDriver must be one of awslogs, splunk for Fargate, got syslog",
        ),
        ({"ephemeralStorage": {"sizeInGiB": 20}}, "ephemeralStorage sizeInGiB must be between 21 and 200, got 20"),
        ({"ephemeralStorage": {"sizeInGiB": 201}}, "ephemeralStorage sizeInGiB must be between 21 and 200, got 201"),
        (
            requirements(VCPU="1", MEMORY="2048", GPU="1"),
            "Resource requirement GPU is not applicable for Fargate.",
        ),
        (requirements(MEMORY="2048"), "vCPU is not provided."),
        (requirements(VCPU="3", MEMORY="8192"), "Fargate resource requirements (3.00 vCPU, 8192 MiB) not valid."),
    ],
)
def test_what_fargate_does_not_run(members: dict[str, Any], expected: str) -> None:
    """The words name the member, and what to do where that isn't to leave it out."""
    assert expected == refusal(check_fargate_container, FARGATE | members)


@pytest.mark.parametrize(
    "members",
    [
        {"privileged": False, "ulimits": []},
        {"ephemeralStorage": {"sizeInGiB": 21}, "logConfiguration": {"logDriver": "splunk"}},
        {"ephemeralStorage": {"sizeInGiB": 200}, "linuxParameters": {"initProcessEnabled": True}},
    ],
)
def test_what_fargate_runs(members: dict[str, Any]) -> None:
    """A bound itself is allowed."""
    check_fargate_container(FARGATE | members)


def test_fargates_overrides() -> None:
    """The pair counts that the job has in the end."""
    check_fargate_overrides(FARGATE, requirements(MEMORY="8192"))
    words = "Fargate resource requirements (1.00 vCPU, 4000 MiB) not valid."
    assert words == refusal(check_fargate_overrides, FARGATE, requirements(MEMORY="4000"))


def test_fargates_overrides_by_old_members() -> None:
    """The deprecated members are refused, not ignored."""
    words = "vcpus is not applicable for Fargate. Use resource requirements instead."
    assert words == refusal(check_fargate_overrides, FARGATE, {"vcpus": 2})
