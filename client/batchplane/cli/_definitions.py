"""`batchplane definitions`."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

import typer
from rich.table import Table

from batchplane._definition import JobDefinition
from batchplane.cli._cells import pairs, table, text
from batchplane.cli._options import Json
from batchplane.cli._terminal import Terminal

_HEADINGS = (
    *("DEFINITION", "STATUS", "RUNNER", "VCPUS", "MEMORY", "GPUS", "ATTEMPTS"),
    *("IMAGE", "COMMAND", "PARAMETERS"),
)


def definitions(context: typer.Context, as_json: Json = False) -> None:
    """List the job definitions that jobs may have, and what a job gets that says nothing else."""
    terminal: Terminal = context.obj
    with terminal.connect() as client:
        found = client.definitions()
    if as_json:
        terminal.json({"definitions": [each.document for each in found]})
    else:
        terminal.show(_table(found))


def _table(found: Iterable[JobDefinition]) -> Table:
    made = table(*_HEADINGS)
    for each in found:
        row = (
            f"{each.name}:{each.revision}",
            each.status,
            "yes" if each.runner else "no",
            each.vcpus,
            f"{each.memory} MiB",
            each.gpus,
            each.attempts,
            each.image,
            shlex.join(each.command) or None,
            pairs(each.parameters, "=") or None,
        )
        made.add_row(*map(text, row))
    return made
