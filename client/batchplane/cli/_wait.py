"""`batchplane wait`."""

from __future__ import annotations

from typing import Annotated

import typer

from batchplane.cli._exit_code import of_jobs
from batchplane.cli._options import Json
from batchplane.cli._tables import jobs_table
from batchplane.cli._terminal import Terminal


def wait(
    context: typer.Context,
    jobs: Annotated[list[str], typer.Argument(metavar="JOB[:INDEX]...", help="The jobs to wait for.")],
    timeout: Annotated[float | None, typer.Option(min=0, help="How long to wait at most, in seconds.")] = None,
    as_json: Json = False,
) -> None:
    """Wait for jobs to finish. Exits with 0 if all SUCCEEDED, 3 if one FAILED, 7 if one is lost, 124 if too late."""
    terminal: Terminal = context.obj
    with terminal.connect() as client:
        waited = [client.job(job) for job in jobs]
        terminal.wait(waited, client=client, timeout=timeout)
        if as_json:
            terminal.json(terminal.documents(waited))
        else:
            terminal.show(jobs_table(waited, now=client.clock.now()))
    raise typer.Exit(of_jobs(waited))
