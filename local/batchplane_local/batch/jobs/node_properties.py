"""The nodes of a multi-node parallel job: their number, the main one, and which container each of them has.

Raises Refused where NodeProperties or NodeOverrides can't be had, and knows nothing of how nodes run.
https://docs.aws.amazon.com/batch/latest/APIReference/API_NodeProperties.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from batchplane_local.batch.jobs.container import overridden
from batchplane_local.batch.refused import Refused

_TARGET = re.compile(r"([0-9]{0,9}):([0-9]{0,9})")
#: Nodes of one job: the number of instances in a cluster.
_MOST_NODES = 1000
#: Node ranges of one job definition.
_MOST_RANGES = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class NodeRange:
    """A range of node indices."""

    first: int
    #: The last index of the range; None for the highest that there is.
    last: int | None

    @classmethod
    def parsed(cls, target: str) -> NodeRange:
        """Read `targetNodes`: `0:3`, `:3`, `4:` or `:`."""
        match = _TARGET.fullmatch(target)
        if match is None:
            raise Refused(f"targetNodes must be a range of node indices like 0:3, :3 or 4:, got {target[:60]!r}")
        nodes = cls(first=int(match[1] or 0), last=int(match[2]) if match[2] else None)
        if nodes.last is not None and nodes.first > nodes.last:
            raise Refused(f"targetNodes must begin at or below its end, got {target}")
        return nodes

    def indices(self, num_nodes: int) -> range:
        """The indices of the range where there are so many nodes."""
        return range(self.first, num_nodes if self.last is None else min(self.last + 1, num_nodes))


def check_node_properties(properties: Mapping[str, Any]) -> None:
    """Refuse NodeProperties of a job definition that break a bound; their containers are not looked at."""
    num_nodes = properties["numNodes"]
    _check_number(num_nodes, properties["mainNode"])
    groups = properties["nodeRangeProperties"]
    if not 1 <= len(groups) <= _MOST_RANGES:
        raise Refused(f"Node properties must have 1 to {_MOST_RANGES} node ranges, got {len(groups)}")
    for group in groups:
        nodes = NodeRange.parsed(group["targetNodes"])
        if max(nodes.first, nodes.last or 0) >= num_nodes:
            raise Refused(f"Node range {group['targetNodes']} must lie within the {num_nodes} nodes of the job")
    _check_covered(groups, num_nodes)
    _check_instance_types(groups)


def with_node_overrides(properties: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    """NodeProperties of a job, from those of its definition and the submission's NodeOverrides."""
    num_nodes = overrides.get("numNodes", properties["numNodes"])
    if "numNodes" in overrides:
        _check_new_number(properties, num_nodes)
    groups = [{**group, "container": overridden(group["container"], {})} for group in properties["nodeRangeProperties"]]
    strange = []
    for override in overrides.get("nodePropertyOverrides", ()):
        wanted = NodeRange.parsed(override["targetNodes"]).indices(num_nodes)
        targets = [group for group in groups if NodeRange.parsed(group["targetNodes"]).indices(num_nodes) == wanted]
        if not targets:
            strange.append(override["targetNodes"])
        for group in targets:
            group["container"] = overridden(group["container"], override.get("containerOverrides", {}))
            if "instanceTypes" in override:
                group["instanceTypes"] = list(override["instanceTypes"])
    if strange:
        words = "NodeOverride targets should match job definition. Non matching targets"
        raise Refused(f"{words} - {', '.join(strange)}")
    _check_instance_types(groups)
    return {"numNodes": num_nodes, "mainNode": properties["mainNode"], "nodeRangeProperties": groups}


def containers_in(definition: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """ContainerProperties in a job definition: one, or one for each node range."""
    if definition["type"] != "multinode":
        return [definition["containerProperties"]]
    return [group["container"] for group in definition["nodeProperties"]["nodeRangeProperties"]]


def container_overrides_in(request: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """ContainerOverrides in a SubmitJob request: the job's own, and those of node ranges."""
    by_range = request.get("nodeOverrides", {}).get("nodePropertyOverrides", ())
    return [each["containerOverrides"] for each in (request, *by_range) if "containerOverrides" in each]


def group_of_each_node(properties: Mapping[str, Any]) -> tuple[int, ...]:
    """For each node the index of its range in nodeRangeProperties: the narrowest that it lies in, the last of equals.

    So a range within another overrides it, as in `0:10` and `4:5`.
    """
    num_nodes = properties["numNodes"]
    ranges = [NodeRange.parsed(group["targetNodes"]).indices(num_nodes) for group in properties["nodeRangeProperties"]]
    widest_first = sorted(range(len(ranges)), key=lambda index: -len(ranges[index]))
    groups = [0] * num_nodes
    for index in widest_first:
        for node in ranges[index]:
            groups[node] = index
    return tuple(groups)


def _check_number(num_nodes: int, main_node: int) -> None:
    if not 1 <= num_nodes <= _MOST_NODES:
        raise Refused(f"numNodes must be between 1 and {_MOST_NODES}, got {num_nodes}")
    if not 0 <= main_node < num_nodes:
        raise Refused(f"mainNode must be at least 0 and less than numNodes, which is {num_nodes}, got {main_node}")


def _check_new_number(properties: Mapping[str, Any], num_nodes: int) -> None:
    """The three conditions of the API's NodeOverrides."""
    ranges = [NodeRange.parsed(group["targetNodes"]) for group in properties["nodeRangeProperties"]]
    if all(nodes.last is not None for nodes in ranges):
        raise Refused(
            "NumNodes override can only be applied if the job definition has at least 1 target node without a "
            "range_end i.e (:) or (range_start:)."
        )
    _check_number(num_nodes, properties["mainNode"])
    highest = max(nodes.first for nodes in ranges)
    if highest >= num_nodes:
        raise Refused(f"NumNodes override must be greater than the start of every node range, {highest}: {num_nodes}")


def _check_covered(groups: Sequence[Mapping[str, Any]], num_nodes: int) -> None:
    covered = {node for group in groups for node in NodeRange.parsed(group["targetNodes"]).indices(num_nodes)}
    missing = next((node for node in range(num_nodes) if node not in covered), None)
    if missing is not None:
        raise Refused(f"Node ranges must account for all nodes (0:{num_nodes - 1}); node {missing} is in none of them")


def _check_instance_types(groups: Sequence[Mapping[str, Any]]) -> None:
    types = {group["container"]["instanceType"] for group in groups if "instanceType" in group.get("container", {})}
    types |= {each for group in groups for each in group.get("instanceTypes", ())}
    if len(types) > 1:
        raise Refused(f"All node ranges must use the same instance type, got {', '.join(sorted(types))}")
