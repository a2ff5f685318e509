"""All commands, put together. Each is a module of its own."""

from __future__ import annotations

import typer

from batchplane.cli import _exit_code
from batchplane.cli._dead_letters import dead_letters
from batchplane.cli._definitions import definitions
from batchplane.cli._delete import delete
from batchplane.cli._describe import describe
from batchplane.cli._docs import docs
from batchplane.cli._ending import cancel, terminate
from batchplane.cli._environment import environment, whoami
from batchplane.cli._files import inputs, outputs
from batchplane.cli._group import CommandGroup
from batchplane.cli._list import list_jobs
from batchplane.cli._logs import logs
from batchplane.cli._queues import queues
from batchplane.cli._rerun import rerun
from batchplane.cli._submit import submit
from batchplane.cli._terminal import Terminal
from batchplane.cli._wait import wait

app = typer.Typer(
    cls=CommandGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    # Plain help: a "[" in it is no markup.
    rich_markup_mode=None,
    epilog="\b\nExit codes:\n" + (_exit_code.__doc__ or "").partition("\n\n")[2],
)


@app.callback()
def batchplane(context: typer.Context) -> None:
    """Submit jobs to AWS Batch through a Batchplane plane, and see what becomes of them.

    The plane is the one that BATCHPLANE_URL names, else the embedded one of this user (see 'batchplane local').
    """
    context.obj = context.obj or Terminal()


app.command("submit", context_settings={"allow_interspersed_args": False})(submit)
app.command("list")(list_jobs)
app.command("describe")(describe)
app.command("logs")(logs)
app.command("queues")(queues)
app.command("wait")(wait)
app.command("cancel")(cancel)
app.command("terminate")(terminate)
app.command("whoami")(whoami)
app.command("environment")(environment)
app.command("rerun")(rerun)
app.command("inputs")(inputs)
app.command("outputs")(outputs)
app.command("delete")(delete)
app.command("docs")(docs)
app.add_typer(definitions, name="definitions")
app.add_typer(dead_letters, name="dead-letters")
