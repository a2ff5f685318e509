"""The body of `POST /jobs`: AWS Batch's own SubmitJob document with every bound that Batch only states in words.

botocore's model carries no bounds, so they are written here:
https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitJob.html. Does no I/O and knows no deployment.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from controlplane.errors import Violation
from controlplane.job import JOB_ID, JOB_NAME, MOST_CHILDREN

#: No machine has more of anything.
_QUANTITY = re.compile(r"0*[1-9][0-9]{0,8}", re.ASCII)


def _environment_name(name: str) -> str:
    if not name or "=" in name or "\0" in name or name.upper().startswith(("AWS_BATCH", "BATCHPLANE_")):
        bound = "a name without '=' that starts with neither AWS_BATCH nor BATCHPLANE_"
        raise PydanticCustomError("environment_name", "Input should be {bound}", {"bound": bound})
    return name


def _text(value: str) -> str:
    if "\0" in value:
        raise PydanticCustomError("text", "Input should be {bound}", {"bound": "without a NUL character"})
    return value


def _quantity(value: str) -> str:
    if not _QUANTITY.fullmatch(value):
        bound = "a positive whole number of at most 9 digits, written as a string"
        raise PydanticCustomError("quantity", "Input should be {bound}", {"bound": bound})
    return value


def _tag_key(key: str) -> str:
    if key.lower().startswith("aws:"):
        raise PydanticCustomError("tag_key", "Input should be {bound}", {"bound": "a key that doesn't start with aws:"})
    return key


class _Document(BaseModel):
    """A part of the document: unknown members are refused, nothing is coerced."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class EnvironmentVariable(_Document):
    """One variable of the job's environment."""

    name: Annotated[str, AfterValidator(_environment_name)]
    value: Annotated[str, AfterValidator(_text)] = ""


class ResourceRequirement(_Document):
    """How much of one kind of resource the job reserves. MEMORY is in MiB, at least 4."""

    type: Literal["VCPU", "MEMORY", "GPU"]
    value: Annotated[str, AfterValidator(_quantity)]

    @model_validator(mode="after")
    def _has_enough_memory(self) -> ResourceRequirement:
        if self.type == "MEMORY" and int(self.value) < 4:
            raise PydanticCustomError("memory", "Input should be {bound}", {"bound": "at least 4 MiB of MEMORY"})
        return self


Argument = Annotated[str, Field(min_length=1), AfterValidator(_text)]


class ContainerOverrides(_Document):
    """What of the job definition's container this job has otherwise."""

    command: Annotated[list[Argument], Field(max_length=4096)] | None = None
    environment: Annotated[list[EnvironmentVariable], Field(max_length=1024)] | None = None
    # Batch's own word; one of each kind.
    resourceRequirements: Annotated[list[ResourceRequirement], Field(max_length=3)] | None = None  # noqa: N815


class ArrayProperties(_Document):
    """How many children an array job has."""

    size: Annotated[int, Field(ge=2, le=MOST_CHILDREN)]


class Dependency(_Document):
    """A job that must succeed first, or the order of an array's own children."""

    jobId: Annotated[str, Field(pattern=JOB_ID.pattern)] | None = None  # noqa: N815
    type: Literal["N_TO_N", "SEQUENTIAL"] | None = None


class EvaluateOnExit(_Document):
    """What to do after an attempt that ended so. The conditions of one rule must all hold."""

    action: Annotated[str, Field(pattern=r"^(?i:retry|exit)$")]
    onStatusReason: Annotated[str, Field(max_length=512)] | None = None  # noqa: N815
    onReason: Annotated[str, Field(max_length=512)] | None = None  # noqa: N815
    onExitCode: Annotated[str, Field(max_length=512, pattern=r"^[0-9]*\*?$")] | None = None  # noqa: N815


class RetryStrategy(_Document):
    """How many attempts a job has, and which ends are worth another."""

    attempts: Annotated[int, Field(ge=1, le=10)] | None = None
    evaluateOnExit: Annotated[list[EvaluateOnExit], Field(max_length=5)] | None = None  # noqa: N815


class JobTimeout(_Document):
    """How long one attempt may run, from its start."""

    attemptDurationSeconds: Annotated[int, Field(ge=60)]  # noqa: N815


TagKey = Annotated[str, Field(min_length=1, max_length=128), AfterValidator(_tag_key)]
TagValue = Annotated[str, Field(max_length=256)]


class SubmitJobRequest(_Document):
    """AWS Batch's SubmitJob document; `inputs` is ours."""

    jobName: Annotated[str, Field(pattern=JOB_NAME.pattern)]  # noqa: N815
    jobQueue: str | None = None  # noqa: N815
    jobDefinition: str | None = None  # noqa: N815
    arrayProperties: ArrayProperties | None = None  # noqa: N815
    dependsOn: Annotated[list[Dependency], Field(max_length=20)] | None = None  # noqa: N815
    parameters: dict[str, str] | None = None
    containerOverrides: ContainerOverrides | None = None  # noqa: N815
    retryStrategy: RetryStrategy | None = None  # noqa: N815
    timeout: JobTimeout | None = None
    tags: Annotated[dict[TagKey, TagValue], Field(max_length=50)] | None = None
    propagateTags: bool | None = None  # noqa: N815
    shareIdentifier: Annotated[str, Field(pattern=r"^[A-Za-z0-9]{0,254}[A-Za-z0-9*]$")] | None = None  # noqa: N815
    schedulingPriorityOverride: Annotated[int, Field(ge=0, le=9999)] | None = None  # noqa: N815
    inputs: Annotated[dict[str, str], Field(max_length=1000)] | None = None


def violation_of(error: ErrorDetails) -> Violation:
    """One of pydantic's findings in the plane's words: field, bound, value."""
    field = ".".join(str(part) for part in error["loc"]) or "body"
    context = error.get("ctx", {})
    bounds = {
        "missing": "given",
        "model_type": "a JSON object",
        "model_attributes_type": "a JSON object",
        "int_parsing": "an integer",
        "extra_forbidden": "left out: this plane takes no such member",
        "string_pattern_mismatch": f"a string that matches {context.get('pattern')}",
        "string_too_short": f"a string of at least {context.get('min_length')} character",
        "string_too_long": f"a string of at most {context.get('max_length')} characters",
        "too_long": f"of at most {context.get('max_length')} members",
    }
    bound = bounds.get(error["type"]) or error["msg"].partition("should be ")[2] or error["msg"]
    value = None if error["type"] == "missing" else error["input"]
    return Violation(field=field, bound=bound, value=value)
