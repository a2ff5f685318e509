"""`batchplane queues`."""

from __future__ import annotations

from typing import Annotated

import typer

from batchplane.cli._options import Json
from batchplane.cli._queue_tables import line_table, queue_facts, queues_table
from batchplane.cli._terminal import Terminal

Name = Annotated[str | None, typer.Argument(help="One queue, with its line.")]


def queues(context: typer.Context, name: Name = None, as_json: Json = False) -> None:
    """List the job queues with their load; or show one, and where your jobs stand in its line."""
    terminal: Terminal = context.obj
    with terminal.connect() as client:
        if name is None:
            found = client.queues()
            if as_json:
                terminal.json({"queues": [each.document for each in found]})
            else:
                terminal.show(queues_table(found))
            return
        queue = client.queue(name)
    if as_json:
        terminal.json(queue.document)
    else:
        terminal.show(queue_facts(queue), *([line_table(queue.line)] if queue.line else []))
