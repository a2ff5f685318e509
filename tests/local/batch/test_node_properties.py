"""Node ranges of a definition, their overrides, and the bounds of both."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchplane_local.batch.bounds.definition_limits import check_definition
from batchplane_local.batch.bounds.submission_limits import check_submission
from batchplane_local.batch.jobs.node_properties import (
    check_node_properties,
    containers_in,
    group_of_each_node,
    with_node_overrides,
)
from batchplane_local.batch.refused import Refused

RESOURCES = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "16"}]
CONTAINER: dict[str, Any] = {"image": "none", "command": ["solve"], "resourceRequirements": RESOURCES}


def properties(*targets: str, num_nodes: int = 4, main_node: int = 0, **members: Any) -> dict[str, Any]:
    """NodeProperties with these ranges."""
    groups = [{"targetNodes": target, "container": CONTAINER} | members for target in targets]
    return {"numNodes": num_nodes, "mainNode": main_node, "nodeRangeProperties": groups}


def refusal(check: Any, *given_: Any) -> str:
    """The words in which something is refused."""
    with pytest.raises(Refused) as refused:
        check(*given_)
    return str(refused.value)


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        (("0:3",), (0, 0, 0, 0)),
        ((":",), (0, 0, 0, 0)),
        (("0:0", "1:"), (0, 1, 1, 1)),
        ((":1", "2:3"), (0, 0, 1, 1)),
        (("0:3", "1:2"), (0, 1, 1, 0)),
        (("1:2", "0:3"), (1, 0, 0, 1)),
        ((":", "1:3", "2:2"), (0, 1, 2, 1)),
        (("0:2", "1:3"), (0, 1, 1, 1)),
    ],
)
def test_each_node_has_the_narrowest_range_that_it_lies_in(targets: tuple[str, ...], expected: tuple[int, ...]) -> None:
    """A range within another overrides it, whatever their order; of equals the last one counts."""
    assert group_of_each_node(properties(*targets)) == expected


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        (properties("0:", num_nodes=0), "numNodes must be between 1 and 1000, got 0"),
        (properties("0:", num_nodes=1001), "numNodes must be between 1 and 1000, got 1001"),
        (
            properties("0:", main_node=4),
            "mainNode must be at least 0 and less than numNodes, which is 4, got 4",
        ),
        (properties(), "Node properties must have 1 to 5 node ranges, got 0"),
        (properties(*["0:"] * 6), "Node properties must have 1 to 5 node ranges, got 6"),
        (properties("0"), "targetNodes must be a range of node indices like 0:3, :3 or 4:, got '0'"),
        (properties("-1:3"), "targetNodes must be a range of node indices like 0:3, :3 or 4:, got '-1:3'"),
        (properties("3:1"), "targetNodes must begin at or below its end, got 3:1"),
        (properties("0:4"), "Node range 0:4 must lie within the 4 nodes of the job"),
        (properties("0:", "4:"), "Node range 4: must lie within the 4 nodes of the job"),
        (properties("0:0", "2:"), "Node ranges must account for all nodes (0:3); node 1 is in none of them"),
        (properties("0:2"), "Node ranges must account for all nodes (0:3); node 3 is in none of them"),
        (
            properties("0:", container=CONTAINER | {"instanceType": "b"}, instanceTypes=["a"]),
            "All node ranges must use the same instance type, got a, b",
        ),
    ],
)
def test_node_properties_out_of_bounds(given_: dict[str, Any], expected: str) -> None:
    """Properties that break a bound are refused in words that name it."""
    assert refusal(check_node_properties, given_) == expected


@given(st.integers(min_value=1, max_value=1000), st.data())
def test_node_properties_at_their_bounds(num_nodes: int, data: st.DataObject) -> None:
    """Any number of nodes up to a thousand, any of them the main one, in up to five ranges."""
    main_node = data.draw(st.integers(min_value=0, max_value=num_nodes - 1))
    ends = data.draw(st.lists(st.integers(min_value=0, max_value=num_nodes - 1), max_size=4))
    given_ = properties("0:", *[f":{end}" for end in ends], num_nodes=num_nodes, main_node=main_node)
    check_node_properties(given_)
    assert len(group_of_each_node(given_)) == num_nodes


def test_an_open_range_follows_the_number_of_nodes() -> None:
    """NumNodes is overridden, and the last range grows."""
    assert group_of_each_node(with_node_overrides(properties("0:0", "1:"), {"numNodes": 6})) == (0, 1, 1, 1, 1, 1)


@pytest.mark.parametrize(
    ("targets", "num_nodes", "expected"),
    [
        (
            ("0:0", "1:3"),
            5,
            "NumNodes override can only be applied if the job definition has at least 1 target node without a "
            "range_end i.e (:) or (range_start:).",
        ),
        (("0:1", "2:"), 2, "NumNodes override must be greater than the start of every node range, 2: 2"),
        (("0:",), 1, "mainNode must be at least 0 and less than numNodes, which is 1, got 1"),
        (("0:",), 1001, "numNodes must be between 1 and 1000, got 1001"),
    ],
)
def test_a_number_of_nodes_that_the_definition_does_not_allow(
    targets: tuple[str, ...], num_nodes: int, expected: str
) -> None:
    """There must be an open range, and every range and the main node within the new number."""
    assert refusal(with_node_overrides, properties(*targets, main_node=1), {"numNodes": num_nodes}) == expected


def test_overrides_are_for_one_range() -> None:
    """The container of the range that they target changes, and no other."""
    overrides = [{"targetNodes": "1:3", "containerOverrides": {"command": ["help"]}, "instanceTypes": ["a"]}]
    job = with_node_overrides(properties("0:0", "1:"), {"nodePropertyOverrides": overrides})
    groups = job["nodeRangeProperties"]
    assert [group["container"]["command"] for group in groups] == [["solve"], ["help"]]
    assert [group.get("instanceTypes") for group in groups] == [None, ["a"]]


def test_overrides_must_target_a_range_of_the_definition() -> None:
    """In the service's own words."""
    overrides = [{"targetNodes": target} for target in ("0:", "0:0", "1:")]
    expected = "NodeOverride targets should match job definition. Non matching targets - 0:0, 1:"
    assert refusal(with_node_overrides, properties("0:"), {"nodePropertyOverrides": overrides}) == expected


