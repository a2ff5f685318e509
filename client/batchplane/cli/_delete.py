"""`batchplane delete`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import typer

from batchplane._errors import ArgumentInvalid, PlaneRefused
from batchplane._job import Job
from batchplane.cli._exit_code import ExitCode, of_error
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
        found = [client.job(job_id) for job_id in jobs]
        if not yes:
            _require_agreement(terminal, ", ".join(f"{job.job_id} ({job.name})" for job in found))
        raise typer.Exit(_delete(terminal, found, as_json=as_json))


def _delete(terminal: Terminal, jobs: Iterable[Job], *, as_json: bool) -> ExitCode:
    """Delete them one by one. What was done is told whatever ends it."""
    deleted: list[dict[str, object]] = []
    refused: list[dict[str, object]] = []
    code = ExitCode.DONE
    try:
        for job in jobs:
            try:
                with terminal.progress() as tell:
                    files = job.delete(progress=lambda files: tell(f"{files} files deleted"))
            except PlaneRefused as error:
                refused.append({"jobId": job.job_id, "status": error.status, "detail": str(error)})
                terminal.say(f"{job.job_id}: not deleted: {error}")
                code = code or of_error(error)
                continue
            deleted.append({"jobId": job.job_id, "objects": files})
            if not as_json:
                terminal.line(f"{job.job_id}: deleted, with {files} files")
    finally:
        if as_json:
            terminal.json({"deleted": deleted, "refused": refused})
    return code


def _require_agreement(terminal: Terminal, names: str) -> None:
    """Go on if somebody says yes. Raises ArgumentInvalid where nobody can be asked."""
    agreed = terminal.agrees(f"Delete {names}, with all that they left?")
    if agreed is None:
        raise ArgumentInvalid(f"{names} would be deleted, and nobody can be asked: say --yes")
    if not agreed:
        terminal.say("Nothing was deleted.")
        raise typer.Exit(ExitCode.ERROR)
