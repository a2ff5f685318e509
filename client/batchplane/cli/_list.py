"""`batchplane list`."""

from __future__ import annotations

from typing import Annotated

import typer

from batchplane._job_list import EVERY_OWNER
from batchplane.cli._moment import moment
from batchplane.cli._options import Json, pairs
from batchplane.cli._tables import jobs_table
from batchplane.cli._terminal import Terminal

#: The types as the plane writes them, for whatever case people write them in.
_TYPES = {name.lower(): name for name in ("Single", "Array", "MultiNode")}
_Many = list[str] | None


def list_jobs(
    context: typer.Context,
    owner: Annotated[str | None, typer.Option(metavar="NAME", help="Another owner's jobs, for operators.")] = None,
    everyone: Annotated[bool, typer.Option("--everyone", help="Everybody's jobs, for operators.")] = False,
    job_queue: Annotated[str | None, typer.Option(help="Only jobs of this queue.")] = None,
    status: Annotated[_Many, typer.Option(help="Only jobs in this status; repeatable.")] = None,
    name: Annotated[str | None, typer.Option(metavar="PREFIX", help="Only jobs whose name begins so.")] = None,
    job_type: Annotated[_Many, typer.Option("--type", help="Single, Array or MultiNode; repeatable.")] = None,
    tag: Annotated[_Many, typer.Option(metavar="NAME=VALUE", help="Only jobs with this tag; repeatable.")] = None,
    since: Annotated[str | None, typer.Option(metavar="TIME", help="Created then or later: 2h, 7d, or a time.")] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="Created earlier: 2h, 7d, or a time.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many jobs at most.")] = 50,
    as_json: Json = False,
) -> None:
    """List your jobs, newest first."""
    terminal: Terminal = context.obj
    if everyone and owner is not None:
        raise typer.BadParameter("--everyone and --owner exclude each other")
    with terminal.connect() as client:
        found = client.jobs(
            job_queue,
            limit,
            owner=EVERY_OWNER if everyone else owner,
            status=[each.upper() for each in status or ()],
            type=[_TYPES.get(each.lower(), each) for each in job_type or ()],
            name_prefix=name,
            tags=pairs(tag or (), "--tag"),
            created_from=moment(since, "--since", now=client.clock.now()),
            created_before=moment(until, "--until", now=client.clock.now()),
        )
        jobs = list(found)
        if as_json:
            terminal.json(terminal.documents(jobs))
        elif jobs:
            terminal.show(jobs_table(jobs, now=client.clock.now(), with_owner=everyone))
        elif any((owner, everyone, job_queue, status, name, job_type, tag, since, until)):
            terminal.say("There are no such jobs.")
        else:
            terminal.say("There are no jobs. Submit one: batchplane submit -- echo hello")
