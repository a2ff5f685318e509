"""JSON Schemas in words: a type in a line, with its bounds, and links to the schemas that it names."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from batchplane._api_page._html import Html, element, joined, prose, table

_BOUNDS = {
    "minimum": "at least {}",
    "exclusiveMinimum": "more than {}",
    "maximum": "at most {}",
    "exclusiveMaximum": "less than {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
    "maxProperties": "at most {} members",
    "pattern": "matches {}",
    "default": "default {}",
}


def type_of(schema: Mapping[str, Any]) -> Html:
    """What a value is, in a few words."""
    return joined(_kind(schema), *(f", {bound}" for bound in bounds_of(schema)))


def bounds_of(schema: Mapping[str, Any]) -> list[str]:
    """What it must keep to, beside its type."""
    return [words.format(_value(schema[name])) for name, words in _BOUNDS.items() if schema.get(name) not in (None, [])]


def members(schema: Mapping[str, Any]) -> Html:
    """The members of an object, or the words of an enumeration."""
    if "enum" in schema:
        return element("p", *_codes(schema["enum"]))
    required = schema.get("required", ())
    rows = [
        (
            joined(element("code", name), "" if name in required else element("span", " optional", class_="quiet")),
            type_of(member),
            prose(str(member.get("description", ""))),
        )
        for name, member in schema.get("properties", {}).items()
    ]
    return table(("Member", "Type", "Meaning"), rows) or element("p", type_of(schema))


def _kind(schema: Mapping[str, Any]) -> Html:
    if "$ref" in schema:
        name = str(schema["$ref"]).rpartition("/")[2]
        return element("a", name, href=f"#schema-{name}")
    if "anyOf" in schema:
        return _or([type_of(each) for each in schema["anyOf"]])
    if "enum" in schema or "const" in schema:
        return joined(*_codes(schema.get("enum", [schema.get("const")])))
    if schema.get("type") == "array":
        return joined("list of ", type_of(schema.get("items", {})))
    inner = schema.get("additionalProperties")
    if isinstance(inner, dict):
        return joined("map of ", type_of(inner))
    return Html(element("span", str(schema.get("type", "any value"))))


def _or(kinds: list[Html]) -> Html:
    return joined(*(part for at, kind in enumerate(kinds) for part in ((" or ", kind) if at else (kind,))))


def _codes(values: list[Any]) -> list[Html]:
    return [joined(" " if at else "", element("code", str(each))) for at, each in enumerate(values)]


def _value(value: Any) -> str:
    """A number without a point it doesn't need, any text as it is."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value if isinstance(value, str) else json.dumps(value)
