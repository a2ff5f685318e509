"""The body of `POST /jobs`: AWS Batch's own SubmitJob document with every bound that Batch only states in words.

botocore's model carries no bounds, so they are written here:
https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitJob.html. Does no I/O and knows no deployment.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_core import ErrorDetails

from controlplane.errors import Violation
from controlplane.job import BATCH_JOB_ID, JOB_ID, JOB_NAME, LARGEST_ARRAY, MOST_NODES
from controlplane.submissions.container_overrides import (
    MOST,
    Amount,
    Command,
    ContainerOverrides,
    Document,
    EnvironmentName,
    Memory,
    Text,
    broken,
)

#: Letters and digits of any script, spaces, and _ . : / = + - @.
_TAG_TEXT = re.compile(r"[\w\s.:/=+\-@]*")
#: A glob of evaluateOnExit: an asterisk at the end stands for anything.
_RULE_TEXT = re.compile(r"[A-Za-z0-9.:\s]{0,511}[A-Za-z0-9.:\s*]")
_RULE_EXIT_CODE = re.compile(r"[0-9]{0,511}[0-9*]")
_TARGET_NODES = re.compile(r"[0-9]{0,9}:[0-9]{0,9}", re.ASCII)
_ONE_CONTAINER = "a job is one container here, so use containerOverrides"
#: Members of SubmitJob that no deployment has a use for, and why.
_NOT_TAKEN = {
    "ecsPropertiesOverride": _ONE_CONTAINER,
    "eksPropertiesOverride": f"no job runs on Amazon EKS, and {_ONE_CONTAINER}",
    "consumableResourcePropertiesOverride": "no deployment has consumable resources",
    "instanceType": "only nodes have one: instanceTypes of nodePropertyOverrides",
}


def _dependency_id(job_id: str) -> str:
    if not (JOB_ID.fullmatch(job_id) or BATCH_JOB_ID.fullmatch(job_id)):
        raise broken("a jobId of this plane, or AWS Batch's own id of a job")
    return job_id


def _target_nodes(text: str) -> str:
    if not _TARGET_NODES.fullmatch(text):
        raise broken("a range of node indices, such as 0:3, :3 or 4:")
    return text


def _tag_text(text: str) -> str:
    if not _TAG_TEXT.fullmatch(text):
        raise broken("letters, numbers, spaces and _ . : / = + - @")
    return text


def _tag_key(key: str) -> str:
    if key.lower().startswith("aws:"):
        raise broken("a key that doesn't start with aws:")
    return _tag_text(key)


def _rule_text(text: str) -> str:
    if not _RULE_TEXT.fullmatch(text):
        raise broken("1 to 512 letters, digits, dots, colons and white space, with an asterisk at the end or none")
    return text


def _rule_exit_code(text: str) -> str:
    if not _RULE_EXIT_CODE.fullmatch(text):
        raise broken("1 to 512 digits, with an asterisk at the end or none, written as a string")
    return text


class ArrayProperties(Document):
    """How many children an array job has."""

    size: Annotated[int, Field(ge=2, le=LARGEST_ARRAY)]


class Dependency(Document):
    """A job that must succeed first, or the order of an array's own children."""

    jobId: Annotated[str, AfterValidator(_dependency_id)] | None = None  # noqa: N815
    type: Literal["N_TO_N", "SEQUENTIAL"] | None = None


class NodePropertyOverride(Document):
    """What the nodes of one range of the definition have otherwise."""

    targetNodes: Annotated[str, AfterValidator(_target_nodes)]  # noqa: N815
    containerOverrides: ContainerOverrides | None = None  # noqa: N815
    instanceTypes: Annotated[list[Text], Field(max_length=1)] | None = None  # noqa: N815


class NodeOverrides(Document):
    """What a multi-node parallel job has otherwise than its definition says."""

    numNodes: Annotated[int, Field(ge=1, le=MOST_NODES)] | None = None  # noqa: N815
    nodePropertyOverrides: Annotated[list[NodePropertyOverride], Field(max_length=5)] | None = None  # noqa: N815


