"""What of a job definition's container a submission may have otherwise: SubmitJob's containerOverrides.

https://docs.aws.amazon.com/batch/latest/APIReference/API_ContainerOverrides.html. Each member's own bounds stand here;
does no I/O and knows no deployment.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from controlplane.environment_names import RESERVED, is_possible

#: The greatest integer of AWS Batch's wire.
MOST = 2**31 - 1
#: MiB, the least that a container can have.
LEAST_MEMORY = 4
_NO_TEXT = re.compile("[\0\ud800-\udfff]")
_WHOLE = re.compile(r"[0-9]{1,9}", re.ASCII)


def broken(bound: str) -> PydanticCustomError:
    """What a validator raises: the bound in words, as a violation names it."""
    return PydanticCustomError("bound", "Input should be {bound}", {"bound": bound})


class Document(BaseModel):
    """A part of a request: unknown members are refused, nothing is coerced."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def _environment_name(name: str) -> str:
    if not is_possible(name):
        raise broken(f"a name without '=' that starts with neither {' nor '.join(RESERVED)}")
    return name


def _text(value: str) -> str:
    if _NO_TEXT.search(value):
        raise broken("without NUL characters and lone surrogates")
    return value


def _quantity(value: str) -> str:
    if not _WHOLE.fullmatch(value) or int(value) < 1:
        raise broken("a positive whole number of at most 9 digits, written as a string")
    return value


#: Any string that a process can be given.
Text = Annotated[str, AfterValidator(_text)]
#: One word of a command.
Argument = Annotated[Text, Field(min_length=1)]
EnvironmentName = Annotated[str, AfterValidator(_environment_name)]


class EnvironmentVariable(Document):
    """One variable of the job's environment."""

    name: EnvironmentName
    value: Text = ""


class ResourceRequirement(Document):
    """How much of one kind of resource the job reserves. MEMORY is in MiB; on EC2, vCPUs are whole."""

    type: Literal["VCPU", "MEMORY", "GPU"]
    value: Annotated[str, AfterValidator(_quantity)]

    @model_validator(mode="after")
    def _has_enough_memory(self) -> ResourceRequirement:
        if self.type == "MEMORY" and int(self.value) < LEAST_MEMORY:
            raise broken(f"at least {LEAST_MEMORY} MiB of MEMORY")
        return self


def _one_of_each(requirements: list[ResourceRequirement]) -> list[ResourceRequirement]:
    if len({each.type for each in requirements}) < len(requirements):
        raise broken("one requirement of each type at most")
    return requirements


Requirements = Annotated[list[ResourceRequirement], AfterValidator(_one_of_each)]


class ContainerOverrides(Document):
    """What this job's container has otherwise than the definition's."""

    command: Annotated[list[Argument], Field(max_length=4096)] | None = None
    environment: Annotated[list[EnvironmentVariable], Field(max_length=1024)] | None = None
    resourceRequirements: Requirements | None = None  # noqa: N815 - the wire's own word
    #: Deprecated; means a requirement of VCPU.
    vcpus: Annotated[int, Field(ge=1, le=MOST)] | None = None
    #: Deprecated; means a requirement of MEMORY, in MiB.
    memory: Annotated[int, Field(ge=LEAST_MEMORY, le=MOST)] | None = None
