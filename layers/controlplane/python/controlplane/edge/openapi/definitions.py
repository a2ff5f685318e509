"""The routes of `edge/routes/definitions.py`, described."""

from __future__ import annotations

from typing import Annotated, Any, TypedDict

from msgspec import Meta

from controlplane.edge.openapi.operation import Answer, Operation, Operations
from controlplane.edge.openapi.plane import AllowedNodes
from controlplane.errors import (
    BatchRefused,
    BatchUnavailable,
    DefinitionNotFound,
    NotAnOperator,
    NotYet,
    RegistrationClosed,
)


class Definition(TypedDict):
    """One revision of a job definition, and what a job gets that says nothing else."""

    name: Annotated[str, Meta(description="What submissions call it.")]
    revision: Annotated[int, Meta(description="The one that a job gets now.")]
    jobDefinitionArn: str
    type: Annotated[str | None, Meta(description="container or multinode.")]
    status: Annotated[str | None, Meta(description="ACTIVE or INACTIVE; null where AWS Batch has forgotten it.")]
    image: Annotated[str | None, Meta(description="Of several nodes, the first range's.")]
    command: list[str]
    vcpus: int
    memory: Annotated[int, Meta(description="MiB.")]
    gpus: int
    runner: Annotated[bool, Meta(description="Whether inputs, outputs and functions work.")]
    nodeProperties: Annotated[AllowedNodes | None, Meta(description="Null for jobs of one container.")]
    parameters: Annotated[dict[str, str], Meta(description="What stands for Ref::name in the command.")]
    attempts: Annotated[int | None, Meta(description="How often a job is tried at most.")]
    attemptDurationSeconds: Annotated[int | None, Meta(description="How long an attempt may run.")]
    registeredBy: Annotated[str | None, Meta(description="Who registered it; null for the deployment's own.")]
    registeredAt: int | None


class Definitions(TypedDict):
    """The job definitions that submissions may name, the default first, what was registered last."""

    definitions: list[Definition]


class DeregisteredDefinition(TypedDict):
    """A definition that nobody can name any more."""

    name: str
    deregistered: Annotated[list[str], Meta(description="The ARNs that AWS Batch takes no more.")]
    waitedFor: Annotated[
        list[str],
        Meta(description="The ARNs that accepted jobs are still to be submitted with: ask again once they were."),
    ]


_DEFINITION: dict[str, Any] = {
    "name": "runner",
    "revision": 3,
    "jobDefinitionArn": "arn:aws:batch:eu-west-1:111122223333:job-definition/batchplane-runner:3",
    "type": "container",
    "status": "ACTIVE",
    "image": "111122223333.dkr.ecr.eu-west-1.amazonaws.com/runner:1",
    "command": ["true"],
    "vcpus": 1,
    "memory": 2048,
    "gpus": 0,
    "runner": True,
    "nodeProperties": None,
    "parameters": {},
    "attempts": 1,
    "attemptDurationSeconds": 86_400,
    "registeredBy": None,
    "registeredAt": None,
}
_ARN = "arn:aws:batch:eu-west-1:111122223333:job-definition/batchplane-aligner:1"
_REGISTERED = _DEFINITION | {
    "name": "aligner",
    "revision": 1,
    "jobDefinitionArn": _ARN,
    "image": "ghcr.io/example/aligner:2",
    "command": ["align", "Ref::sample"],
    "parameters": {"sample": "a"},
    "runner": False,
    "registeredBy": "user/ada",
    "registeredAt": 1_795_000_000_000,
}
_REGISTER = {
    "jobDefinitionName": "aligner",
    "type": "container",
    "containerProperties": {
        "image": "ghcr.io/example/aligner:2",
        "command": ["align", "Ref::sample"],
        "resourceRequirements": [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "2048"}],
    },
    "parameters": {"sample": "a"},
}

OPERATIONS: Operations = {
    "GET /definitions": Operation(
        id="listDefinitions",
        tag="Definitions",
        answers={200: Answer(description="All of them", type=Definitions, example={"definitions": [_DEFINITION]})},
        problems=(BatchRefused, BatchUnavailable),
    ),
    "POST /definitions": Operation(
        id="registerDefinition",
        tag="Definitions",
        answers={201: Answer(description="Registered", type=Definition, example=_REGISTERED)},
        problems=(RegistrationClosed, NotAnOperator, BatchRefused, BatchUnavailable),
        requests={"AWS Batch's own document": _REGISTER},
    ),
    "DELETE /definitions/{name}": Operation(
        id="deregisterDefinition",
        tag="Definitions",
        answers={
            200: Answer(
                description="Nobody can name it any more",
                type=DeregisteredDefinition,
                example={"name": "aligner", "deregistered": [_ARN], "waitedFor": []},
            )
        },
        problems=(DefinitionNotFound, NotAnOperator, NotYet, BatchRefused, BatchUnavailable),
    ),
}
