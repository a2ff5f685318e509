"""What a job reserves of its queue in all: of an array, of several nodes, everything together. Does no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from controlplane.deployment import JobDefinition
from controlplane.submissions.node_bounds import indices


def vcpus_of(document: Mapping[str, Any], definition: JobDefinition) -> int:
    """The vCPUs of a kept request: those that it asks for, else its definition's, for each child or node."""
    if definition.nodes is not None:
        overrides = document.get("nodeOverrides", {})
        count = overrides.get("numNodes") or definition.nodes.num_nodes
        each = dict.fromkeys(range(count), definition.vcpus)
        for override in overrides.get("nodePropertyOverrides", ()):
            asked = _asked(override.get("containerOverrides", {}), definition)
            each |= dict.fromkeys(indices(override["targetNodes"], count), asked)
        return sum(each.values())
    size = document.get("arrayProperties", {}).get("size", 1)
    return _asked(document.get("containerOverrides", {}), definition) * int(size)


def _asked(overrides: Mapping[str, Any], definition: JobDefinition) -> int:
    asked = {each["type"]: each["value"] for each in overrides.get("resourceRequirements", ())}
    return int(asked.get("VCPU", definition.vcpus))
