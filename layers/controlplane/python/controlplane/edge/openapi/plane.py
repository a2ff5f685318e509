"""The routes of `edge/routes/plane.py`, described."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypedDict

from msgspec import Meta

from controlplane.edge.openapi.operation import Answer, Credential, Operation, Operations


class Health(TypedDict):
    """The plane answers."""

    status: Literal["ok"]


class Caller(TypedDict):
    """Whom the plane takes the caller for."""

    owner: Annotated[str, Meta(description="What the caller submits is this owner's.")]
    isOperator: Annotated[bool, Meta(description="Whether they look after the plane: they see and end every job.")]
    readsEveryJob: Annotated[bool, Meta(description="Whether they may read the jobs of every owner.")]


class AllowedQueue(TypedDict):
    """A job queue that submissions may name."""

    name: Annotated[str, Meta(description="The short name.")]
    jobQueueArn: str
    fairShare: Annotated[bool, Meta(description="Whether each job names its share and its priority.")]


class AllowedNodes(TypedDict):
    """The nodes of a multi-node parallel job, unless it says otherwise."""

    numNodes: int
    mainNode: int
    targetNodes: Annotated[list[str], Meta(description="A range of node indices for each container.")]


class AllowedDefinition(TypedDict):
    """A job definition that submissions may name."""

    name: Annotated[str, Meta(description="The short name.")]
    revision: Annotated[int, Meta(description="What a job gets now.")]
    jobDefinitionArn: str
    runner: Annotated[bool, Meta(description="Whether inputs, outputs and functions work.")]
    vcpus: Annotated[int, Meta(description="What a job, or each node, gets that asks for nothing else.")]
    memory: Annotated[int, Meta(description="The same, in MiB.")]
    gpus: int
    nodeProperties: Annotated[AllowedNodes | None, Meta(description="Null for jobs of one container.")]


class Environment(TypedDict):
    """What a deployment offers."""

    name: str
    url: str
    ioBucket: Annotated[str, Meta(description="The bucket's name; on one machine its folder.")]
    jobQueue: Annotated[str, Meta(description="What a submission gets that names none.")]
    jobDefinition: Annotated[str, Meta(description="What a submission gets that names none, with the revision.")]
    jobQueues: list[AllowedQueue]
    jobDefinitions: list[AllowedDefinition]
    largest: Annotated[dict[str, int], Meta(description="The most that a job can get of a resource; MEMORY in MiB.")]
    allowedEnvironment: Annotated[list[str], Meta(description="Variables that may be set here all the same.")]


_BATCH = "arn:aws:batch:eu-west-1:111122223333"
_ENVIRONMENT = {
    "name": "batchplane",
    "url": "https://abcdef1234.execute-api.eu-west-1.amazonaws.com",
    "ioBucket": "batchplane-environment-iobucket-1a2b3c",
    "jobQueue": "default",
    "jobDefinition": "runner:3",
    "jobQueues": [{"name": "default", "jobQueueArn": f"{_BATCH}:job-queue/batchplane-default", "fairShare": False}],
    "jobDefinitions": [
        {
            "name": "runner",
            "revision": 3,
            "jobDefinitionArn": f"{_BATCH}:job-definition/batchplane-runner:3",
            "runner": True,
            "vcpus": 1,
            "memory": 2048,
            "gpus": 0,
            "nodeProperties": None,
        }
    ],
    "largest": {},
    "allowedEnvironment": ["PYTHONPATH"],
}

OPERATIONS: Operations = {
    "GET /health": Operation(
        id="checkHealth",
        tag="Plane",
        credential=Credential.NONE,
        answers={200: Answer(description="It does", type=Health, example={"status": "ok"})},
    ),
    "GET /whoami": Operation(
        id="whoAmI",
        tag="Plane",
        answers={
            200: Answer(
                description="The caller",
                type=Caller,
                example={"owner": "user/ada", "isOperator": False, "readsEveryJob": False},
            )
        },
    ),
    "GET /environment": Operation(
        id="describeEnvironment",
        tag="Plane",
        answers={200: Answer(description="The deployment", type=Environment, example=_ENVIRONMENT)},
    ),
    "GET /openapi.json": Operation(
        id="describeApi",
        tag="Plane",
        answers={200: Answer(description="An OpenAPI document", type=dict[str, Any], example={"openapi": "3.1.0"})},
    ),
}
