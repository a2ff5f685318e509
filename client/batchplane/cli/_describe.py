"""`batchplane describe`."""

from __future__ import annotations

from typing import Annotated

import typer

from batchplane.cli._options import JobId, Json
from batchplane.cli._tables import describe_tables, history_tables
from batchplane.cli._terminal import Terminal

History = Annotated[bool, typer.Option("--history", help="Each status with its reason, each attempt with its log.")]


def describe(context: typer.Context, job: JobId, history: History = False, as_json: Json = False) -> None:
    """Describe a job: its properties, its attempts, and each status it went through."""
    terminal: Terminal = context.obj
    with terminal.connect() as client:
        found = client.job(job)
        if history:
            told = found.read_history()
            if as_json:
                terminal.json(told.document)
            else:
                terminal.show(*history_tables(told, until=client.clock.now() if found.is_in_progress else None))
        elif as_json:
            terminal.json(found.document)
        else:
            terminal.show(*describe_tables(found, now=client.clock.now()))
