"""The bounds on computeResources, of EC2 and of Fargate."""

from __future__ import annotations

from typing import Any

import pytest

from batchplane_local.batch.bounds.resource_limits import check_resources
from batchplane_local.batch.refused import Refused


def ec2(**members: Any) -> dict[str, Any]:
    """Resources of EC2."""
    return {"type": "EC2", "maxvCpus": 4} | members


def fargate(**members: Any) -> dict[str, Any]:
    """Resources of Fargate."""
    return {"type": "FARGATE", "maxvCpus": 4} | members


@pytest.mark.parametrize(
    ("resources", "words"),
    [
        (fargate(minvCpus=0), "computeResources minvCpus is not applicable for Fargate."),
        (fargate(instanceTypes=["optimal"]), "computeResources instanceTypes is not applicable for Fargate."),
        (fargate(subnets=["x"] * 17), "Fargate takes at most 16 subnets, got 17"),
        (ec2(bidPercentage=101), "bidPercentage must be between 0 and 100, got 101"),
        (
            ec2(ec2Configuration=[{"imageType": "ECS_AL2"}] * 3),
            "ec2Configuration must have at most 2 entries, got 3",
        ),
        (
            ec2(launchTemplate={"launchTemplateId": "a", "launchTemplateName": "b"}),
            "launchTemplate must have either launchTemplateId or launchTemplateName, and not both",
        ),
        (
            ec2(launchTemplate={}),
            "launchTemplate must have either launchTemplateId or launchTemplateName, and not both",
        ),
        (
            ec2(capacityTags={}),
            "computeResources capacityTags is only for type ECS_MANAGED_INSTANCES, got type EC2",
        ),
        (
            ec2(type="ECS_MANAGED_INSTANCES"),
            "The embedded Batch does not do computeResources type ECS_MANAGED_INSTANCES: "
            "their jobs have ecsProperties, and a job is one container here. Use ECS, or type EC2.",
        ),
        (
            ec2(minvCpus=-1),
            "minvCpus -1, desiredvCpus -1 and maxvCpus 4 must be in this order, maxvCpus from 1",
        ),
    ],
)
def test_wrong_resources_are_refused(resources: dict[str, Any], words: str) -> None:
    """The words name the member, the bound and the value."""
    with pytest.raises(Refused) as refused:
        check_resources(resources)
    assert words == str(refused.value)


@pytest.mark.parametrize(
    "resources",
    [
        fargate(subnets=["x"] * 16, securityGroupIds=["y"]),
        ec2(minvCpus=4, desiredvCpus=4, bidPercentage=100),
        ec2(ec2Configuration=[{"imageType": "ECS_AL2"}] * 2, launchTemplate={"launchTemplateId": "a"}),
        ec2(type="SPOT", bidPercentage=0),
    ],
)
def test_resources_at_their_bounds(resources: dict[str, Any]) -> None:
    """A bound itself is allowed."""
    check_resources(resources)
