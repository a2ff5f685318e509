"""How much memory a job gets that leaves the choice to the plane. Does no I/O.

The larger of what the definition reserves and a floor: as much for each vCPU as the definition has for each of its
own, and no less than `MEBIBYTES_A_GPU` for each GPU. A job that spreads over more vCPUs works on as many parts at once,
and what it feeds a GPU lies in its memory first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from controlplane.deployment import Deployment, JobDefinition
from controlplane.job import AUTOMATIC

#: Half of what the smallest instances with a GPU have for each (16 GiB on g4dn, g5 and g6), so that the floor asks for
#: no larger instance than the GPU itself does.
MEBIBYTES_A_GPU = 8192


def with_memory(document: Mapping[str, Any], *, definition: JobDefinition, deployment: Deployment) -> dict[str, Any]:
    """The same document with MiB where its memory is automatic; what was given stays as it is."""
    overrides = document.get("containerOverrides", {})
    required = overrides.get("resourceRequirements", ())
    if not any(each["value"] == AUTOMATIC for each in required):
        return dict(document)
    given = {each["type"]: int(each["value"]) for each in required if each["value"] != AUTOMATIC}
    memory = automatic_memory(
        definition,
        vcpus=given.get("VCPU", definition.vcpus),
        gpus=given.get("GPU", definition.gpus),
        most=deployment.largest.get("MEMORY"),
    )
    chosen = [each | {"value": str(memory)} if each["value"] == AUTOMATIC else each for each in required]
    return {**document, "containerOverrides": {**overrides, "resourceRequirements": chosen}}


def automatic_memory(definition: JobDefinition, *, vcpus: int, gpus: int, most: int | None) -> int:
    """MiB for a job of so many vCPUs and GPUs; the floor is at most what a machine has, where that is known (MiB)."""
    for_vcpus = -(-definition.memory * vcpus // definition.vcpus)
    floor = max(for_vcpus, MEBIBYTES_A_GPU * gpus)
    return max(definition.memory, floor if most is None else min(floor, most))
