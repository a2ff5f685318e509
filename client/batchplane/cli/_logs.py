"""`batchplane logs`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, Any

import typer

from batchplane._errors import ArgumentInvalid
from batchplane._job import Job
from batchplane._log import LogLine
from batchplane.cli._options import JobId
from batchplane.cli._terminal import Terminal

Follow = Annotated[bool, typer.Option("--follow", "-f", help="Print lines as they come, until the job ends.")]


def logs(
    context: typer.Context,
    job: JobId,
    attempt: Annotated[int | None, typer.Option(min=1, max=10, help="Which attempt; the last unless given.")] = None,
    follow: Follow = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document instead; with --follow, one on each line.")
    ] = False,
) -> None:
    """Print what a job printed. Of an array job, each line of each child after the child's index; so of nodes.

    To a terminal, control characters are shown instead of obeyed; elsewhere lines are as the job wrote them.
    """
    terminal: Terminal = context.obj
    with terminal.connect() as client:
        found = client.job(job)
        lines = _lines(found, attempt=attempt, follow=follow)
        if as_json and not follow:
            listed = [_to_wire(printer, line) for printer, line in lines]
            terminal.json({"lines": listed} if listed else {"lines": listed, "detail": _why_empty(found)})
            return
        is_empty = True
        for printer, line in lines:
            is_empty = False
            if as_json:
                terminal.json(_to_wire(printer, line), on_one_line=True)
            else:
                terminal.line(line.message if printer.job_id == job else f"[{printer.index}] {line.message}")
        if is_empty:
            terminal.say(_why_empty(found))


def _why_empty(job: Job) -> str:
    """Why there is no line, as far as the plane knows by now."""
    job.refresh()
    if job.size is not None or job.num_nodes is not None:
        parts = "child" if job.num_nodes is None else "node"
        return f"No {parts} of {job.job_id} has printed anything; it is {job.status}."
    has_run = job.record.started_at is not None or any(each.started_at for each in job.attempts)
    if has_run:
        return f"{job.job_id} has printed nothing; it is {job.status}."
    if job.is_in_progress:
        return f"{job.job_id} has not run yet, and its log begins when it does; it is {job.status}."
    reason = f": {job.status_reason}" if job.status_reason else ""
    return f"{job.job_id} has never run, and so has no log; it is {job.status}{reason}"


def _lines(job: Job, *, attempt: int | None, follow: bool) -> Iterator[tuple[Job, LogLine]]:
    """Each line with the job that printed it."""
    if follow and job.size is not None:
        raise ArgumentInvalid(f"{job.job_id} is an array job: follow one of its children, such as {job.job_id}:0")
    if follow and job.num_nodes is not None:
        raise ArgumentInvalid(f"{job.job_id} is a multi-node job: follow one of its nodes, such as {job.job_id}#0")
    for printer in _printers(job):
        for line in printer.follow_log(attempt) if follow else printer.log(attempt):
            yield printer, line


def _printers(job: Job) -> Iterable[Job]:
    """The jobs that print: children, nodes, or the job itself."""
    if job.num_nodes is not None:
        return job.nodes()
    return [job] if job.size is None else job.children()


def _to_wire(job: Job, line: LogLine) -> dict[str, Any]:
    milliseconds = None if line.timestamp is None else round(line.timestamp.timestamp() * 1000)
    return {"jobId": job.job_id, "timestamp": milliseconds, "message": line.message}
