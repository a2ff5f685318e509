"""What each parameter means, wherever it stands; bounds and defaults are the routes' own. Does no I/O."""

from __future__ import annotations

from typing import Any

from controlplane.edge.openapi.job import JOB_ID_EXAMPLE

#: By name: what it is, and an example.
_MEANINGS: dict[str, tuple[str, Any]] = {
    "jobId": ("The plane's own id of a job.", JOB_ID_EXAMPLE),
    "index": ("Of a child, counted from 0.", 7),
    "node": ("Index of a node, counted from 0.", 1),
    "Idempotency-Key": (
        "The same key and body give the same job (200); another body is a conflict (409). 1 to 255 characters.",
        "2026-11-21-compress-data",
    ),
    "limit": ("Most of them in one answer.", 10),
    "cursor": ("Where the page before ended: its `cursor`.", None),
    "first": ("The index to begin with.", 0),
    "after": ("Where the page before ended: its `cursor`.", None),
    "attempt": ("Which one, counted from 1; the last where it is left out.", 1),
    "wait": ("Seconds to wait for lines, or for the end; without it the answer is what there is now.", 20),
    "status": ("A status; where several may be given, any of them will do.", None),
    "owner": (
        "Whose jobs: the caller's own where it is left out, `*` for everybody's, `-` for those that nobody submitted"
        " through the plane. Another's are for operators, and for all where the deployment opens reading.",
        "user/ada",
    ),
    "name": ("Its short name, as submissions say it; or its full one.", "default"),
    "timeout": ("Longest wait, in seconds.", 25),
    "jobQueue": ("Of this queue: its short name, name or ARN.", "default"),
    "type": ("Of any of these types.", None),
    "namePrefix": ("Names that begin so; case is ignored.", "comp"),
    "tag": ("NAME=VALUE: submitted with this tag; all must hold.", None),
    "createdFrom": ("Created then or later, in epoch milliseconds.", 1_795_000_000_000),
    "createdBefore": ("Created earlier, in epoch milliseconds.", 1_795_000_000_000),
}


def described(parameter: dict[str, Any]) -> dict[str, Any]:
    """A parameter with its meaning, and without what no query can carry: null."""
    name = parameter["name"].title() if parameter["in"] == "header" else parameter["name"]
    meaning, example = _MEANINGS.get(name, (None, None))
    schema = _without_null(parameter["schema"])
    description = parameter.get("description") or meaning
    told = {"description": description} if description else {}
    shown = {} if example is None else {"example": example}
    return parameter | {"name": name, "schema": schema} | told | shown


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema for what may be left out: a parameter can be absent, and can't be null."""
    rest = {name: value for name, value in schema.items() if name not in ("anyOf", "title", "description")}
    kinds = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
    return rest | (kinds[0] if len(kinds) == 1 else {"anyOf": kinds} if kinds else {})
