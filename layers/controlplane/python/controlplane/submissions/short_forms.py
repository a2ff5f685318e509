"""Short forms of a submission, which a person would rather type, and the members of SubmitJob that they stand for.

`command`, `environment` as a map, `vcpus`, `memory` and `gpus` stand for members of containerOverrides; `vcpus` and
`memory` of containerOverrides itself are Batch's own deprecated short forms, and stand for the same. Only ours leave
memory to the plane: in Batch's own members, what is left out is the definition's. Does no I/O.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from controlplane.errors import Violation
from controlplane.job import AUTOMATIC

if TYPE_CHECKING:
    from controlplane.submissions.container_overrides import ContainerOverrides
    from controlplane.submissions.submit_job_request import SubmitJobRequest

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


def containers(request: SubmitJobRequest) -> Iterator[tuple[str, ContainerOverrides]]:
    """Every container that is overridden, with the path of its members: the job's one, or one for each node range."""
    if request.containerOverrides is not None:
        yield f"{_OVERRIDES}.", request.containerOverrides
    for place, override in enumerate((request.nodeOverrides and request.nodeOverrides.nodePropertyOverrides) or ()):
        if override.containerOverrides is not None:
            yield f"nodeOverrides.nodePropertyOverrides.{place}.{_OVERRIDES}.", override.containerOverrides


def amounts(request: SubmitJobRequest) -> Iterator[Amount]:
    """Everything that resources are asked to be, in whichever form, container by container."""
    for path, overrides in containers(request):
        yield from _amounts_of(overrides, path)
    yield from _named_amounts(request, "")


def variables(request: SubmitJobRequest) -> Iterator[tuple[str, str]]:
    """Every variable that is asked for: the field, and the variable's name."""
    for path, overrides in containers(request):
        for place, variable in enumerate(overrides.environment or ()):
            yield f"{path}environment.{place}.name", variable.name
    for name in request.environment or ():
        yield f"environment.{name}", name


def conflicts(request: SubmitJobRequest) -> Iterator[Violation]:
    """What is said twice: each violation names both fields, for nobody can tell which is meant."""
    overrides = request.containerOverrides
    for name in ("command", "environment"):
        value = getattr(request, name)
        if value is not None and getattr(overrides, name, None) is not None:
            yield _twice(name, f"{_OVERRIDES}.{name}", value)
    short = list(_named_amounts(request, ""))
    for path, each in containers(request):
        said = [*_amounts_of(each, path), *(short if each is overrides else ())]
        first: dict[str, Amount] = {}
        for amount in said:
            other = first.setdefault(amount.type, amount)
            if other is not amount:
                yield _twice(amount.field, other.field, amount.value)
        if each is overrides and request.memory == AUTOMATIC and "MEMORY" in first:
            yield _twice("memory", first["MEMORY"].field, AUTOMATIC)


def long_form(request: SubmitJobRequest) -> dict[str, Any]:
    """The request in SubmitJob's own members, and `inputs`; two that ask for the same are the same."""
    document = request.model_dump(exclude_none=True, exclude=set(_SHORT))
    for override in document.get("nodeOverrides", {}).get("nodePropertyOverrides", ()):
        if _OVERRIDES in override:
            override[_OVERRIDES] = _required(override[_OVERRIDES])
    overrides = document.pop(_OVERRIDES, {}) | _named(request)
    if _is_memory_automatic(request):
        overrides["memory"] = AUTOMATIC
    if request.command is not None:
        overrides["command"] = request.command
    if request.environment is not None:
        overrides["environment"] = [{"name": name, "value": value} for name, value in request.environment.items()]
    return document | _given(_OVERRIDES, _required(overrides))


def _amounts_of(overrides: ContainerOverrides, path: str) -> Iterator[Amount]:
    for place, asked in enumerate(overrides.resourceRequirements or ()):
        yield Amount(field=f"{path}resourceRequirements.{place}.value", type=asked.type, value=int(asked.value))
    yield from _named_amounts(overrides, path)


def _named_amounts(holder: ContainerOverrides | SubmitJobRequest, path: str) -> Iterator[Amount]:
    for name, value in _named(holder).items():
        yield Amount(field=f"{path}{name}", type=_TYPES[name], value=value)


def _named(holder: ContainerOverrides | SubmitJobRequest) -> dict[str, int]:
    """The short forms of resources that are given in numbers."""
    return {name: value for name in _TYPES if isinstance(value := getattr(holder, name, None), int)}


def _is_memory_automatic(request: SubmitJobRequest) -> bool:
    """Where it is said, and where vCPUs or GPUs are asked for in a short form and memory in none."""
    asked = {each.type for each in _amounts_of(request.containerOverrides, "")} if request.containerOverrides else set()
    is_left_out = request.memory is None and "MEMORY" not in asked and bool(_named(request))
    return request.memory == AUTOMATIC or is_left_out


def _required(overrides: Mapping[str, Any]) -> dict[str, Any]:
    """The same overrides with requirements for the short forms of resources."""
    short = [{"type": kind, "value": str(overrides[name])} for name, kind in _TYPES.items() if name in overrides]
    given = [{**each, "value": str(int(each["value"]))} for each in overrides.get("resourceRequirements", ())]
    rest = {name: value for name, value in overrides.items() if name not in _TYPES}
    return rest | _given("resourceRequirements", [*given, *short])


def _given(name: str, member: Any) -> dict[str, Any]:
    return {name: member} if member else {}


def _twice(field: str, other: str, value: Any) -> Violation:
    return Violation(field=field, bound=f"left out where {other} is given, which says the same", value=value)
