"""What a plane must know of the environment that it serves, and nothing of how that is made. Knows no CDK."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class EnvironmentQueue:
    """A job queue that submissions may name."""

    #: What people call it: "default".
    name: str
    arn: str
    #: True where a scheduling policy shares it.
    fair_share: bool = False


@dataclass(frozen=True, kw_only=True)
class EnvironmentDefinition:
    """A job definition that submissions may name."""

    #: What people call it: "runner".
    name: str
    #: What AWS Batch calls it: "batchplane-runner".
    full_name: str
    #: With the revision.
    arn: str
    #: True where the image's entry point is the runner.
    runner: bool
    log_group_name: str
    #: What a job, or each node of one, gets that asks for nothing else.
    vcpus: int
    memory_mib: int
    #: Another one whenever a deployment registers another revision.
    digest: str
    #: Nodes of a multi-node parallel job that asks for no other number; None for a job of one container.
    num_nodes: int | None = None


@dataclass(frozen=True, kw_only=True)
class Environment:
    """The first queue and the first definition are what a job gets that names none."""

    io_bucket_name: str
    job_queues: tuple[EnvironmentQueue, ...]
    job_definitions: tuple[EnvironmentDefinition, ...]
    #: Of the first definition: what its jobs may do in AWS, and what pulls their image and opens their log.
    job_role_arn: str
    execution_role_arn: str
