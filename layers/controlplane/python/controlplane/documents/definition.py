"""What is said of a job definition wherever one is shown: its name, its revision, and what a job gets. Does no I/O."""

from __future__ import annotations

from typing import Any

from controlplane.deployment import JobDefinition, NodeProperties


def to_offer(definition: JobDefinition) -> dict[str, Any]:
    """The members that the environment and the list of definitions have in common; memory is in MiB."""
    return {
        "name": definition.name,
        "revision": int(definition.arn.rpartition(":")[2]),
        "jobDefinitionArn": definition.arn,
        "runner": definition.runner,
        "vcpus": definition.vcpus,
        "memory": definition.memory,
        "gpus": definition.gpus,
        "nodeProperties": definition.nodes and _node_properties(definition.nodes),
    }


def _node_properties(nodes: NodeProperties) -> dict[str, Any]:
    return {"numNodes": nodes.num_nodes, "mainNode": nodes.main_node, "targetNodes": list(nodes.target_nodes)}
