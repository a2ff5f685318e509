"""What the service's model states and botocore leaves to the service: enumerations, and how large a number can be.

The model is walked once, and leaves a check for each shape that has one of them in it. Raises Refused, and nothing
else.
https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

from batchplane_local.batch.refused import Refused

#: Given a value and the name of its member; raises Refused.
Check = Callable[[Any, str], None]
_INTEGERS: Mapping[str, range] = {"integer": range(-(2**31), 2**31), "long": range(-(2**63), 2**63)}
#: Enumerations whose values are taken in upper and in lower case: EvaluateOnExit's own check knows them.
_ANY_CASE = frozenset({"RetryAction"})


def check_of(shape: Shape) -> Check | None:
    """The check of a value that has this shape; None where any such value passes."""
    if isinstance(shape, StructureShape):
        return _structure(shape)
    if isinstance(shape, (ListShape, MapShape)):
        return _collection(shape)
    if shape.type_name in _INTEGERS:
        return _integer(_INTEGERS[shape.type_name])
    names = shape.metadata.get("enum")
    return _enumeration(tuple(names)) if names and shape.name not in _ANY_CASE else None


def _structure(shape: StructureShape) -> Check | None:
    found = ((name, check_of(member)) for name, member in shape.members.items())
    checks = {name: check for name, check in found if check is not None}

    def check(value: Mapping[str, Any], member: str) -> None:
        for name, each in value.items():
            check_each = checks.get(name)
            if check_each is not None:
                check_each(each, name)

    return check if checks else None


def _collection(shape: ListShape | MapShape) -> Check | None:
    check_each = check_of(shape.value if isinstance(shape, MapShape) else shape.member)
    if check_each is None:
        return None

    def check(values: Any, member: str) -> None:
        for value in values.values() if isinstance(values, Mapping) else values:
            check_each(value, member)

    return check


def _integer(bounds: range) -> Check:
    def check(value: int, member: str) -> None:
        if value not in bounds:
            raise Refused(f"{member} must be between {bounds[0]} and {bounds[-1]}, got {value}")

    return check


def _enumeration(names: tuple[str, ...]) -> Check:
    known = frozenset(names)

    def check(value: str, member: str) -> None:
        if value not in known:
            raise Refused(f"{member} must be one of {', '.join(names)}, got {value[:60]}")

    return check
