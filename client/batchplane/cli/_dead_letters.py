"""`batchplane dead-letters list` and `batchplane dead-letters replay`, for operators."""

from __future__ import annotations

from typing import Annotated

import typer

from batchplane._dead_letters import Replayed
from batchplane.cli._options import Json
from batchplane.cli._tables import dead_letters_table
from batchplane.cli._terminal import Terminal

dead_letters = typer.Typer(
    help="Messages that the plane has given up: see them, send them back. For operators.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@dead_letters.command("list")
def list_dead_letters(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, max=50, help="How many of each queue at most.")] = 20,
    as_json: Json = False,
) -> None:
    """List what was given up, newest first: which queue, when it was sent, how often received, why.

    On AWS a letter may be missing while somebody else looks or replays: a queue is no list.
    """
    terminal: Terminal = context.obj
    with terminal.connect() as client:
        found = client.dead_letters(limit=limit)
    if as_json:
        terminal.json(found.document)
    elif found.letters:
        terminal.show(dead_letters_table(found.letters))
    if found.more:
        terminal.say(f"There are more: no more than {limit} of each queue are shown. See --limit.")
    elif not found.letters and not as_json:
        terminal.say("There are no dead letters.")


@dead_letters.command("replay")
def replay_dead_letters(context: typer.Context, as_json: Json = False) -> None:
    """Send everything back that was given up until now. Harmless: what was done already changes nothing.

    What fails again comes to lie there again, with its reason.
    """
    terminal: Terminal = context.obj
    with terminal.connect() as client, terminal.progress() as tell:
        done = client.replay_dead_letters(progress=lambda so_far: tell(_words(so_far)))
    if as_json:
        terminal.json({"replayed": done.counts, "more": done.more})
    else:
        terminal.line(_words(done))
    if done.more:
        terminal.say("Some may be left that could not be had now: replay again in a minute.")


def _words(done: Replayed) -> str:
    of_each = ", ".join(f"{count} {queue}" for queue, count in done.counts.items() if count)
    return f"{done.total} sent back" + (f": {of_each}" if of_each else "")
