"""JSON Schemas of the TypedDicts that answers are described by: members in the order they are written. Does no I/O."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, get_args, get_type_hints, is_typeddict

import msgspec

_REF = "#/components/schemas/{name}"


def schema_of(kind: Any) -> dict[str, Any]:
    """The schema of a type, which names those of others."""
    (schema,), _ = msgspec.json.schema_components((kind,), ref_template=_REF)
    return schema


def components_of(kinds: Iterable[Any]) -> dict[str, Any]:
    """Every schema that these types name, by its name."""
    components: dict[str, Any] = {}
    for kind in kinds:
        components |= msgspec.json.schema_components((kind,), ref_template=_REF)[1]
        for each in _typed_dicts(kind):
            written, schema = list(get_type_hints(each)), components[each.__name__]
            members = sorted(schema["properties"].items(), key=lambda member: written.index(member[0]))
            components[each.__name__] = schema | {"properties": dict(members)}
    return {name: {"type": "string"} | schema if "enum" in schema else schema for name, schema in components.items()}


def _typed_dicts(kind: Any) -> Iterator[type]:
    """A TypedDict, and those within: the plane's answers don't hold themselves."""
    inner = get_args(kind)
    if is_typeddict(kind):
        yield kind
        inner = tuple(get_type_hints(kind).values())
    for each in inner:
        yield from _typed_dicts(each)
