"""What Fargate asks of a container beyond what EC2 does: pairs of vCPUs and memory, a role, and members to leave out.

Raises Refused, and nothing else. The embedded Batch runs such a job as it runs any other.
https://docs.aws.amazon.com/batch/latest/userguide/fargate-job-definitions.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from batchplane_local.batch.jobs.container import need_of, overridden
from batchplane_local.batch.refused import Refused

#: MiB that go with so many vCPUs: https://docs.aws.amazon.com/batch/latest/APIReference/API_ResourceRequirement.html.
_MEMORY: Mapping[float, Sequence[int]] = {
    0.25: (512, 1024, 2048),
    0.5: range(1024, 4096 + 1, 1024),
    1: range(2048, 8192 + 1, 1024),
    2: range(4096, 16_384 + 1, 1024),
    4: range(8192, 30_720 + 1, 1024),
    8: range(16_384, 61_440 + 1, 4096),
    16: range(32_768, 122_880 + 1, 8192),
    32: (61_440, 122_880, 249_856),
}
#: Members of ContainerProperties and of its linuxParameters that can't be set.
_NOT_APPLICABLE = ("instanceType", "ulimits")
_NOT_APPLICABLE_IN_LINUX = ("devices", "sharedMemorySize", "tmpfs", "maxSwap", "swappiness")
_LOG_DRIVERS = ("awslogs", "splunk")
#: GiB.
_EPHEMERAL_STORAGE = range(21, 200 + 1)


def check_fargate_container(container: Mapping[str, Any]) -> None:
    """Refuse ContainerProperties that Fargate can't run, of those that check_container has let pass."""
    if not container.get("executionRoleArn"):
        _refuse("Container properties should contain executionRoleArn, which jobs on Fargate must have")
    _check_members(container)
    _check_linux(container.get("linuxParameters", {}))
    driver = container.get("logConfiguration", {}).get("logDriver", "awslogs")
    if driver not in _LOG_DRIVERS:
        _refuse(f"logDriver must be one of {', '.join(_LOG_DRIVERS)} for Fargate, got {driver}")
    size = container.get("ephemeralStorage", {}).get("sizeInGiB", 21)
    if size not in _EPHEMERAL_STORAGE:
        _refuse(f"ephemeralStorage sizeInGiB must be between 21 and 200, got {size}")
    _check_resources(container)


def check_fargate_overrides(container: Mapping[str, Any], overrides: Mapping[str, Any]) -> None:
    """Refuse ContainerOverrides with which Fargate can't run the container."""
    for member in ("vcpus", "memory"):
        if member in overrides:
            _refuse(f"{member} is not applicable for Fargate. Use resource requirements instead.")
    if "resourceRequirements" in overrides:
        _check_resources(overridden(container, overrides))


def _check_members(container: Mapping[str, Any]) -> None:
    for member in ("vcpus", "memory"):
        if member in container:
            _refuse(f"{member} is not applicable for Fargate. Use resource requirements instead.")
    for member in _NOT_APPLICABLE:
        if container.get(member):
            _refuse(f"{member} is not applicable for Fargate.")
    if container.get("privileged"):
        _refuse("privileged is not applicable for Fargate: leave it out, or set it to false")
    if any("host" in volume for volume in container.get("volumes", ())):
        _refuse("Volumes with host are not applicable for Fargate.")


def _check_linux(parameters: Mapping[str, Any]) -> None:
    for member in _NOT_APPLICABLE_IN_LINUX:
        if member in parameters:
            _refuse(f"linuxParameters {member} is not applicable for Fargate.")


def _check_resources(container: Mapping[str, Any]) -> None:
    kinds = {requirement["type"] for requirement in container.get("resourceRequirements", ())}
    if "GPU" in kinds:
        _refuse("Resource requirement GPU is not applicable for Fargate.")
    if "VCPU" not in kinds:
        _refuse("vCPU is not provided.")
    need = need_of(container)
    if need.memory not in _MEMORY.get(need.milli_vcpus / 1000, ()):
        vcpus = need.milli_vcpus / 1000
        _refuse(f"Fargate resource requirements ({vcpus:.2f} vCPU, {need.memory} MiB) not valid.")


def _refuse(words: str) -> NoReturn:
    raise Refused(words)
