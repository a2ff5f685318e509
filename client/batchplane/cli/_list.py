"""`batchplane list`."""

from __future__ import annotations

from typing import Annotated

import typer

from batchplane.cli._options import Json
from batchplane.cli._tables import jobs_table
from batchplane.cli._terminal import Terminal


def list_jobs(
    context: typer.Context,
    job_queue: Annotated[str | None, typer.Option(help="Only jobs of this queue.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many jobs at most.")] = 50,
    as_json: Json = False,
) -> None:
    """List your jobs, newest first."""
    terminal: Terminal = context.obj
    with terminal.connect() as client:
        jobs = list(client.jobs(queue=job_queue, limit=limit))
        if as_json:
            terminal.json(terminal.documents(jobs))
        elif jobs:
            terminal.show(jobs_table(jobs, now=client.clock.now()))
        else:
            terminal.say("There are no jobs. Submit one: batchplane submit -- echo hello")
