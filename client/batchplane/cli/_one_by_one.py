"""Doing one thing to each of several jobs. What is refused stops no other; what was done is told whatever ends it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from batchplane._client import Client
from batchplane._errors import JobNotFound, PlaneRefused
from batchplane._job import Job
from batchplane.cli._exit_code import ExitCode, of_error
from batchplane.cli._terminal import Terminal

#: Does it, and returns what to tell of it: as a document, and as a line.
Act = Callable[[Job], tuple[Mapping[str, Any], str]]


def find_all(terminal: Terminal, client: Client, job_ids: Sequence[str], *, done: str) -> list[Job]:
    """Find them before anything is done to the first, so that a wrong id stops all. Raises JobNotFound."""
    try:
        return [client.job(job_id) for job_id in job_ids]
    except JobNotFound:
        if len(job_ids) > 1:
            terminal.say(f"No job was {done}, for one of them can't be found.")
        raise


def one_by_one(terminal: Terminal, jobs: Iterable[Job], act: Act, *, done: str, as_json: bool) -> ExitCode:
    """Do it to each job; `done` says in a word what they are then ("deleted").

    As JSON all is one document: what was done under that word, and under `refused` what was not. Returns the exit code
    of the first refusal, if there is any. What is no refusal of one job (a plane that does not answer) ends it.
    """
    told: list[Mapping[str, Any]] = []
    refused: list[Mapping[str, Any]] = []
    code = ExitCode.DONE
    try:
        for job in jobs:
            try:
                document, line = act(job)
            except PlaneRefused as error:
                refused.append({"jobId": job.job_id, "status": error.status, "detail": str(error)})
                terminal.say(f"{job.job_id}: not {done}: {error}")
                code = code or of_error(error)
            else:
                told.append(document)
                if not as_json:
                    terminal.line(f"{job.job_id}: {line}")
    finally:
        if as_json:
            terminal.json({done: told, "refused": refused})
    return code
