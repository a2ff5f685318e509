"""What does not fit into a request to AWS Batch, and is read by the job's runner from the IOBucket. Does no I/O.

Of the container's overrides the environment goes first, and the command where that is not enough: nobody else needs to
know them. All else Batch itself must be told. A command that says `Ref::name` stays: only Batch knows all parameters.
https://docs.aws.amazon.com/batch/latest/userguide/job_definition_parameters.html#parameters
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from controlplane.deployment import JobDefinition
from controlplane.errors import Violation

#: AWS Batch refuses a longer request at once (bytes of JSON).
MAX_REQUEST_BYTES = 30 * 1024
#: ECS refuses longer overrides after Batch has accepted the job, and the job fails (characters of JSON).
MAX_OVERRIDES_CHARACTERS = 8192
#: Room kept in both for what the plane adds: ARNs, our id, Batch's ids, three variables of the runner (characters).
PLANE_ROOM = 1024
#: DynamoDB's bound on an item is 400 KB; this is what a document may take of it, with its inputs (bytes of JSON).
MAX_DOCUMENT_BYTES = 300 * 1024
#: Linux starts no process with a longer argument or variable, NAME=VALUE (bytes). https://man7.org/linux/man-pages/man2/execve.2.html
MAX_STRING_BYTES = 128 * 1024 - 1
_OVERRIDES = "containerOverrides"
#: What may go, the first alone where that is enough.
_SPILLED = ("environment", "command")
_PARAMETER = "Ref::"
_REQUEST_ROOM = MAX_REQUEST_BYTES - PLANE_ROOM
_OVERRIDES_ROOM = MAX_OVERRIDES_CHARACTERS - PLANE_ROOM


def spilled(document: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the overrides' members that the runner must read, for Batch can't be told them; none where all fits.

    Args:
        document: SubmitJob's members, and `inputs`, of a job whose definition carries the runner.
    """
    gone: dict[str, Any] = {}
    for name in _SPILLED:
        if not _too_large(without(document, gone)):
            break
        member = document.get(_OVERRIDES, {}).get(name)
        if member and not (name == "command" and any(_PARAMETER in word for word in member)):
            gone[name] = member
    return gone


def without(document: Mapping[str, Any], gone: Iterable[str]) -> dict[str, Any]:
    """The document as Batch is told it: without these members of the overrides, and without what is ours."""
    told = {name: member for name, member in document.items() if name not in ("inputs", _OVERRIDES)}
    left = {name: member for name, member in document.get(_OVERRIDES, {}).items() if name not in set(gone)}
    return told | ({_OVERRIDES: left} if left else {})


def size_violations(document: Mapping[str, Any], definition: JobDefinition | None) -> Iterable[Violation]:
    """What of a document is too large: as a whole, and of what Batch must be told."""
    taken = _length(document)
    if taken <= _OVERRIDES_ROOM:  # so is all of it that Batch is told: most documents are measured this once
        return
    if taken > MAX_DOCUMENT_BYTES:
        yield Violation(field="body", bound=f"a document of at most {MAX_DOCUMENT_BYTES} bytes", value=taken)
    runner = definition is not None and definition.runner
    gone = spilled(document) if runner else {}
    for field, bound, taken in _too_large(without(document, gone)):
        yield Violation(field=field, bound=f"{bound}: {_why(definition)}", value=taken)
    yield from _long_strings(gone)


def _too_large(told: Mapping[str, Any]) -> list[tuple[str, str, int]]:
    """Every bound of Batch that a request breaks by its size: the field, the bound, what it takes."""
    whole = _length(told)
    if whole <= _OVERRIDES_ROOM:  # so is each of its members
        return []
    found = [("body", f"a document of at most {_REQUEST_ROOM} bytes", whole, _REQUEST_ROOM)]
    by_range = told.get("nodeOverrides", {}).get("nodePropertyOverrides", ())
    fields = (_OVERRIDES, *(f"nodeOverrides.nodePropertyOverrides.{place}.{_OVERRIDES}" for place in range(5)))
    for field, holder in zip(fields, (told, *by_range), strict=False):
        taken = _length(holder.get(_OVERRIDES, {}))
        found.append((field, f"at most {_OVERRIDES_ROOM} characters of JSON", taken, _OVERRIDES_ROOM))
    return [(field, bound, taken) for field, bound, taken, room in found if taken > room]


def _length(document: Mapping[str, Any]) -> int:
    """Characters of JSON, as botocore writes it: blanks and all, in ASCII."""
    return len(json.dumps(document))


def _why(definition: JobDefinition | None) -> str:
    if definition is None or definition.runner:
        return "more than that only the overrides' environment may take, and their command where it says no Ref::"
    return f"job definition {definition.name} doesn't carry the runner, which reads a longer command or environment"


def _long_strings(gone: Mapping[str, Any]) -> Iterable[Violation]:
    words = ((f"command.{place}", word) for place, word in enumerate(gone.get("command", ())))
    variables = (
        (f"environment.{place}", f"{each['name']}={each['value']}")
        for place, each in enumerate(gone.get("environment", ()))
    )
    for member, text in (*words, *variables):
        taken = len(text.encode())
        if taken > MAX_STRING_BYTES:
            bound = f"at most {MAX_STRING_BYTES} bytes, with its name: Linux starts no process with more in one string"
            yield Violation(field=f"{_OVERRIDES}.{member}", bound=bound, value=taken)
