"""`batchplane whoami` and `batchplane environment`: who asks, and what the plane offers."""

from __future__ import annotations

import typer

from batchplane.cli._cells import facts_table
from batchplane.cli._options import Json
from batchplane.cli._tables import environment_tables
from batchplane.cli._terminal import Terminal


def whoami(context: typer.Context, as_json: Json = False) -> None:
    """Show whom the plane takes you for, and what that lets you do."""
    terminal: Terminal = context.obj
    with terminal.connect() as client:
        caller, url = client.whoami(), client.url
    if as_json:
        terminal.json(caller.document)
        return
    touches = "every job" if caller.is_operator else "your own jobs"
    reads = "every job" if caller.reads_every_job else "your own jobs"
    facts = {"owner": caller.owner, "plane": url, "reads": reads, "cancels and terminates": touches}
    terminal.show(facts_table((facts | {"operator": "yes" if caller.is_operator else "no"}).items()))


def environment(context: typer.Context, as_json: Json = False) -> None:
    """Show what the plane offers: its IOBucket, and the queues and definitions that jobs may name."""
    terminal: Terminal = context.obj
    with terminal.connect() as client:
        found = client.environment()
    if as_json:
        terminal.json(found.document)
    else:
        terminal.show(*environment_tables(found))
