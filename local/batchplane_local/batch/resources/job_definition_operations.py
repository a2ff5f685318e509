"""The operations on job definitions: revisions, each of which stays as it was registered. Runs no jobs.

https://docs.aws.amazon.com/batch/latest/userguide/job_definitions.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from batchplane_local.batch.bounds.definition_limits import check_definition
from batchplane_local.batch.bounds.limits import check_described
from batchplane_local.batch.jobs.container import overridden
from batchplane_local.batch.names import name_in
from batchplane_local.batch.refused import Refused
from batchplane_local.batch.resources.catalogue import JOB_DEFINITION
from batchplane_local.batch.resources.records import Operation, Records, Request, page

#: Members of a RegisterJobDefinition request that a description of the definition shows.
_DEFINITION_MEMBERS = (
    "type",
    "schedulingPriority",
    "retryStrategy",
    "timeout",
)


@dataclass(frozen=True, kw_only=True)
class JobDefinitionOperations:
    """The operations, as functions from a request that has the right types to an answer's body."""

    records: Records

    def table(self) -> dict[str, Operation]:
        """Operations by name."""
        changing = self.records.changing
        return {
            "RegisterJobDefinition": changing(self.register_job_definition),
            "DeregisterJobDefinition": changing(self.deregister_job_definition),
            "DescribeJobDefinitions": self.describe_job_definitions,
        }

    def register_job_definition(self, request: Request) -> dict[str, Any]:
        """The next revision of a definition."""
        check_definition(request)
        name = request["jobDefinitionName"]
        revision = self.records.catalogue.next_revision(name)
        identity = {
            "jobDefinitionName": name,
            "jobDefinitionArn": self.records.place.batch(JOB_DEFINITION, f"{name}:{revision}"),
            "revision": revision,
        }
        document = {
            **identity,
            "status": "ACTIVE",
            **{member: request[member] for member in _DEFINITION_MEMBERS if member in request},
            **_containers(request),
            "parameters": request.get("parameters", {}),
            "propagateTags": request.get("propagateTags", False),
            "platformCapabilities": request.get("platformCapabilities") or ["EC2"],
            "containerOrchestrationType": "ECS",
            "tags": request.get("tags", {}),
        }
        self.records.keep(JOB_DEFINITION, f"{name}:{revision}", document)
        return identity

    def deregister_job_definition(self, request: Request) -> dict[str, Any]:
        """A revision becomes INACTIVE: what was submitted with it goes on, and nothing more is."""
        if ":" not in name_in(request["jobDefinition"]):
            raise Refused(f"JobDefinition {request['jobDefinition']} must be given with its revision, name:revision")
        definition = self.records.catalogue.definition_for(request["jobDefinition"])
        self.records.update(definition, {"status": "INACTIVE"})
        return {}

    def describe_job_definitions(self, request: Request) -> dict[str, Any]:
        """Revisions by name, by name:revision or ARN, by status; all of them where nothing is named."""
        named = request.get("jobDefinitions")
        check_described("job definitions", named or ())
        if named and request.keys() & {"jobDefinitionName", "status"}:
            raise Refused("jobDefinitions can't be used with jobDefinitionName or status")
        found = self.records.named(JOB_DEFINITION, named)
        documents = [definition.document for definition in (found if named else found[::-1])]
        for member in ("jobDefinitionName", "status"):
            if member in request:
                documents = [document for document in documents if document[member] == request[member]]
        return page("jobDefinitions", documents, request)


def _containers(request: Request) -> dict[str, Any]:
    """What runs, with the lists that a description always shows."""
    if "containerProperties" in request:
        return {"containerProperties": overridden(request["containerProperties"], {})}
    nodes = request["nodeProperties"]
    groups = [{**group, "container": overridden(group["container"], {})} for group in nodes["nodeRangeProperties"]]
    return {"nodeProperties": {**nodes, "nodeRangeProperties": groups}}
