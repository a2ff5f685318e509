"""The operations on compute environments, job queues, job definitions and their tags. Runs no jobs.

https://docs.aws.amazon.com/batch/latest/APIReference/API_Operations.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from batchplane_local.batch.catalogue import COMPUTE_ENVIRONMENT, JOB_DEFINITION, JOB_QUEUE, Catalogue, Resource
from batchplane_local.batch.engine import Engine
from batchplane_local.batch.ledger import Ledger
from batchplane_local.batch.limits import check_definition, check_name, check_tags
from batchplane_local.batch.names import Place, name_in
from batchplane_local.batch.refused import Refused

Request = Mapping[str, Any]
#: Records in a page where the request names no number.
_PAGE = 100
#: Members of a RegisterJobDefinition request that a description of the definition shows.
_DEFINITION_MEMBERS = (
    "type",
    "schedulingPriority",
    "parameters",
    "retryStrategy",
    "containerProperties",
    "timeout",
    "propagateTags",
    "platformCapabilities",
)


@dataclass(frozen=True, kw_only=True)
class CatalogueOperations:
    """The operations, as functions from a request that has the right types to an answer's body."""

    engine: Engine
    ledger: Ledger
    catalogue: Catalogue
    place: Place

    def table(self) -> dict[str, Callable[[Request], dict[str, Any]]]:
        """Operations by name."""
        return {
            "CreateComputeEnvironment": self.create_compute_environment,
            "DescribeComputeEnvironments": self.describe_compute_environments,
            "CreateJobQueue": self.create_job_queue,
            "DescribeJobQueues": self.describe_job_queues,
            "RegisterJobDefinition": self.register_job_definition,
            "DeregisterJobDefinition": self.deregister_job_definition,
            "DescribeJobDefinitions": self.describe_job_definitions,
            "TagResource": self.tag_resource,
            "UntagResource": self.untag_resource,
            "ListTagsForResource": self.list_tags_for_resource,
        }

    def create_compute_environment(self, request: Request) -> dict[str, Any]:
        """A record that stands for this machine, or for maxvCpus of it."""
        name = request["computeEnvironmentName"]
        check_name(name)
        check_tags(request.get("tags", {}))
        arn = self.place.batch(COMPUTE_ENVIRONMENT, name)
        document = {
            **request,
            "computeEnvironmentArn": arn,
            "state": request.get("state", "ENABLED"),
            "status": "VALID",
            "statusReason": "ComputeEnvironment Healthy",
            "containerOrchestrationType": "ECS",
            "tags": request.get("tags", {}),
        }
        self._create(COMPUTE_ENVIRONMENT, name, document, f"Object already exists: {arn}")
        return {"computeEnvironmentName": name, "computeEnvironmentArn": arn}

    def describe_compute_environments(self, request: Request) -> dict[str, Any]:
        """All of them, or those that are named."""
        found = self._named(COMPUTE_ENVIRONMENT, request.get("computeEnvironments"))
        return _page("computeEnvironments", [resource.document for resource in found], request)

    def create_job_queue(self, request: Request) -> dict[str, Any]:
        """A queue; jobs run in the first of its compute environments that has room."""
        name = request["jobQueueName"]
        check_name(name)
        check_tags(request.get("tags", {}))
        if "schedulingPolicyArn" in request:
            raise Refused("The embedded Batch does not do scheduling policies yet")
        order = self._environment_order(request.get("computeEnvironmentOrder", ()))
        arn = self.place.batch(JOB_QUEUE, name)
        document = {
            **request,
            "jobQueueArn": arn,
            "state": request.get("state", "ENABLED"),
            "status": "VALID",
            "statusReason": "JobQueue Healthy",
            "computeEnvironmentOrder": order,
            "jobStateTimeLimitActions": request.get("jobStateTimeLimitActions", []),
            "tags": request.get("tags", {}),
        }
        self._create(JOB_QUEUE, name, document, f"Object already exists: {arn}")
        return {"jobQueueName": name, "jobQueueArn": arn}

    def describe_job_queues(self, request: Request) -> dict[str, Any]:
        """All of them, or those that are named."""
        found = self._named(JOB_QUEUE, request.get("jobQueues"))
        return _page("jobQueues", [resource.document for resource in found], request)

    def register_job_definition(self, request: Request) -> dict[str, Any]:
        """The next revision of a definition."""
        check_definition(request)
        return self.engine.do(lambda: self._register(request))

    def deregister_job_definition(self, request: Request) -> dict[str, Any]:
        """A revision becomes INACTIVE: what was submitted with it goes on, and nothing more is."""
        definition = self.catalogue.definition_for(request["jobDefinition"])
        self._put(definition, definition.document | {"status": "INACTIVE"})
        return {}

    def describe_job_definitions(self, request: Request) -> dict[str, Any]:
        """Revisions by name, by name:revision or ARN, by status; all of them where nothing is named."""
        named = request.get("jobDefinitions")
        found = self._named(JOB_DEFINITION, named) if named else self.catalogue.all(JOB_DEFINITION)[::-1]
        documents = [resource.document for resource in found]
        if "jobDefinitionName" in request:
            name = request["jobDefinitionName"]
            documents = [document for document in documents if document["jobDefinitionName"] == name]
        if "status" in request:
            documents = [document for document in documents if document["status"] == request["status"]]
        return _page("jobDefinitions", documents, request)

    def tag_resource(self, request: Request) -> dict[str, Any]:
        """Set tags of a queue, an environment or a definition."""
        resource = self._tagged(request["resourceArn"])
        tags = {**resource.document["tags"], **request["tags"]}
        check_tags(tags)
        self._put(resource, resource.document | {"tags": tags})
        return {}

    def untag_resource(self, request: Request) -> dict[str, Any]:
        """Remove tags of a queue, an environment or a definition."""
        resource = self._tagged(request["resourceArn"])
        tags = {name: tag for name, tag in resource.document["tags"].items() if name not in request["tagKeys"]}
        self._put(resource, resource.document | {"tags": tags})
        return {}

    def list_tags_for_resource(self, request: Request) -> dict[str, Any]:
        """Tags of a queue, an environment or a definition."""
        return {"tags": self._tagged(request["resourceArn"]).document["tags"]}

    def _register(self, request: Request) -> dict[str, Any]:
        name = request["jobDefinitionName"]
        revision = self.catalogue.next_revision(name)
        identity = {
            "jobDefinitionName": name,
            "jobDefinitionArn": self.place.batch(JOB_DEFINITION, f"{name}:{revision}"),
            "revision": revision,
        }
        document = {
            **identity,
            "status": "ACTIVE",
            **{member: request[member] for member in _DEFINITION_MEMBERS if member in request},
            "containerOrchestrationType": "ECS",
            "tags": request.get("tags", {}),
        }
        self._keep(JOB_DEFINITION, f"{name}:{revision}", document)
        return identity

    def _environment_order(self, order: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        if not 1 <= len(order) <= 3:
            raise Refused(f"A job queue must have 1 to 3 compute environments in its order, got {len(order)}")
        checked = []
        for entry in order:
            environment = self.catalogue.find(COMPUTE_ENVIRONMENT, entry["computeEnvironment"])
            if environment is None:
                raise Refused(f"Compute environment {entry['computeEnvironment']} does not exist")
            arn = environment.document["computeEnvironmentArn"]
            checked.append({"order": entry["order"], "computeEnvironment": arn})
        return checked

    def _create(self, kind: str, name: str, document: dict[str, Any], refusal: str) -> None:
        def create() -> None:
            if self.catalogue.find(kind, name) is not None:
                raise Refused(refusal)
            self._keep(kind, name, document)

        self.engine.do(create)

    def _put(self, resource: Resource, document: dict[str, Any]) -> None:
        self.engine.do(lambda: self._keep(resource.kind, resource.name, document))

    def _keep(self, kind: str, name: str, document: dict[str, Any]) -> None:
        """On the engine's thread."""
        self.ledger.changes.resources.append(self.catalogue.put(kind, name, document))

    def _named(self, kind: str, names: Sequence[str] | None) -> list[Resource]:
        if not names:
            return self.catalogue.all(kind)
        found = (self.catalogue.find(kind, name) for name in names)
        return [resource for resource in found if resource is not None]

    def _tagged(self, arn: str) -> Resource:
        kind = arn.rpartition("/")[0].rpartition(":")[2]
        if kind == "job":
            raise Refused("The embedded Batch does not tag jobs after their submission yet")
        resource = self.catalogue.find(kind, name_in(arn))
        if resource is None:
            raise Refused(f"Resource {arn} does not exist")
        return resource


def _page(member: str, documents: Sequence[dict[str, Any]], request: Request) -> dict[str, Any]:
    """A page of an answer; the token is the place of the next record."""
    token = request.get("nextToken", "0")
    if not token.isascii() or not token.isdecimal():
        raise Refused(f"Invalid nextToken {token}")
    start, size = int(token), max(1, min(request.get("maxResults", _PAGE), _PAGE))
    answer: dict[str, Any] = {member: list(documents[start : start + size])}
    if start + size < len(documents):
        answer["nextToken"] = str(start + size)
    return answer
