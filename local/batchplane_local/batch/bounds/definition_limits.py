"""Every bound on a job definition as a whole that the service's model does not state.

Raises Refused, and nothing else. Types are checked before, by botocore's model.
https://docs.aws.amazon.com/batch/latest/APIReference/API_RegisterJobDefinition.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from batchplane_local.batch.bounds.container_limits import check_container, check_ec2_container
from batchplane_local.batch.bounds.fargate_limits import check_fargate_container
from batchplane_local.batch.bounds.limits import check_name, check_priority, check_size, check_strategy, check_tags
from batchplane_local.batch.bounds.not_done import check_members_done
from batchplane_local.batch.jobs.node_properties import check_node_properties, containers_in
from batchplane_local.batch.refused import Refused

#: KiB of a whole request.
_LARGEST = 24
#: Which member holds the properties of a definition of this type, and how the service calls them.
_PROPERTIES = {
    "container": ("containerProperties", "Container properties"),
    "multinode": ("nodeProperties", "Node properties"),
}


def check_definition(request: Mapping[str, Any]) -> None:
    """Refuse a RegisterJobDefinition request that breaks a bound or that can't be run here."""
    check_name(request["jobDefinitionName"])
    check_size("Job definition", request, kib=_LARGEST)
    check_members_done(request)
    _check_type(request)
    if request["type"] == "multinode":
        _check_nodes(request)
    for container in containers_in(request):
        _check_container_on(container, request.get("platformCapabilities", ["EC2"]))
    check_strategy(request)
    check_priority("schedulingPriority", request)
    check_tags(request.get("tags", {}))


def _check_container_on(container: Mapping[str, Any], capabilities: list[str]) -> None:
    """Refuse a container that one of its platforms can't run."""
    check_container(container)
    if "MANAGED_INSTANCES" in capabilities:
        _refuse("Jobs with the platform capability MANAGED_INSTANCES must use ecsProperties, not containerProperties")
    if "FARGATE" in capabilities:
        check_fargate_container(container)
    else:
        check_ec2_container(container)


def _check_type(request: Mapping[str, Any]) -> None:
    """Refuse a definition that hasn't the properties that its type asks for, or that has those of the other type."""
    for kind, (member, words) in _PROPERTIES.items():
        if kind == request["type"] and not request.get(member):
            _refuse(f"{words} should not be empty for a job definition of type {kind}")
        if kind != request["type"] and member in request:
            _refuse(f"{words} should not be set for a job definition of type {request['type']}")


def _check_nodes(request: Mapping[str, Any]) -> None:
    if "FARGATE" in request.get("platformCapabilities", ()):
        _refuse("Multi-node parallel jobs are not supported on Fargate; leave platformCapabilities at EC2")
    groups = request["nodeProperties"]["nodeRangeProperties"]
    for group in groups:
        check_members_done(group)
    check_node_properties(request["nodeProperties"])
    for group in groups:
        if not group.get("container"):
            _refuse(f"Node range {group['targetNodes']} should contain container")


def _refuse(words: str) -> NoReturn:
    raise Refused(words)
