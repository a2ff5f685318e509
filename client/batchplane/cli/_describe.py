"""`batchplane describe`."""

from __future__ import annotations

import typer

from batchplane.cli._options import JobId, Json
from batchplane.cli._tables import describe_tables
from batchplane.cli._terminal import Terminal


def describe(context: typer.Context, job: JobId, as_json: Json = False) -> None:
    """Describe a job: its properties, its attempts, and each status it went through."""
    terminal: Terminal = context.obj
    with terminal.connect() as client:
        found = client.job(job)
        if as_json:
            terminal.json(found.document)
        else:
            terminal.show(*describe_tables(found, now=client.clock.now()))
