"""The body of `POST /definitions`: what of AWS Batch's RegisterJobDefinition people may say. Does no I/O.

https://docs.aws.amazon.com/batch/latest/APIReference/API_RegisterJobDefinition.html. Knows no deployment: what one
fixes for all of its jobs has no member here, and `NOT_TAKEN` says why.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from controlplane.deployment import REGISTERED_NAME
from controlplane.submissions.container_overrides import Command, Document, EnvironmentVariable, Requirements, Text
from controlplane.submissions.submit_job_request import JobTimeout, RetryStrategy, TagKey, TagValue

_FIXED = "the deployment fixes it for every definition"
_ONE_CONTAINER = "a registered definition is one container on EC2, so use containerProperties"
_NO_FARGATE = "jobs run on EC2"
#: Members of RegisterJobDefinition that nobody may say, and why.
NOT_TAKEN = {
    "consumableResourceProperties": "no deployment has consumable resources",
    "ecsProperties": _ONE_CONTAINER,
    "eksProperties": _ONE_CONTAINER,
    "enableExecuteCommand": "nobody opens a shell in a job",
    "ephemeralStorage": _NO_FARGATE,
    "executionRoleArn": _FIXED,
    "fargatePlatformConfiguration": _NO_FARGATE,
    "instanceType": "only nodes have one",
    "jobRoleArn": _FIXED,
    "linuxParameters": "no devices, and no memory beyond what a job reserves",
    "logConfiguration": _FIXED,
    "memory": "use resourceRequirements",
    "mountPoints": _FIXED,
    "networkConfiguration": _NO_FARGATE,
    "nodeProperties": _ONE_CONTAINER,
    "repositoryCredentials": "no definition reads secrets",
    "resourceRetentionPolicy": "an earlier revision is deregistered once nothing waits for it",
    "runtimePlatform": _NO_FARGATE,
    "schedulingPriority": "submissions say it: schedulingPriorityOverride",
    "secrets": "no definition reads secrets",
    "ulimits": _FIXED,
    "user": _FIXED,
    "vcpus": "use resourceRequirements",
    "volumes": _FIXED,
}


class ContainerProperties(Document):
    """What runs, and what it reserves unless a submission says otherwise."""

    image: Annotated[Text, Field(min_length=1, max_length=512)]
    command: Command | None = None
    environment: Annotated[list[EnvironmentVariable], Field(max_length=1024)] | None = None
    resourceRequirements: Requirements | None = None  # noqa: N815 - the wire's own word
    #: What is fixed may be said all the same, as it is.
    privileged: Literal[False] | None = None
    readonlyRootFilesystem: Literal[True] | None = None  # noqa: N815


class RegisterJobDefinitionRequest(Document):
    """AWS Batch's RegisterJobDefinition document; the last member is ours."""

    jobDefinitionName: Annotated[str, Field(pattern=f"^{REGISTERED_NAME.pattern}$")]  # noqa: N815
    type: Literal["container"] = "container"
    containerProperties: ContainerProperties  # noqa: N815
    parameters: dict[Text, Text] | None = None
    retryStrategy: RetryStrategy | None = None  # noqa: N815
    timeout: JobTimeout | None = None
    tags: Annotated[dict[TagKey, TagValue], Field(max_length=49)] | None = None
    propagateTags: bool | None = None  # noqa: N815
    platformCapabilities: list[Literal["EC2"]] | None = None  # noqa: N815
    #: True where the image's entry point is the runner.
    runner: bool = False
