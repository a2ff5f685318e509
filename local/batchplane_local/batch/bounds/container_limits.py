"""Every bound on one container that the service's model does not state: its image, environment, resources, volumes.

Raises Refused, and nothing else. What holds on Fargate alone is fargate_limits' business.
https://docs.aws.amazon.com/batch/latest/APIReference/API_ContainerProperties.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from batchplane_local.batch.jobs.container import need_of
from batchplane_local.batch.refused import Refused

#: An @ stands before a digest.
_IMAGE = re.compile(r"[A-Za-z0-9_:./#@-]{1,255}")
_VOLUME_NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")
_WHOLE = re.compile(r"[0-9]{1,9}", re.ASCII)
#: MiB.
_LEAST_MEMORY = 4
#: What linuxParameters may be; MiB of swap, and percent.
_LINUX_PARAMETERS = {"maxSwap": range(2**31), "swappiness": range(100 + 1)}
#: Members of ContainerProperties that are for Fargate alone.
_FARGATE_ONLY = ("networkConfiguration", "fargatePlatformConfiguration")


def check_container(container: Mapping[str, Any]) -> None:
    """Refuse ContainerProperties that no platform can have."""
    image = container.get("image")
    if not image:
        _refuse("Container properties should contain image")
    if not _IMAGE.fullmatch(image):
        _refuse(f"image must have at most 255 letters, numbers and - _ : . / # @, got {image[:260]}")
    _check_environment(container)
    _check_requirements(container)
    for name, bounds in _LINUX_PARAMETERS.items():
        value = container.get("linuxParameters", {}).get(name, 0)
        if value not in bounds:
            _refuse(f"linuxParameters {name} must be between {bounds[0]} and {bounds[-1]}, got {value}")
    for volume in container.get("volumes", ()):
        name = volume.get("name", "unnamed")
        if not _VOLUME_NAME.fullmatch(name):
            _refuse(f"Volume names must have 1 to 255 letters, numbers, hyphens and underscores, got {name[:260]}")


def check_ec2_container(container: Mapping[str, Any]) -> None:
    """Refuse ContainerProperties that EC2 can't run, of those that check_container has let pass."""
    for member in _FARGATE_ONLY:
        if member in container:
            _refuse(f"{member} is only applicable for Fargate; set platformCapabilities to FARGATE or leave it out")
    check_whole_vcpus(container)
    kinds = {requirement["type"] for requirement in container.get("resourceRequirements", ())}
    if "VCPU" not in kinds and container.get("vcpus", 0) < 1:
        _refuse("vCPU is not provided.")
    if "MEMORY" not in kinds and container.get("memory", 0) < _LEAST_MEMORY:
        _refuse(f"Container properties should contain MEMORY in resourceRequirements, at least {_LEAST_MEMORY} MiB")


def check_container_overrides(overrides: Mapping[str, Any]) -> None:
    """Refuse ContainerOverrides that no platform can have."""
    _check_environment(overrides)
    if any(not word for word in overrides.get("command", ())):
        _refuse("Container overrides command can't contain empty strings")
    if overrides.get("vcpus", 1) < 1:
        _refuse(f"vcpus must be at least 1, got {overrides['vcpus']}")
    if overrides.get("memory", _LEAST_MEMORY) < _LEAST_MEMORY:
        _refuse(f"memory must be at least {_LEAST_MEMORY} MiB, got {overrides['memory']}")
    _check_requirements(overrides)


def check_whole_vcpus(container: Mapping[str, Any]) -> None:
    """Refuse a part of a vCPU, which only Fargate has; 1.0 is not written as a whole number, and refused too."""
    for requirement in container.get("resourceRequirements", ()):
        value = requirement["value"]
        if requirement["type"] == "VCPU" and (not _WHOLE.fullmatch(value) or int(value) < 1):
            _refuse_value("VCPU", value)


def _check_environment(container: Mapping[str, Any]) -> None:
    for variable in container.get("environment", ()):
        name = variable.get("name", "")
        if name.startswith("AWS_BATCH"):
            _refuse(f"Environment variable names can't start with AWS_BATCH, got {name}")
        if not name or "=" in name:
            _refuse(f"Environment variables must have a name without '=', got {name!r}")


def _check_requirements(container: Mapping[str, Any]) -> None:
    requirements = container.get("resourceRequirements", ())
    kinds = [requirement["type"] for requirement in requirements]
    _check_once(kinds)
    for requirement in requirements:
        kind, value = requirement["type"], requirement["value"]
        if kind != "VCPU" and not _WHOLE.fullmatch(value):
            _refuse_value(kind, value)
    try:
        need = need_of(container)
    except (ValueError, OverflowError) as error:
        raise Refused(f"Resource requirement values must be numbers: {error}") from error
    if need.milli_vcpus <= 0:
        _refuse("Resource requirement VCPU must be greater than 0")
    if "MEMORY" in kinds and need.memory < _LEAST_MEMORY:
        _refuse(f"Resource requirement MEMORY must be at least {_LEAST_MEMORY} MiB, got {need.memory}")
    if "GPU" in kinds and need.gpus < 1:
        _refuse(f"Resource requirement GPU must be at least 1, got {need.gpus}")


def _check_once(kinds: Sequence[str]) -> None:
    for kind in kinds:
        if kinds.count(kind) > 1:
            _refuse(f"Resource requirement {kind} must be given once, got {kinds.count(kind)}")


def _refuse_value(kind: str, value: str) -> NoReturn:
    _refuse(f"Value {value[:60]} for type {kind} in resourceRequirement is not valid. Please provide a numeric value.")


def _refuse(words: str) -> NoReturn:
    raise Refused(words)
