"""Multi-node parallel jobs of a deployment: a definition, instances that talk to each other, and a place together."""

from __future__ import annotations

from typing import Any

from tests.template import (
    Template,
    deployment_document,
    environment_template,
    one,
    plane_template,
    properties,
)


def ingress(template: Template) -> list[dict[str, Any]]:
    """What reaches into a security group from another."""
    return list(properties(template, "AWS::EC2::SecurityGroupIngress").values())


def test_there_are_no_nodes_unless_a_setting_asks() -> None:
    """Nothing reaches any instance, and none waits for a place beside another."""
    template = environment_template()
    _, environment = one(template, "AWS::Batch::ComputeEnvironment")

    assert ([], {}) == (ingress(template), properties(template, "AWS::EC2::PlacementGroup"))
    assert "PlacementGroup" not in environment["ComputeResources"]
    assert all("nodeProperties" not in each for each in deployment_document(plane_template())["jobDefinitions"])


def test_nodes_are_as_many_as_the_context_says(lab_environment: Template) -> None:
    """All alike, and open at the end: a submission may ask for another number."""
    _, definition = one(lab_environment, "AWS::Batch::JobDefinition", "Nodes")
    nodes = definition["NodeProperties"]
    (alike,) = nodes["NodeRangeProperties"]

    assert (definition["Type"], nodes["NumNodes"], nodes["MainNode"]) == ("multinode", 4, 0)
    assert ("0:", "10001:10001", False) == (
        alike["TargetNodes"],
        alike["Container"]["User"],
        alike["Container"]["Privileged"],
    )
    assert {"Type": "VCPU", "Value": "2"} in alike["Container"]["ResourceRequirements"]


def test_instances_of_nodes_talk_to_each_other_alone(lab_environment: Template) -> None:
    """The group's own members come in, by any port; no address does."""
    (rule,) = ingress(lab_environment)
    (group,) = properties(lab_environment, "AWS::EC2::SecurityGroup")

    assert ("-1", group, group) == (
        rule["IpProtocol"],
        rule["GroupId"]["Fn::GetAtt"][0],
        rule["SourceSecurityGroupId"]["Fn::GetAtt"][0],
    )


def test_instances_stand_together_where_the_context_says(lab_environment: Template) -> None:
    """A cluster placement group of the compute environment."""
    logical_id, group = one(lab_environment, "AWS::EC2::PlacementGroup")
    _, environment = one(lab_environment, "AWS::Batch::ComputeEnvironment")

    assert "cluster" == group["Strategy"]
    assert {"Fn::GetAtt": [logical_id, "GroupName"]} == environment["ComputeResources"]["PlacementGroup"]


def test_the_plane_knows_the_nodes_of_a_definition(lab_plane: Template) -> None:
    """So that nodeOverrides are checked before anything is kept."""
    by_name = {each["name"]: each for each in deployment_document(lab_plane)["jobDefinitions"]}

    expected = {"numNodes": 4, "mainNode": 0, "nodeRangeProperties": [{"targetNodes": "0:"}]}
    assert (expected, 2, 3072) == tuple(by_name["nodes"][name] for name in ("nodeProperties", "vcpus", "memory"))
