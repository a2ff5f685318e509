"""What people see of the job definitions that submissions may name: the work of the route `GET /definitions`.

Made member by member: a definition's environment, secrets and roles are nobody's to read here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from controlplane.batch.port import Batch
from controlplane.batch.recent import Recent
from controlplane.definitions.registered import DefinitionRegistry, RegisteredDefinition, as_allowed
from controlplane.deployment import Deployment, JobDefinition
from controlplane.documents.definition import to_offer


@dataclass(frozen=True, kw_only=True)
class DefinitionViewer:
    """Shows job definitions to whoever is let in."""

    deployment: Deployment
    registry: DefinitionRegistry
    batch: Batch
    recent: Recent

    def list_definitions(self) -> dict[str, Any]:
        """Every definition that submissions may name, the default first, what was registered last.

        Raises BatchUnavailable.
        """
        allowed = self.deployment.job_definitions
        arns = [each.arn for each in allowed]
        details = self.recent.answer("definitions", lambda: self.batch.describe_definitions(arns))
        by_arn = {each["jobDefinitionArn"]: each for each in details}
        own = [definition_document(each, by_arn.get(each.arn, {})) for each in allowed]
        registered = (each for each in self.registry.list_registered() if self.deployment.allows_image(each.image))
        return {"definitions": [*own, *map(self.describe, registered)]}

    def describe(self, registered: RegisteredDefinition) -> dict[str, Any]:
        """One that was registered, and by whom. Batch is not asked: the plane keeps what it was told."""
        shown = definition_document(as_allowed(registered, self.deployment), registered.told)
        return shown | {"registeredBy": registered.owner, "registeredAt": registered.registered_at}


def definition_document(definition: JobDefinition, detail: Mapping[str, Any]) -> dict[str, Any]:
    """A definition of the deployment, from what DescribeJobDefinitions says; nothing where Batch has forgotten it.

    https://docs.aws.amazon.com/batch/latest/APIReference/API_JobDefinition.html
    """
    container = _container(detail)
    return to_offer(definition) | {
        "type": detail.get("type"),
        "status": detail.get("status"),
        "image": container.get("image"),
        "command": list(container.get("command", ())),
        "parameters": dict(detail.get("parameters", {})),
        "attempts": detail.get("retryStrategy", {}).get("attempts"),
        "attemptDurationSeconds": detail.get("timeout", {}).get("attemptDurationSeconds"),
        "registeredBy": None,
        "registeredAt": None,
    }


def _container(detail: Mapping[str, Any]) -> Mapping[str, Any]:
    """The container of a definition; of several nodes, that of the first range; of an ECS task, its first."""
    ranges = detail.get("nodeProperties", {}).get("nodeRangeProperties", ())
    told = ranges[0] if ranges else detail
    tasks = told.get("ecsProperties", {}).get("taskProperties", ())
    containers = tasks[0].get("containers", ()) if tasks else ()
    found = told.get("container") or told.get("containerProperties") or (containers[0] if containers else {})
    return dict(found)