def test_a_definition_keeps_what_it_was_given() -> None:
    """Overrides of one job are not seen by the next."""
    definition = properties("0:")
    with_node_overrides(definition, {"numNodes": 9, "nodePropertyOverrides": [{"targetNodes": "0:"}]})
    assert definition == properties("0:")


def definition(nodes: dict[str, Any], **members: Any) -> dict[str, Any]:
    """A RegisterJobDefinition request."""
    return {"jobDefinitionName": "gang", "type": "multinode", "nodeProperties": nodes} | members


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (
            {"jobDefinitionName": "gang", "type": "multinode"},
            "Node properties should not be empty for a job definition of type multinode",
        ),
        (
            definition(properties("0:"), type="container", containerProperties=CONTAINER),
            "Node properties should not be set for a job definition of type container",
        ),
        (
            definition(properties("0:"), platformCapabilities=["FARGATE"]),
            "Multi-node parallel jobs are not supported on Fargate; leave platformCapabilities at EC2",
        ),
        (
            definition(properties("0:", ecsProperties={})),
            "The embedded Batch does not do ecsProperties: a job is one container here. "
            "Use containerProperties and containerOverrides.",
        ),
        (definition(properties("0:", container={})), "Node range 0: should contain container"),
        (definition(properties("0:", container={"image": ""})), "Container properties should contain image"),
    ],
)
def test_a_definition_out_of_bounds(request_: dict[str, Any], expected: str) -> None:
    """Every range has a container, and every container what a single job's has."""
    assert refusal(check_definition, request_) == expected


def test_overrides_of_a_range_are_checked_as_a_job_s_are() -> None:
    """But for the instance type, which is for them alone."""
    overrides: dict[str, Any] = {"targetNodes": "0:", "containerOverrides": {"instanceType": "a"}}
    request = {"jobName": "j", "nodeOverrides": {"nodePropertyOverrides": [overrides]}}
    check_submission(request)
    overrides["containerOverrides"]["command"] = [""]
    assert refusal(check_submission, request) == "Container overrides command can't contain empty strings"


def test_the_containers_of_a_definition() -> None:
    """One, or one for each range."""
    assert containers_in({"type": "container", "containerProperties": CONTAINER}) == [CONTAINER]
    assert containers_in(definition(properties("0:0", "1:"))) == [CONTAINER, CONTAINER]
