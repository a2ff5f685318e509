"""`batchplane rerun`."""

from __future__ import annotations

from typing import Annotated

import typer

from batchplane.cli._options import JobId, Json
from batchplane.cli._terminal import Terminal


def rerun(
    context: typer.Context,
    job: JobId,
    everything: Annotated[
        bool, typer.Option("--all", help="All children of an array, not only those that failed.")
    ] = False,
    idempotency_key: Annotated[str | None, typer.Option(help="The same key runs it again once.")] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until the new job has finished.")] = False,
    as_json: Json = False,
) -> None:
    """Run a job that is over again as a new job; of an array only the children that failed. Prints the new job's id."""
    terminal: Terminal = context.obj
    with terminal.connect() as client:
        again = client.job(job).rerun(everything=everything, idempotency_key=idempotency_key)
        raise typer.Exit(terminal.accepted(again, client=client, wait=wait, as_json=as_json))
