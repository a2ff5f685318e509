"""The operations on compute environments: records that stand for this machine, or for a part of it. Runs no jobs.

https://docs.aws.amazon.com/batch/latest/userguide/compute_environments.html
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from batchplane_local.batch.bounds.catalogue_limits import check_environment, check_environment_quota
from batchplane_local.batch.bounds.limits import check_described, check_name, check_tags
from batchplane_local.batch.bounds.not_done import check_members_done
from batchplane_local.batch.bounds.resource_limits import is_fargate
from batchplane_local.batch.refused import Refused
from batchplane_local.batch.resources.catalogue import COMPUTE_ENVIRONMENT, DELETING, JOB_QUEUE
from batchplane_local.batch.resources.records import Operation, Records, Request, page

#: Members of an UpdateComputeEnvironment request that take the place of what was there.
_REPLACED = ("state", "unmanagedvCpus", "serviceRole", "updatePolicy", "context", "ecsSettings")
#: What an update of computeResources does once, and no description shows.
_NOT_KEPT = "updateToLatestImageVersion"


@dataclass(frozen=True, kw_only=True)
class ComputeEnvironmentOperations:
    """The operations, as functions from a request that has the right types to an answer's body."""

    records: Records

    def table(self) -> dict[str, Operation]:
        """Operations by name."""
        changing = self.records.changing
        return {
            "CreateComputeEnvironment": changing(self.create_compute_environment),
            "UpdateComputeEnvironment": changing(self.update_compute_environment),
            "DeleteComputeEnvironment": changing(self.delete_compute_environment),
            "DescribeComputeEnvironments": self.describe_compute_environments,
        }

    def create_compute_environment(self, request: Request) -> dict[str, Any]:
        """A record that stands for this machine, or for maxvCpus of it."""
        name = request["computeEnvironmentName"]
        check_name(name)
        check_tags(request.get("tags", {}))
        check_environment(request)
        check_environment_quota(len(self.records.catalogue.all(COMPUTE_ENVIRONMENT)))
        place = self.records.place
        identity = {"computeEnvironmentName": name, "computeEnvironmentArn": place.batch(COMPUTE_ENVIRONMENT, name)}
        document = {
            **request,
            **identity,
            "ecsClusterArn": place.ecs("cluster", f"{name}_Batch"),
            "state": request.get("state", "ENABLED"),
            "status": "VALID",
            "statusReason": "ComputeEnvironment Healthy",
            "containerOrchestrationType": "ECS",
            "uuid": str(uuid.uuid4()),
            "tags": request.get("tags", {}),
        }
        self.records.create(COMPUTE_ENVIRONMENT, name, document)
        return identity

    def update_compute_environment(self, request: Request) -> dict[str, Any]:
        """Other members, at once; one that is DISABLED starts nothing, and what runs in it goes on."""
        environment = self.records.known(COMPUTE_ENVIRONMENT, request["computeEnvironment"])
        check_members_done(request)
        changed = {member: request[member] for member in _REPLACED if member in request}
        if "computeResources" in request:
            changed["computeResources"] = _resources(environment.document, request["computeResources"])
        check_environment({**environment.document, **changed})
        self.records.update(environment, changed)
        return {member: environment.document[member] for member in ("computeEnvironmentName", "computeEnvironmentArn")}

    def delete_compute_environment(self, request: Request) -> dict[str, Any]:
        """It must be DISABLED and in no queue; it is DELETING until nothing runs in it."""
        environment = self.records.deletable(COMPUTE_ENVIRONMENT, request["computeEnvironment"])
        arn = environment.document["computeEnvironmentArn"]
        for queue in self.records.catalogue.all(JOB_QUEUE):
            if any(entry["computeEnvironment"] == arn for entry in queue.document["computeEnvironmentOrder"]):
                raise Refused("Cannot delete, found existing JobQueue relationship")
        self.records.update(environment, {"status": DELETING})
        return {}

    def describe_compute_environments(self, request: Request) -> dict[str, Any]:
        """All of them, or those that are named."""
        check_described("compute environments", request.get("computeEnvironments", ()))
        found = self.records.named(COMPUTE_ENVIRONMENT, request.get("computeEnvironments"))
        return page("computeEnvironments", [environment.document for environment in found], request)


def _resources(document: Mapping[str, Any], update: Mapping[str, Any]) -> dict[str, Any]:
    """ComputeResource after a ComputeResourceUpdate."""
    if "computeResources" not in document:
        raise Refused(f"Compute environment {document['computeEnvironmentName']} is UNMANAGED: no computeResources")
    resources = {**document["computeResources"], **update}
    if is_fargate(resources) != is_fargate(document["computeResources"]):
        raise Refused(
            f"computeResources of EC2 can't become Fargate's, nor the other way, got type {resources['type']}"
        )
    resources.pop(_NOT_KEPT, None)
    return resources
