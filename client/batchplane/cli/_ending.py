"""`batchplane cancel` and `batchplane terminate`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from batchplane._ended import Ended
from batchplane._job import Job
from batchplane.cli._options import Json
from batchplane.cli._terminal import Terminal

Jobs = Annotated[list[str], typer.Argument(metavar="JOB[:INDEX]...", help="The jobs to end.")]
Reason = Annotated[str, typer.Option("--reason", help="Why. AWS Batch is told it, after who asked.")]


def cancel(context: typer.Context, jobs: Jobs, reason: Reason = "", as_json: Json = False) -> None:
    """End jobs that have not started, an array with all its children; one that runs is told to terminate."""
    _end(context.obj, jobs, lambda job: job.cancel(reason), as_json=as_json)


def terminate(context: typer.Context, jobs: Jobs, reason: Reason = "", as_json: Json = False) -> None:
    """End jobs in whatever status they are, an array with all its children."""
    _end(context.obj, jobs, lambda job: job.terminate(reason), as_json=as_json)


def _end(terminal: Terminal, jobs: list[str], end: Callable[[Job], Ended], *, as_json: bool) -> None:
    answers = []
    with terminal.connect() as client:
        for job_id in jobs:
            ended = end(client.job(job_id))
            answers.append({"asked": ended.asked, "detail": ended.detail, "job": ended.document})
            if not as_json:
                terminal.line(f"{job_id}: {ended.detail}")
    if as_json:
        terminal.json({"ended": answers})
