"""Reading what the quick reading refuses: what Batch says in another way than it documents. Does no I/O.

The quick reading goes from bytes to a typed document and takes what is documented. What it refuses is read again here,
at leisure: a member that is null is one left out, and so is a time of 0; a whole number may be written as a float; and
a status may be one that this version does not know. What is refused here too can't be read, and says why.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from controlplane.errors import EventMalformed, shown
from controlplane.job import Status

_TIMES = ("createdAt", "startedAt", "stoppedAt")
#: Where msgspec says that a document is wrong: "… - at `$.detail.attempts[0].startedAt`".
_PLACE = re.compile(r" - at `\$(.*)`$")
_STEP = re.compile(r"\.([\w-]+)|\[(\d+)\]")

Typed = TypeVar("Typed")


def read_again(document: Any, typed: type[Typed], *, what: str) -> Typed:
    """Read a parsed document as a type of msgspec's. Raises EventMalformed, naming the member, its bound and value."""
    try:
        return msgspec.convert(_plain(document), typed)
    except msgspec.ValidationError as error:
        raise EventMalformed(f"not {what}: {error}{_said(document, str(error))}") from error
    except RecursionError as error:
        raise EventMalformed(f"not {what}: it is nested too deeply") from error


def apart_from_status(detail: Mapping[str, Any]) -> tuple[Mapping[str, Any], str | None]:
    """A JobDetail, and apart from it the status that this version does not know, if so: SUBMITTED stands there then."""
    status = detail.get("status")
    if not isinstance(status, str) or not status or status in Status.__members__:
        return detail, None
    return {**detail, "status": Status.SUBMITTED.value}, status


def _plain(value: Any, name: str = "") -> Any:
    """The same document, said as Batch documents it."""
    if isinstance(value, Mapping):
        members = {key: _plain(member, key) for key, member in value.items()}
        return {key: member for key, member in members.items() if not _is_absent(key, member)}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _is_absent(name: str, member: Any) -> bool:
    return member is None or (member == 0 and name in _TIMES)


def _said(document: Any, complaint: str) -> str:
    """The value that a complaint is about, where there is one."""
    place = _PLACE.search(complaint)
    value = document
    for name, index in _STEP.findall(place.group(1)) if place else ():
        try:
            value = value[name] if name else value[int(index)]
        except (KeyError, IndexError, TypeError):
            return ""
    return f"; it is {shown(value)}" if place else ""
