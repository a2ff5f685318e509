"""Bounds of a multi-node parallel job: what its definition's node ranges let a submission say. Does no I/O.

https://docs.aws.amazon.com/batch/latest/APIReference/API_NodeOverrides.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from controlplane.deployment import Deployment, JobDefinition, NodeProperties
from controlplane.errors import Violation

if TYPE_CHECKING:
    from controlplane.submissions.submit_job_request import NodeOverrides, SubmitJobRequest

#: Members that say something of the one container that a job on several nodes doesn't have, or of children.
_OF_ONE_CONTAINER = {"containerOverrides", "command", "environment", "vcpus", "memory", "gpus", "arrayProperties"}


def node_violations(
    request: SubmitJobRequest, definition: JobDefinition, deployment: Deployment
) -> Iterable[Violation]:
    """What is wrong with the nodes that were asked for, or with asking for nodes at all."""
    if definition.nodes is None:
        if request.nodeOverrides is not None:
            several = ", ".join(each.title for each in deployment.job_definitions if each.nodes) or "none here"
            bound = f"left out: job definition {definition.title} is not multi-node; of those that are, there are"
            yield Violation(field="nodeOverrides", bound=f"{bound}: {several}", value=request.nodeOverrides.numNodes)
        return
    for name, value in request.model_dump(include=_OF_ONE_CONTAINER, exclude_none=True).items():
        bound = f"left out: job definition {definition.title} is multi-node, and takes nodeOverrides"
        yield Violation(field=name, bound=bound, value=value)
    most = deployment.largest.get("VCPU")
    count = (request.nodeOverrides and request.nodeOverrides.numNodes) or definition.nodes.num_nodes
    if most is not None and count > most:
        bound = f"at most {most}: all nodes run at once, each on a vCPU at least, and there are no more"
        yield Violation(field="nodeOverrides.numNodes", bound=bound, value=count)
    if request.nodeOverrides is not None:
        yield from _number(request.nodeOverrides, definition.nodes)
        yield from _targets(request.nodeOverrides, definition.nodes)
        yield from _instance_types(request.nodeOverrides)


def _number(overrides: NodeOverrides, nodes: NodeProperties) -> Iterable[Violation]:
    field, given = "nodeOverrides.numNodes", overrides.numNodes
    if given is None:
        return
    if all(_range(target)[1] is not None for target in nodes.target_nodes):
        bound = f"left out: no node range of the definition ({', '.join(nodes.target_nodes)}) is open at its end"
        yield Violation(field=field, bound=bound, value=given)
    least = 1 + max(nodes.main_node, *(_range(target)[0] for target in nodes.target_nodes))
    if given < least:
        bound = f"at least {least}: the main node and the start of every node range are among the nodes"
        yield Violation(field=field, bound=bound, value=given)


def _targets(overrides: NodeOverrides, nodes: NodeProperties) -> Iterable[Violation]:
    count = overrides.numNodes or nodes.num_nodes
    known = {indices(target, count) for target in nodes.target_nodes}
    for place, override in enumerate(overrides.nodePropertyOverrides or ()):
        start, end = _range(override.targetNodes)
        if (end is not None and start > end) or indices(override.targetNodes, count) not in known:
            bound = f"one of the definition's node ranges: {', '.join(nodes.target_nodes)}"
            field = f"nodeOverrides.nodePropertyOverrides.{place}.targetNodes"
            yield Violation(field=field, bound=bound, value=override.targetNodes)


def _instance_types(overrides: NodeOverrides) -> Iterable[Violation]:
    types = {each for override in overrides.nodePropertyOverrides or () for each in override.instanceTypes or ()}
    if len(types) > 1:
        field = "nodeOverrides.nodePropertyOverrides"
        yield Violation(field=field, bound="of one instance type for all nodes", value=sorted(types))


def _range(target: str) -> tuple[int, int | None]:
    """The first index and the last one, None for the highest that there is: `0:3`, `:3`, `4:` or `:`."""
    start, _, end = target.partition(":")
    return int(start or 0), int(end) if end else None


def indices(target: str, count: int) -> range:
    """Which of so many nodes a node range names."""
    start, end = _range(target)
    return range(start, count if end is None else min(end + 1, count))
