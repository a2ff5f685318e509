"""What every command is given: a plane to speak to, and the ways to answer. The one place that writes to a stream."""

from __future__ import annotations

import json
import sys
import webbrowser
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import typer
from rich.console import Console, RenderableType

from batchplane._client import Client
from batchplane._job import Job
from batchplane._wait import watch
from batchplane.cli._exit_code import ExitCode, of_jobs
from batchplane.cli._words import printable

#: How wide a table may be where no terminal says how wide it is, in characters.
_WIDTH_WITHOUT_TERMINAL = 240


@dataclass(frozen=True, kw_only=True)
class Terminal:
    """stdout for what was asked, stderr for what is said beside it."""

    #: Finds the plane; called by each command that needs one.
    connect: Callable[[], Client] = field(default=Client.discover)
    #: Opens an address in the user's browser; False where there is none.
    browse: Callable[[str], bool] = field(default=webbrowser.open)

    def show(self, *tables: RenderableType) -> None:
        """Print tables for people, an empty line between two."""
        width = None if sys.stdout.isatty() else _WIDTH_WITHOUT_TERMINAL
        console = Console(width=width, highlight=False)
        for at, table in enumerate(tables):
            if at:
                console.print()
            console.print(table)

    def line(self, text: str) -> None:
        """Print a line as it is, or made harmless where a terminal would read it."""
        # color: Typer would strip escapes, but for a pipe a line stays as the job wrote it.
        typer.echo(printable(text) if sys.stdout.isatty() else text, color=True)

    def json(self, document: object, *, on_one_line: bool = False) -> None:
        """Print a JSON document; in ASCII, so that no terminal obeys what stands in it."""
        typer.echo(json.dumps(document, indent=None if on_one_line else 2))

    def say(self, text: str) -> None:
        """Print a line on stderr."""
        typer.echo(printable(text), err=True)

    def agrees(self, question: str) -> bool | None:
        """Ask whoever sits at the terminal; None where nobody does."""
        return typer.confirm(printable(question), err=True) if sys.stdin.isatty() else None

    def documents(self, jobs: Iterable[Job]) -> dict[str, Any]:
        """Several jobs as one JSON document."""
        return {"jobs": [job.document for job in jobs]}

    def wait(self, jobs: Sequence[Job], *, client: Client, timeout: float | None) -> None:
        """Wait for jobs to finish, with progress on stderr where that is a terminal. Raises WaitTimedOut."""
        with self.progress() as tell:
            for _ in watch(jobs, timeout=timeout, clock=client.clock):
                tell(_progress_words(jobs))

    def accepted(self, job: Job, *, client: Client, wait: bool, as_json: bool) -> ExitCode:
        """Tell of a job that was just accepted: its id at once, its end if it is to be waited for, or its document."""
        if not as_json:
            self.line(job.job_id)
        if wait:
            self.wait([job], client=client, timeout=None)
            self.say_end(job)
        if as_json:
            self.json(job.document)
        return of_jobs([job]) if wait else ExitCode.DONE

    def say_end(self, job: Job) -> None:
        """Say how a job that was waited for has ended, and why."""
        self.say(f"{job.job_id} {job.status}" + (f": {job.status_reason}" if job.status_reason else ""))

    @contextmanager
    def progress(self, *, among_lines: bool = False) -> Iterator[Callable[[str], None]]:
        """What is given replaces the last on stderr, where that is a terminal, until the block ends.

        Among lines that are printed meanwhile, only where those don't go to a terminal.
        """
        if not sys.stderr.isatty() or (among_lines and sys.stdout.isatty()):
            yield lambda _: None
            return
        with Console(stderr=True, highlight=False).status("") as status:
            yield lambda words: status.update(words)


def _progress_words(jobs: Sequence[Job]) -> str:
    waiting = [job.status for job in jobs if job.is_in_progress]
    counts = ", ".join(f"{waiting.count(status)} {status}" for status in dict.fromkeys(waiting))
    return f"{len(jobs) - len(waiting)} of {len(jobs)} finished" + (f"; {printable(counts)}" if counts else "")
