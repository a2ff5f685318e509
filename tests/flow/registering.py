"""A deployment whose operators may register definitions, and a Batch that takes them, as tests speak to both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from tests.builders import BATCH, DEPLOYMENT
from tests.flow.river import River
from tests.flow.scripted_batch import ScriptedBatch

#: What an image must be like, and one that is.
IMAGES = ("ghcr.io/lab/*",)
IMAGE = "ghcr.io/lab/aligner:2"
ALIGNER = f"{BATCH}:job-definition/test-aligner"
#: What the default definition fixes for all.
FIXED = {
    "jobRoleArn": "arn:aws:iam::111122223333:role/jobs",
    "executionRoleArn": "arn:aws:iam::111122223333:role/execution",
    "user": "10001:10001",
    "readonlyRootFilesystem": True,
    "volumes": [{"name": "scratch", "host": {}}],
    "mountPoints": [{"sourceVolume": "scratch", "containerPath": "/scratch"}],
    "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/batchplane/test/runner"}},
}


@dataclass(kw_only=True)
class Registering(ScriptedBatch):
    """A Batch that counts revisions, and notes what it was told."""

    registered: list[dict[str, Any]] = field(default_factory=list)
    inactive: list[str] = field(default_factory=list)
    #: Raised by the next calls of RegisterJobDefinition.
    refused_registrations: list[Exception] = field(default_factory=list)

    def register_job_definition(self, **request: Any) -> dict[str, Any]:
        """Make another revision, unless a refusal is due."""
        if self.refused_registrations:
            raise self.refused_registrations.pop(0)
        self.registered.append(request)
        name = request["jobDefinitionName"]
        revision = sum(each["jobDefinitionName"] == name for each in self.registered)
        return {"jobDefinitionArn": f"{BATCH}:job-definition/{name}:{revision}"}

    def deregister_job_definition(self, **request: Any) -> dict[str, Any]:
        """Note the revision."""
        self.inactive.append(request["jobDefinition"])
        return {}

    def describe_job_definitions(self, **request: Any) -> dict[str, Any]:
        """Tell of the deployment's default one, or which revisions of a name are ACTIVE."""
        if "jobDefinitions" in request:
            container = FIXED | {"image": "an/image:1", "environment": [{"name": "TOKEN", "value": "hush"}]}
            told = {"containerProperties": container, "timeout": {"attemptDurationSeconds": 3600}}
            return {"jobDefinitions": [{"jobDefinitionArn": arn} | told for arn in request["jobDefinitions"]]}
        name = request["jobDefinitionName"]
        count = sum(each["jobDefinitionName"] == name for each in self.registered)
        arns = [f"{BATCH}:job-definition/{name}:{revision + 1}" for revision in range(count)]
        return {"jobDefinitions": [{"jobDefinitionArn": arn} for arn in arns if arn not in self.inactive]}


def registering(make_river: Callable[..., River]) -> River:
    """A deployment whose operators may register images of one registry."""
    river = make_river(batch=Registering())
    river.plane.deployment = replace(DEPLOYMENT, definition_images=IMAGES)
    return river


def aligner(**members: Any) -> dict[str, Any]:
    """A document of RegisterJobDefinition."""
    container = {"image": IMAGE, "command": ["align"]} | members.pop("containerProperties", {})
    return {"jobDefinitionName": "aligner", "type": "container", "containerProperties": container} | members


def register(river: River, *, owner: str = "operator", **members: Any) -> tuple[int, Any]:
    """Register it."""
    return river.request("POST", "/definitions", aligner(**members), owner=owner)


def fields(answer: Any) -> set[str]:
    """The fields of a problem document's errors."""
    return {each["field"] for each in answer["errors"]}
