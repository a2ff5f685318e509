"""What of a job definition's container a submission may have otherwise: SubmitJob's containerOverrides.

https://docs.aws.amazon.com/batch/latest/APIReference/API_ContainerOverrides.html. Each member's own bounds stand here;
does no I/O and knows no deployment.
"""

from __future__ import annotations

import math
import re
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from controlplane.job import AUTOMATIC
from controlplane.submissions.environment_names import is_possible

#: The greatest integer of AWS Batch's wire.
MOST = 2**31 - 1
#: MiB, the least that a container can have.
LEAST_MEMORY = 4
_NO_TEXT = re.compile("[\0\ud800-\udfff]")
#: The most of a resource: no machine has more of anything.
MOST_AMOUNT = 10**9 - 1
# Blanks are passed over for good: looked at again in every other way, a million of them would take days.
_MEMORY = re.compile(r"\s*+([0-9]{1,12}(?:\.[0-9]{1,6})?)\s*+([KMGT]i?B)?\s*+", re.ASCII)
#: Bytes in each unit of memory; a number without one is MiB, as in AWS Batch.
_UNIT_BYTES = {
    **{"KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40},
    **{"KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12},
}
_WHOLE = re.compile(r"[0-9]{1,9}", re.ASCII)


def broken(bound: str) -> PydanticCustomError:
    """What a validator raises: the bound in words, as a violation names it."""
    return PydanticCustomError("bound", "Input should be {bound}", {"bound": bound})


class Document(BaseModel):
    """A part of a request: unknown members are refused, nothing is coerced."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def _environment_name(name: str) -> str:
    if not is_possible(name):
        raise broken("a name without '=', and not empty")
    return name


def _text(value: str) -> str:
    if _NO_TEXT.search(value):
        raise broken("without NUL characters and lone surrogates")
    return value


def _quantity(value: str) -> str:
    if not _WHOLE.fullmatch(value) or int(value) < 1:
        raise broken("a positive whole number of at most 9 digits, written as a string")
    return value


def _memory(memory: Any) -> int | str:
    """MiB in a number of them, or in a quantity such as "8 GiB"; "automatic" stays the plane's to choose."""
    if memory == AUTOMATIC:
        return AUTOMATIC
    mebibytes = _mebibytes(memory)
    if not LEAST_MEMORY <= mebibytes <= MOST_AMOUNT:
        raise broken(f"{LEAST_MEMORY} to {MOST_AMOUNT} MiB")
    return mebibytes


def _mebibytes(memory: Any) -> int:
    """Rounded up: nobody gets less than they asked for."""
    if isinstance(memory, int) and not isinstance(memory, bool):
        return memory
    quantity = _MEMORY.fullmatch(memory) if isinstance(memory, str) else None
    if quantity is None:
        raise broken(f"whole MiB, a quantity such as '8 GiB', or '{AUTOMATIC}'")
    return math.ceil(Fraction(quantity[1]) * _UNIT_BYTES[quantity[2] or "MiB"] / 2**20)


#: Any string that a process can be given.
Text = Annotated[str, AfterValidator(_text)]
#: One word of a command.
Argument = Annotated[Text, Field(min_length=1)]
Command = Annotated[list[Argument], Field(max_length=4096)]
EnvironmentName = Annotated[Text, AfterValidator(_environment_name)]


#: vCPUs or GPUs.
Amount = Annotated[int, Field(ge=1, le=MOST_AMOUNT)]
#: MiB.
Mebibytes = Annotated[int, Field(ge=LEAST_MEMORY, le=MOST_AMOUNT)]
#: MiB, a quantity such as "8 GiB", or "automatic" for what the plane chooses; MiB when a quantity is read.
Memory = Annotated[
    int | Literal["automatic"],
    PlainValidator(_memory),
    WithJsonSchema({"anyOf": [{"type": "integer"}, {"type": "string"}], "examples": ["8 GiB", 8192, "automatic"]}),
]


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

    command: Command | None = None
    environment: Annotated[list[EnvironmentVariable], Field(max_length=1024)] | None = None
    resourceRequirements: Requirements | None = None  # noqa: N815 - the wire's own word
    #: Deprecated; means a requirement of VCPU.
    vcpus: Amount | None = None
    #: Deprecated; means a requirement of MEMORY, in MiB.
    memory: Mebibytes | None = None