class EvaluateOnExit(Document):
    """What to do after an attempt that ended so. The conditions of one rule must all hold."""

    action: Annotated[str, Field(pattern=r"^(?i:retry|exit)$")]
    onStatusReason: Annotated[str, AfterValidator(_rule_text)] | None = None  # noqa: N815
    onReason: Annotated[str, AfterValidator(_rule_text)] | None = None  # noqa: N815
    onExitCode: Annotated[str, AfterValidator(_rule_exit_code)] | None = None  # noqa: N815


class RetryStrategy(Document):
    """How many attempts a job has, and which ends are worth another."""

    attempts: Annotated[int, Field(ge=1, le=10)] | None = None
    evaluateOnExit: Annotated[list[EvaluateOnExit], Field(max_length=5)] | None = None  # noqa: N815


class JobTimeout(Document):
    """How long one attempt may run, from its start."""

    attemptDurationSeconds: Annotated[int, Field(ge=60, le=MOST)]  # noqa: N815


#: Most tags that a job may have: https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitJob.html
MOST_TAGS = 50
TagKey = Annotated[str, Field(min_length=1, max_length=128), AfterValidator(_tag_key)]
TagValue = Annotated[str, Field(max_length=256), AfterValidator(_tag_text)]
ShareIdentifier = Annotated[str, Field(pattern=r"^([A-Za-z0-9]{1,255}|[A-Za-z0-9]{1,254}\*)$")]


class SubmitJobRequest(Document):
    """AWS Batch's SubmitJob document; the last six members are ours, and five of them short forms of Batch's."""

    jobName: Annotated[str, Field(pattern=JOB_NAME.pattern)]  # noqa: N815
    jobQueue: Text | None = None  # noqa: N815
    jobDefinition: Text | None = None  # noqa: N815
    arrayProperties: ArrayProperties | None = None  # noqa: N815
    dependsOn: Annotated[list[Dependency], Field(max_length=20)] | None = None  # noqa: N815
    parameters: dict[Text, Text] | None = None
    containerOverrides: ContainerOverrides | None = None  # noqa: N815
    nodeOverrides: NodeOverrides | None = None  # noqa: N815
    retryStrategy: RetryStrategy | None = None  # noqa: N815
    timeout: JobTimeout | None = None
    tags: Annotated[dict[TagKey, TagValue], Field(max_length=MOST_TAGS)] | None = None
    propagateTags: bool | None = None  # noqa: N815
    shareIdentifier: ShareIdentifier | None = None  # noqa: N815
    schedulingPriorityOverride: Annotated[int, Field(ge=0, le=9999)] | None = None  # noqa: N815
    command: Command | None = None
    environment: Annotated[dict[EnvironmentName, Text], Field(max_length=1024)] | None = None
    vcpus: Amount | None = None
    memory: Memory | None = None
    gpus: Amount | None = None
    inputs: Annotated[dict[Text, Text], Field(max_length=1000)] | None = None


def violation_of(error: ErrorDetails, *, not_taken: Mapping[str, str] = _NOT_TAKEN) -> Violation:
    """One of pydantic's findings in the plane's words: field, bound, value; with why a member is not taken."""
    field = ".".join(str(part) for part in _place(error["loc"])) or "body"
    context = error.get("ctx", {})
    why = not_taken.get(str(error["loc"][-1]) if error["loc"] else "", "this plane takes no such member")
    bounds = {
        "missing": "given",
        "model_type": "a JSON object",
        "model_attributes_type": "a JSON object",
        "int_parsing": "an integer",
        "int_parsing_size": "an integer of fewer digits",
        "extra_forbidden": f"left out: {why}",
        "string_pattern_mismatch": f"a string that matches {context.get('pattern')}",
        "string_too_short": f"a string of at least {context.get('min_length')} character",
        "string_unicode": "without lone surrogates",
        "string_too_long": f"a string of at most {context.get('max_length')} characters",
        "too_long": f"of at most {context.get('max_length')} members",
    }
    bound = bounds.get(error["type"]) or error["msg"].partition("should be ")[2] or error["msg"]
    value = None if error["type"] == "missing" else error["input"]
    return Violation(field=field, bound=bound, value=value)


def _place(location: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """Where a finding is: of a wrong name, the member of that name, without pydantic's own word for that."""
    return location[:-1] if len(location) > 2 and location[-1] == "[key]" else location
