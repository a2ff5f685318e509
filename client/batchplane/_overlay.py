"""A SubmitJob document with another laid over it, whichever forms each of them says things in. Pure.

The plane takes each thing in one form only: what the one above says, in short (`vcpus`) or in AWS Batch's own members
(`resourceRequirements`), is taken out of the one below in every form. What can't be read stays, for the plane to name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from batchplane._submission import AUTOMATIC

#: What each short form of a resource asks for; two of them are also AWS Batch's own deprecated members.
_TYPES = {"vcpus": "VCPU", "memory": "MEMORY", "gpus": "GPU"}
_OVERRIDES = "containerOverrides"
_REQUIREMENTS = "resourceRequirements"


def laid_over(document: Mapping[str, Any], options: Mapping[str, Any], *, keeps_memory: bool) -> dict[str, Any]:
    """A document from elsewhere with options over it.

    It keeps the memory that it asks for from being made automatic where nobody asked for that.
    """
    if keeps_memory and options.get("memory") == AUTOMATIC and "memory" in _said(document):
        options = {name: value for name, value in options.items() if name != "memory"}
    return merged(document, options)


def merged(document: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """A document with another laid over it, member by member where both have objects.

    Of two lists of variables each name is a member, and of resource requirements each type.
    """
    together = _members(_without(document, _said(over)), over)
    below, above = _variables(document), _variables(over)
    if not (below and above):
        return together
    if "environment" in over:
        return together | {"environment": below | above}
    listed = [{"name": name, "value": value} for name, value in (below | above).items()]
    return together | {_OVERRIDES: together[_OVERRIDES] | {"environment": listed}}


def _members(document: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    shared: dict[str, Any] = {
        name: _members(document[name], over[name])
        for name in over
        if isinstance(over[name], Mapping) and isinstance(document.get(name), Mapping)
    }
    under, required = document.get(_REQUIREMENTS), over.get(_REQUIREMENTS)
    if isinstance(under, list) and isinstance(required, list):
        shared[_REQUIREMENTS] = [*_left(under, set(_by(required, "type"))), *required]
    return {**document, **over, **shared}


def _said(document: Mapping[str, Any]) -> set[str]:
    """What a document says of a job's one container, by its names in short."""
    overrides = _object(document.get(_OVERRIDES))
    required = _by(overrides.get(_REQUIREMENTS), "type")
    named = {"command", "environment", *_TYPES}
    return {name for name in named if name in document or name in overrides or _TYPES.get(name) in required}


def _without(document: Mapping[str, Any], said: set[str]) -> dict[str, Any]:
    """A document that says nothing of these, in any form."""
    kept = {name: value for name, value in document.items() if name not in said}
    if not isinstance(document.get(_OVERRIDES), Mapping):
        return kept
    overrides = {name: value for name, value in document[_OVERRIDES].items() if name not in said}
    if isinstance(overrides.get(_REQUIREMENTS), list):
        overrides[_REQUIREMENTS] = _left(overrides[_REQUIREMENTS], {_TYPES[name] for name in said & set(_TYPES)})
    return kept | {_OVERRIDES: overrides}


def _left(requirements: list[Any], types: set[str]) -> list[Any]:
    """Those of other types, and those that can't be read."""
    return [each for each in requirements if not (isinstance(each, Mapping) and each.get("type") in types)]


def _variables(document: Mapping[str, Any]) -> dict[str, Any]:
    """The variables of a job's one container, in whichever form."""
    listed = _by(_object(document.get(_OVERRIDES)).get("environment"), "name")
    return {name: each.get("value") for name, each in listed.items()} | _object(document.get("environment"))


def _by(listed: Any, key: str) -> dict[str, Any]:
    """Members of a list by their name or type; none of what can't be read, which the plane explains."""
    members = listed if isinstance(listed, list) else []
    return {str(each[key]): each for each in members if isinstance(each, Mapping) and key in each}


def _object(member: Any) -> dict[str, Any]:
    return dict(member) if isinstance(member, Mapping) else {}
