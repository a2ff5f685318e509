"""What a plane offers its callers, and what it makes of one of them. Asks for nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from batchplane._errors import AnswerMalformed
from batchplane._plane_api import members


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Whom the plane takes the caller for."""

    #: What is submitted is this owner's.
    owner: str
    #: True for those who look after the plane: they see and end every job.
    is_operator: bool
    #: True where every owner's jobs may be read.
    reads_every_job: bool
    #: The answer as the plane sent it.
    document: Mapping[str, Any] = field(repr=False)

    @classmethod
    def from_wire(cls, document: Mapping[str, Any]) -> Caller:
        """Read the answer of `GET /whoami`. Raises AnswerMalformed."""
        try:
            return cls(
                owner=str(document["owner"]),
                is_operator=bool(document["isOperator"]),
                reads_every_job=bool(document["readsEveryJob"]),
                document=document,
            )
        except KeyError as error:
            raise AnswerMalformed from error


@dataclass(frozen=True, kw_only=True)
class AllowedQueue:
    """A job queue that submissions may name."""

    #: The short name: "default".
    name: str
    arn: str
    #: True where each job names its share and its priority.
    fair_share: bool


@dataclass(frozen=True, kw_only=True)
class AllowedDefinition:
    """A job definition that submissions may name."""

    #: The short name: "runner".
    name: str
    #: The revision that a job gets now.
    revision: int
    arn: str
    #: True where inputs, outputs and functions work.
    runner: bool
    #: What a job, or each node, gets that asks for nothing else; memory in MiB.
    vcpus: int
    memory: int
    gpus: int
    #: How many nodes a multi-node parallel job has unless it says otherwise; None for a job of one container.
    num_nodes: int | None


@dataclass(frozen=True, kw_only=True)
class Environment:
    """One deployment of the plane."""

    name: str
    url: str
    #: The bucket's name; on one machine its folder.
    io_bucket: str
    #: The first is what a job gets that names none.
    job_queues: tuple[AllowedQueue, ...]
    job_definitions: tuple[AllowedDefinition, ...]
    #: The most of each type of resource (VCPU, MEMORY in MiB, GPU) that a job can get, where that is known.
    largest: Mapping[str, int]
    #: Variables that change how a job's tools behave, and that submissions may set here all the same.
    allowed_environment: tuple[str, ...]
    #: The answer as the plane sent it.
    document: Mapping[str, Any] = field(repr=False)

    @classmethod
    def from_wire(cls, document: Mapping[str, Any]) -> Environment:
        """Read the answer of `GET /environment`. Raises AnswerMalformed."""
        try:
            return cls(
                name=str(document["name"]),
                url=str(document["url"]),
                io_bucket=str(document["ioBucket"]),
                job_queues=tuple(map(_queue, members(document, "jobQueues"))),
                job_definitions=tuple(map(_definition, members(document, "jobDefinitions"))),
                largest=dict(document["largest"]),
                allowed_environment=tuple(map(str, members(document, "allowedEnvironment"))),
                document=document,
            )
        except (KeyError, TypeError, ValueError) as error:
            raise AnswerMalformed from error


def _queue(queue: Mapping[str, Any]) -> AllowedQueue:
    return AllowedQueue(name=str(queue["name"]), arn=str(queue["jobQueueArn"]), fair_share=bool(queue["fairShare"]))


def _definition(definition: Mapping[str, Any]) -> AllowedDefinition:
    nodes = definition["nodeProperties"]
    return AllowedDefinition(
        name=str(definition["name"]),
        revision=int(definition["revision"]),
        arn=str(definition["jobDefinitionArn"]),
        runner=bool(definition["runner"]),
        vcpus=int(definition["vcpus"]),
        memory=int(definition["memory"]),
        gpus=int(definition["gpus"]),
        num_nodes=None if nodes is None else int(nodes["numNodes"]),
    )
