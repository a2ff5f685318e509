"""`batchplane cancel` and `batchplane terminate`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer

from batchplane._client import Client
from batchplane._job import Job
from batchplane._job_list import JobFilter
from batchplane.cli._exit_code import ExitCode
from batchplane.cli._moment import moment
from batchplane.cli._one_by_one import find_all, one_by_one
from batchplane.cli._options import Json, pairs
from batchplane.cli._selection import Wish, end_by_selection
from batchplane.cli._terminal import Terminal

Jobs = Annotated[list[str] | None, typer.Argument(metavar="JOB[:INDEX]...", help="The jobs to end; or select them.")]
Reason = Annotated[str, typer.Option("--reason", help="Why. AWS Batch is told it, after who asked.")]
Tag = Annotated[list[str] | None, typer.Option(metavar="NAME=VALUE", help="End those with this tag; repeatable.")]
Name = Annotated[str | None, typer.Option(metavar="BEGINNING", help="End those whose names begin so, in any case.")]
Queue = Annotated[str | None, typer.Option("--job-queue", help="End those of this job queue.")]
Statuses = Annotated[list[str] | None, typer.Option("--status", help="End those in this status; repeatable.")]
Since = Annotated[
    str | None,
    typer.Option("--since", "--newer-than", metavar="TIME", help="End those created then or later: 2h, 7d, or a time."),
]
Until = Annotated[
    str | None,
    typer.Option("--until", "--older-than", metavar="TIME", help="End those created earlier: 2h, 7d, or a time."),
]
Everything = Annotated[bool, typer.Option("--all", help="End all that are not over.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show which would end, and end none.")]
Yes = Annotated[bool, typer.Option("--yes", help="Don't ask first.")]


def _command(word: str, help_text: str) -> Callable[..., None]:
    """The command of this name; both take the same options."""

    def end(
        context: typer.Context,
        jobs: Jobs = None,
        reason: Reason = "",
        tag: Tag = None,
        name: Name = None,
        job_queue: Queue = None,
        status: Statuses = None,
        since: Since = None,
        until: Until = None,
        everything: Everything = False,
        dry_run: DryRun = False,
        yes: Yes = False,
        as_json: Json = False,
    ) -> None:
        terminal: Terminal = context.obj
        selecting = (tag, name, job_queue, status, since, until, everything, dry_run)
        if jobs and any(selecting):
            raise typer.BadParameter(
                "jobs are named by their ids, or selected by options, not both: --reason goes with ids"
            )
        if not jobs and not any(selecting):
            raise typer.BadParameter("name jobs by their ids, or select them (--tag, --name, --older-than, --all, …)")
        with terminal.connect() as client:
            if jobs:
                raise typer.Exit(_end(terminal, client, jobs, word, reason=reason, as_json=as_json))
            wanted = JobFilter(
                status=[each.upper() for each in status or ()],
                name_prefix=name,
                tags=pairs(tag or (), "--tag"),
                created_from=moment(since, "--since (--newer-than)", now=client.clock.now()),
                created_before=moment(until, "--until (--older-than)", now=client.clock.now()),
            )
            wish = Wish(
                word=word,
                wanted=wanted,
                queue=job_queue,
                everything=everything,
                reason=reason,
                dry_run=dry_run,
                yes=yes,
            )
            raise typer.Exit(end_by_selection(terminal, client, wish, as_json=as_json))

    end.__doc__ = help_text
    return end


def _end(terminal: Terminal, client: Client, jobs: list[str], word: str, *, reason: str, as_json: bool) -> ExitCode:
    def act(job: Job) -> tuple[dict[str, Any], str]:
        ended = job.cancel(reason) if word == "cancel" else job.terminate(reason)
        return {"asked": ended.asked, "detail": ended.detail, "job": ended.document}, ended.detail

    found = find_all(terminal, client, jobs, done="ended")
    return one_by_one(terminal, found, act, done="ended", as_json=as_json)


_SELECTION = """

    Jobs are named by their ids; or selected, and then shown before you are asked whether to end them."""
cancel = _command(
    "cancel",
    f"End jobs that have not started, an array with all its children; one that runs is told to terminate.{_SELECTION}",
)
terminate = _command("terminate", f"End jobs in whatever status they are, an array with all its children.{_SELECTION}")
