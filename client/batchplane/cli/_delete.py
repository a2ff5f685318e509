"""`batchplane delete`."""

from __future__ import annotations

from typing import Annotated

import typer

from batchplane._errors import ArgumentInvalid
from batchplane._job import Job
from batchplane.cli._exit_code import ExitCode
from batchplane.cli._one_by_one import find_all, one_by_one
from batchplane.cli._options import Json
from batchplane.cli._terminal import Terminal

Jobs = Annotated[list[str], typer.Argument(metavar="JOB...", help="The jobs to delete; each must be over.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")]


def delete(context: typer.Context, jobs: Jobs, yes: Yes = False, as_json: Json = False) -> None:
    """Delete jobs that are over, with their records and what they left in the IOBucket. Nothing brings them back.

    One that is refused stops no other, and is told of.
    """
    terminal: Terminal = context.obj
    with terminal.connect() as client:
        found = find_all(terminal, client, jobs, done="deleted")
        if not yes:
            _require_agreement(terminal, ", ".join(f"{job.job_id} ({job.name})" for job in found))

        def act(job: Job) -> tuple[dict[str, object], str]:
            with terminal.progress() as tell:
                files = job.delete(progress=lambda files: tell(f"{files} files deleted"))
            return {"jobId": job.job_id, "objects": files}, f"deleted, with {files} files"

        raise typer.Exit(one_by_one(terminal, found, act, done="deleted", as_json=as_json))


def _require_agreement(terminal: Terminal, names: str) -> None:
    """Go on if somebody says yes. Raises ArgumentInvalid where nobody can be asked."""
    agreed = terminal.agrees(f"Delete {names}, with all that they left?")
    if agreed is None:
        raise ArgumentInvalid(f"{names} would be deleted, and nobody can be asked: say --yes")
    if not agreed:
        terminal.say("Nothing was deleted.")
        raise typer.Exit(ExitCode.ERROR)
