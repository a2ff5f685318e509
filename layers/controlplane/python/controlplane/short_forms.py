"""Short forms of a submission, which a person would rather type, and the members of SubmitJob that they stand for.

`command`, `environment` as a map, `vcpus`, `memory` and `gpus` stand for members of containerOverrides; `vcpus` and
`memory` of containerOverrides itself are Batch's own deprecated short forms, and stand for the same. Does no I/O.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from controlplane.errors import Violation

if TYPE_CHECKING:
    from controlplane.submit_job_request import SubmitJobRequest

#: Members of a request that are ours.
_SHORT = ("command", "environment", "vcpus", "memory", "gpus")
#: What each short form of a resource asks for.
_TYPES = {"vcpus": "VCPU", "memory": "MEMORY", "gpus": "GPU"}
_OVERRIDES = "containerOverrides"


@dataclass(frozen=True, kw_only=True)
class Amount:
    """So much of one type of resource, and the field that asks for it. MEMORY is in MiB."""

    field: str
    type: str
    value: int


def amounts(request: SubmitJobRequest) -> Iterator[Amount]:
    """Everything that the container's resources are asked to be, in whichever form."""
    overrides = request.containerOverrides
    for place, asked in enumerate((overrides and overrides.resourceRequirements) or ()):
        field = f"{_OVERRIDES}.resourceRequirements.{place}.value"
        yield Amount(field=field, type=asked.type, value=int(asked.value))
    for holder, prefix in ((overrides, f"{_OVERRIDES}."), (request, "")):
        for name, kind in _TYPES.items():
            value = getattr(holder, name, None)
            if value is not None:
                yield Amount(field=f"{prefix}{name}", type=kind, value=value)


def variables(request: SubmitJobRequest) -> Iterator[tuple[str, str]]:
    """Every variable that is asked for: the field, and the variable's name."""
    overrides = request.containerOverrides
    for place, variable in enumerate((overrides and overrides.environment) or ()):
        yield f"{_OVERRIDES}.environment.{place}.name", variable.name
    for name in request.environment or ():
        yield f"environment.{name}", name


def conflicts(request: SubmitJobRequest) -> Iterator[Violation]:
    """What is said twice: each violation names both fields, for nobody can tell which is meant."""
    overrides = request.containerOverrides
    for name in ("command", "environment"):
        value = getattr(request, name)
        if value is not None and getattr(overrides, name, None) is not None:
            yield _twice(name, f"{_OVERRIDES}.{name}", value)
    first: dict[str, Amount] = {}
    for amount in amounts(request):
        other = first.setdefault(amount.type, amount)
        if other is not amount:
            yield _twice(amount.field, other.field, amount.value)


def long_form(request: SubmitJobRequest) -> dict[str, Any]:
    """The request in SubmitJob's own members, and `inputs`; two that ask for the same are the same."""
    document = request.model_dump(exclude_none=True, exclude=set(_SHORT))
    overrides = {name: value for name, value in document.pop(_OVERRIDES, {}).items() if name not in _TYPES}
    if request.command is not None:
        overrides["command"] = request.command
    if request.environment is not None:
        overrides["environment"] = [{"name": name, "value": value} for name, value in request.environment.items()]
    required = [{"type": each.type, "value": str(each.value)} for each in amounts(request)]
    if required:
        overrides["resourceRequirements"] = required
    return document | _given(_OVERRIDES, overrides)


def _given(name: str, member: Mapping[str, Any]) -> dict[str, Any]:
    return {name: member} if member else {}


def _twice(field: str, other: str, value: Any) -> Violation:
    return Violation(field=field, bound=f"left out where {other} is given, which says the same", value=value)
