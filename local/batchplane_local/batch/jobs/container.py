"""What a job's container is: the definition's properties with the submission's overrides, and what it needs to run.

https://docs.aws.amazon.com/batch/latest/APIReference/API_ContainerOverrides.html. Checks no bounds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

#: Where logs go unless the definition's logConfiguration says otherwise.
DEFAULT_LOG_GROUP = "/aws/batch/job"
#: Lists that DescribeJobs always shows, empty where nothing is set.
_LISTS = ("command", "volumes", "environment", "mountPoints", "ulimits", "resourceRequirements", "secrets")


@dataclass(frozen=True, kw_only=True, slots=True)
class Need:
    """What one attempt takes of a machine while it runs."""

    #: Thousandths of a vCPU: 250 is a quarter.
    milli_vcpus: int
    #: MiB.
    memory: int
    #: Whole GPUs, no two attempts on one.
    gpus: int = 0


def overridden(properties: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    """ContainerProperties of a job, from those of its definition and ContainerOverrides."""
    detail: dict[str, Any] = {**{name: [] for name in _LISTS}, **properties}
    if "command" in overrides:
        detail["command"] = list(overrides["command"])
    detail["environment"] = _merged(detail["environment"], overrides.get("environment", ()), "name")
    detail["resourceRequirements"] = _merged(
        detail["resourceRequirements"], overrides.get("resourceRequirements", ()), "type"
    )
    for member, kind in (("vcpus", "VCPU"), ("memory", "MEMORY")):
        # The deprecated members are ignored where the definition uses resourceRequirements.
        if member in overrides and _required(detail, kind) is None:
            detail[member] = overrides[member]
    if "instanceType" in overrides:
        detail["instanceType"] = overrides["instanceType"]
    return detail


def container_detail(properties: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    """ContainerDetail of a job before it runs, from ContainerProperties and ContainerOverrides."""
    return {**overridden(properties, overrides), "networkInterfaces": []}


def need_of(container: Mapping[str, Any]) -> Need:
    """What the container needs, by resourceRequirements or by the deprecated vcpus and memory."""
    vcpus = _required(container, "VCPU") or str(container.get("vcpus", 1))
    memory = _required(container, "MEMORY") or str(container.get("memory", 0))
    gpus = _required(container, "GPU") or "0"
    return Need(milli_vcpus=round(float(vcpus) * 1000), memory=int(memory), gpus=int(gpus))


def total(needs: Sequence[Need]) -> Need:
    """What so many attempts need together."""
    return Need(**{member.name: sum(getattr(need, member.name) for need in needs) for member in fields(Need)})


def log_group_of(container: Mapping[str, Any]) -> str:
    """The log group that the container's attempts write to."""
    return str(_log_options(container).get("awslogs-group", DEFAULT_LOG_GROUP))


def log_streams_of(container: Mapping[str, Any], definition_name: str) -> str:
    """What the names of the attempts' log streams begin with; a task id follows: prefix/default/task."""
    prefix = _log_options(container).get("awslogs-stream-prefix", definition_name[:200])
    return f"{prefix}/default/"


def _log_options(container: Mapping[str, Any]) -> Mapping[str, str]:
    options: Mapping[str, str] = container.get("logConfiguration", {}).get("options", {})
    return options


def _required(container: Mapping[str, Any], kind: str) -> str | None:
    return next((need["value"] for need in container.get("resourceRequirements", ()) if need["type"] == kind), None)


def _merged(base: Sequence[Mapping[str, str]], over: Sequence[Mapping[str, str]], name: str) -> list[dict[str, str]]:
    merged = {entry[name]: dict(entry) for entry in (*base, *over)}
    return list(merged.values())
