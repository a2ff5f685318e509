"""What jobs reserve in all."""

from typing import Any

import pytest

from controlplane.deployment import JobDefinition, NodeProperties
from controlplane.submissions.reservation import vcpus_of
from tests.builders import PLAIN, submission

NODES = JobDefinition(
    name="nodes",
    arn=PLAIN,
    runner=False,
    log_group="g",
    vcpus=2,
    memory=512,
    nodes=NodeProperties(num_nodes=3, main_node=0, target_nodes=("0:0", "1:")),
)


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({}, 1),
        ({"vcpus": 4}, 4),
        ({"arrayProperties": {"size": 1000}}, 1000),
        ({"arrayProperties": {"size": 10}, "vcpus": 4}, 40),
    ],
)
def test_an_array_reserves_for_all_its_children(document: dict[str, Any], expected: int) -> None:
    """What it asks for, else what the definition has, times its size."""
    assert expected == submission(**document).vcpus


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        ({}, 6),
        ({"numNodes": 5}, 10),
        ({"nodePropertyOverrides": [{"targetNodes": "1:"}]}, 6),
        ({"numNodes": 4, "nodePropertyOverrides": [{"targetNodes": "1:", "vcpus": 8}]}, 26),
    ],
)
def test_nodes_reserve_each_what_its_range_asks_for(overrides: dict[str, Any], expected: int) -> None:
    """All of them run at once."""
    for each in overrides.get("nodePropertyOverrides", ()):
        asked = each.pop("vcpus", None)
        if asked:
            each["containerOverrides"] = {"resourceRequirements": [{"type": "VCPU", "value": str(asked)}]}

    assert expected == vcpus_of({"nodeOverrides": overrides}, NODES)
