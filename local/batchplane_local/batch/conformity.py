"""Whether a request has the types that the service's model asks for: a yes or no, made for speed. Words no error.

botocore's ParamValidator walks the model with every request; here the walk is done once, and leaves a function for each
shape. A no only means that ParamValidator must be asked, which has the last word and the words to go with it: so a
shape that is rare in requests needs no function of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

#: True where a value surely has a shape's type.
Conforms = Callable[[Any], bool]
_SCALARS: Mapping[str, type] = {"string": str, "boolean": bool, "integer": int, "long": int}


def conformity(shape: Shape) -> Conforms:
    """The function that tells whether a value has this shape."""
    least = shape.metadata.get("min")
    if isinstance(shape, StructureShape):
        return _structure(shape)
    if isinstance(shape, MapShape):
        return _map(conformity(shape.key), conformity(shape.value))
    if isinstance(shape, ListShape):
        return _list(conformity(shape.member), least or 0)
    kind = _SCALARS.get(shape.type_name)
    if kind is None:
        return _unsure
    if least is None:
        return lambda value: isinstance(value, kind)
    if kind is str:
        return lambda value: isinstance(value, str) and len(value) >= least
    return lambda value: isinstance(value, kind) and value >= least


def _unsure(value: Any) -> bool:
    """For what is left to ParamValidator."""
    return False


def _structure(shape: StructureShape) -> Conforms:
    if shape.is_tagged_union or shape.is_document_type:
        return _unsure
    required = frozenset(shape.required_members)
    members = {name: conformity(member) for name, member in shape.members.items()}

    def conforms(value: Any) -> bool:
        if not isinstance(value, dict) or not required <= value.keys():
            return False
        for name, member in value.items():
            member_conforms = members.get(name)
            if member_conforms is None or not member_conforms(member):
                return False
        return True

    return conforms


def _map(key_conforms: Conforms, value_conforms: Conforms) -> Conforms:
    def conforms(value: Any) -> bool:
        return isinstance(value, dict) and all(
            key_conforms(key) and value_conforms(each) for key, each in value.items()
        )

    return conforms


def _list(member_conforms: Conforms, least: int) -> Conforms:
    def conforms(value: Any) -> bool:
        return isinstance(value, (list, tuple)) and len(value) >= least and all(map(member_conforms, value))

    return conforms
