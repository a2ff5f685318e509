"""`batchplane outputs` and `batchplane inputs`: list a job's files, or save them into a folder."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from batchplane._job_file import JobFile
from batchplane.cli._options import JobId, Json
from batchplane.cli._terminal import Terminal

To = Annotated[Path | None, typer.Option("--to", metavar="DIR", help="Save them below this folder, by their names.")]


def outputs(context: typer.Context, job: JobId, to: To = None, as_json: Json = False) -> None:
    """List what a job left under outputs/, of an array all children's; or save it."""
    terminal: Terminal = context.obj
    with terminal.connect() as client:
        _tell(terminal, client.job(job).outputs(), to, as_json=as_json)


def inputs(context: typer.Context, job: JobId, to: To = None, as_json: Json = False) -> None:
    """List the files that a job was given; or save them."""
    terminal: Terminal = context.obj
    with terminal.connect() as client:
        _tell(terminal, client.job(job).inputs(), to, as_json=as_json)


def _tell(terminal: Terminal, files: Iterable[JobFile], to: Path | None, *, as_json: bool) -> None:
    told = []
    for file in files:
        saved = None if to is None else file.save_below(to)
        told.append({"name": file.name, "size": file.size} | ({} if saved is None else {"path": str(saved)}))
        if not as_json:
            terminal.line(f"{file.size:>12} {file.name if saved is None else saved}")
    if as_json:
        terminal.json({"files": told})
    elif not told:
        terminal.say("There are no such files.")
