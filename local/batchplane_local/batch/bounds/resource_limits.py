"""Every bound on computeResources that the service's model does not state, of EC2 and of Fargate.

Raises Refused, and nothing else. What AWS needs to find machines (subnets, roles, instance types) is not asked for:
there is one machine here.
https://docs.aws.amazon.com/batch/latest/APIReference/API_ComputeResource.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from batchplane_local.batch.bounds.not_done import check_type_done
from batchplane_local.batch.refused import Refused

#: What computeResources are made of where they are Fargate's.
_FARGATE_TYPES = ("FARGATE", "FARGATE_SPOT")
#: Members that EC2 has and Fargate must do without.
_EC2_ONLY = (
    "minvCpus",
    "desiredvCpus",
    "allocationStrategy",
    "instanceTypes",
    "imageId",
    "ec2KeyPair",
    "instanceRole",
    "tags",
    "placementGroup",
    "bidPercentage",
    "spotIamFleetRole",
    "launchTemplate",
    "ec2Configuration",
    "scalingPolicy",
)
#: Members that are for ECS_MANAGED_INSTANCES alone.
_MANAGED_INSTANCES_ONLY = ("managedInstancesProvider", "capacityTags")
_MOST_SUBNETS = 16
#: Percent of the On-Demand price.
_BID = range(100 + 1)


def is_fargate(resources: Mapping[str, Any]) -> bool:
    """True for computeResources of type FARGATE and FARGATE_SPOT."""
    return resources.get("type") in _FARGATE_TYPES


def check_resources(resources: Mapping[str, Any]) -> None:
    """Refuse computeResources that break a bound."""
    kind = resources.get("type", "EC2")
    check_type_done("computeResources type", kind)
    for member in _MANAGED_INSTANCES_ONLY:
        if member in resources:
            _refuse(f"computeResources {member} is only for type ECS_MANAGED_INSTANCES, got type {kind}")
    if is_fargate(resources):
        _check_fargate(resources)
    else:
        _check_ec2(resources)
    _check_vcpus(resources)


def _check_fargate(resources: Mapping[str, Any]) -> None:
    for member in _EC2_ONLY:
        if member in resources:
            _refuse(f"computeResources {member} is not applicable for Fargate.")
    if len(resources.get("subnets", ())) > _MOST_SUBNETS:
        _refuse(f"Fargate takes at most {_MOST_SUBNETS} subnets, got {len(resources['subnets'])}")


def _check_ec2(resources: Mapping[str, Any]) -> None:
    if resources.get("bidPercentage", 100) not in _BID:
        _refuse(f"bidPercentage must be between 0 and 100, got {resources['bidPercentage']}")
    if len(resources.get("ec2Configuration", ())) > 2:
        _refuse(f"ec2Configuration must have at most 2 entries, got {len(resources['ec2Configuration'])}")
    template = resources.get("launchTemplate", {"launchTemplateName": ""})
    if ("launchTemplateId" in template) == ("launchTemplateName" in template):
        _refuse("launchTemplate must have either launchTemplateId or launchTemplateName, and not both")


def _check_vcpus(resources: Mapping[str, Any]) -> None:
    least, most = resources.get("minvCpus", 0), resources["maxvCpus"]
    desired = resources.get("desiredvCpus", least)
    if not 0 <= least <= desired <= most or most < 1:
        _refuse(f"minvCpus {least}, desiredvCpus {desired} and maxvCpus {most} must be in this order, maxvCpus from 1")


def _refuse(words: str) -> NoReturn:
    raise Refused(words)
