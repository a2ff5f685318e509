"""Bounds of multi-node parallel jobs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from controlplane.deployment import Deployment, JobDefinition, NodeProperties
from controlplane.documents.job import to_document
from controlplane.errors import SubmissionInvalid
from controlplane.job import JobType
from controlplane.records.record import born
from controlplane.submissions.draft import Draft
from controlplane.submissions.submission import Submission, plan, to_submit_job
from tests.builders import BATCH, DEPLOYMENT

OPEN = NodeProperties(num_nodes=4, main_node=1, target_nodes=("0:1", "2:"))
CLOSED = NodeProperties(num_nodes=2, main_node=0, target_nodes=("0:1",))


def deployment(nodes: NodeProperties | None = OPEN) -> Deployment:
    """One with a definition `gang` and eight vCPUs."""
    arn = f"{BATCH}:job-definition/gang:1"
    gang = JobDefinition(name="gang", arn=arn, runner=False, log_group="/g", vcpus=1, memory=512, nodes=nodes)
    return replace(DEPLOYMENT, job_definitions=(*DEPLOYMENT.job_definitions, gang), largest={"VCPU": 8})


def planned(nodes: NodeProperties | None = OPEN, **document: Any) -> Submission:
    """The submission of a document."""
    draft = Draft.read({"jobName": "n", "jobDefinition": "gang"} | document)
    return plan(draft, owner="ada", idempotency_key="k", deployment=deployment(nodes), now=0)


def broken(nodes: NodeProperties | None = OPEN, **document: Any) -> set[str]:
    """The fields whose bounds a document breaks."""
    with pytest.raises(SubmissionInvalid) as caught:
        planned(nodes, **document)
    return {violation.field for violation in caught.value.violations}


def overriding(target: str, **override: Any) -> dict[str, Any]:
    """Overrides of one node range."""
    return {"nodeOverrides": {"nodePropertyOverrides": [{"targetNodes": target, **override}]}}


RANGE = "nodeOverrides.nodePropertyOverrides.0"


@pytest.mark.parametrize(
    ("field", "nodes", "document"),
    [
        ("nodeOverrides", None, {"nodeOverrides": {}}),
        ("nodeOverrides.numNodes", OPEN, {"nodeOverrides": {"numNodes": 2}}),
        ("nodeOverrides.numNodes", OPEN, {"nodeOverrides": {"numNodes": 9}}),
        ("nodeOverrides.numNodes", OPEN, {"nodeOverrides": {"numNodes": 1001}}),
        ("nodeOverrides.numNodes", CLOSED, {"nodeOverrides": {"numNodes": 2}}),
        ("nodeOverrides.numNodes", replace(CLOSED, num_nodes=9), {}),
        (f"{RANGE}.targetNodes", OPEN, overriding("0:2")),
        (f"{RANGE}.targetNodes", OPEN, overriding("1:0")),
        (f"{RANGE}.targetNodes", OPEN, overriding("all")),
        (f"{RANGE}.eksPropertiesOverride", OPEN, overriding("0:1", eksPropertiesOverride={})),
        (f"{RANGE}.containerOverrides.command.0", OPEN, overriding("0:1", containerOverrides={"command": [""]})),
        (f"{RANGE}.containerOverrides.vcpus", OPEN, overriding("0:1", containerOverrides={"vcpus": 9})),
        (f"{RANGE}.containerOverrides", OPEN, overriding("0:1", containerOverrides={"command": ["x" * 8192]})),
        (
            f"{RANGE}.containerOverrides.environment.0.name",
            OPEN,
            overriding("0:1", containerOverrides={"environment": [{"name": "PYTHONPATH"}]}),
        ),
        ("containerOverrides", OPEN, {"containerOverrides": {"command": ["a"]}}),
        ("command", OPEN, {"command": ["a"]}),
        ("arrayProperties", OPEN, {"arrayProperties": {"size": 2}}),
    ],
)
def test_a_broken_bound_is_named_by_its_field(
    field: str, nodes: NodeProperties | None, document: dict[str, Any]
) -> None:
    """Against the definition's node ranges, and what no machine has."""
    assert {field} == broken(nodes, **document)


def test_all_nodes_have_one_instance_type() -> None:
    """AWS Batch takes no two."""
    ranges = [{"targetNodes": target, "instanceTypes": [kind]} for target, kind in (("0:1", "a.b"), ("2:", "c.d"))]

    assert {"nodeOverrides.nodePropertyOverrides"} == broken(nodeOverrides={"nodePropertyOverrides": ranges})


def test_nodes_are_submitted_in_batchs_words() -> None:
    """Each range with requirements in their long form."""
    made = planned(**overriding(":1", containerOverrides={"command": ["a"], "vcpus": 2}))
    request = to_submit_job(made, depends_on=(), runner_environment={})

    requirements = [{"type": "VCPU", "value": "2"}]
    expected = {"targetNodes": ":1", "containerOverrides": {"command": ["a"], "resourceRequirements": requirements}}
    assert [expected] == request["nodeOverrides"]["nodePropertyOverrides"]


def test_what_is_refused_can_be_answered() -> None:
    """A value is what was given, as JSON, not a thing of Python's."""
    with pytest.raises(SubmissionInvalid) as caught:
        planned(containerOverrides={"command": ["a"]})

    assert [{"command": ["a"]}] == [violation.to_wire()["value"] for violation in caught.value.violations]


@pytest.mark.parametrize(("overrides", "expected"), [({}, 4), ({"nodeOverrides": {"numNodes": 3}}, 3)])
def test_a_job_of_nodes_says_how_many_there_are(overrides: dict[str, Any], expected: int) -> None:
    """The definition's number, unless another was asked for."""
    made = planned(**overrides)
    document = to_document(born(made), deployment=deployment(), submission=made)

    assert JobType.MULTI_NODE == document["type"]
    nodes = document["nodeProperties"]
    assert {"numNodes": expected, "mainNode": 1, "nodeRangeProperties": [], "statusSummary": {}} == nodes


def test_no_nodes_asked_for_are_none_submitted() -> None:
    """The definition's own are meant."""
    assert "nodeOverrides" not in to_submit_job(planned(), depends_on=(), runner_environment={})
