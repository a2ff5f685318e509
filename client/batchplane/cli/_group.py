"""The group of all commands: finds those of other parts, and turns an error into one line and an exit code.

Other parts add theirs under the entry point group `batchplane.commands`: each entry is a `typer.Typer`, its name is the
command's, and by convention also that of the extra which installs what it needs. One is imported when it is called, or
when the help lists it.
"""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from batchplane._errors import BatchplaneError
from batchplane.cli._exit_code import of_error
from batchplane.cli._words import printable

ENTRY_POINTS = "batchplane.commands"


class CommandGroup(TyperGroup):
    """All commands of `batchplane`."""

    # Typer keeps the types of contexts and commands to itself: hence Any.
    def list_commands(self, ctx: Any) -> list[str]:
        """Every command's name: our own first."""
        own = super().list_commands(ctx)
        return own + sorted(entry.name for entry in entry_points(group=ENTRY_POINTS) if entry.name not in own)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of this name, imported if it is another part's."""
        own = super().get_command(ctx, cmd_name)
        if own is not None:
            return own
        found = entry_points(group=ENTRY_POINTS, name=cmd_name)
        return _load(next(iter(found))) if found else None

    def invoke(self, ctx: Any) -> Any:
        """Run the command. The only place where an error becomes a line on stderr and an exit code."""
        try:
            return super().invoke(ctx)
        except BatchplaneError as error:
            raise _told(error) from error
        except ModuleNotFoundError as error:
            if ctx.invoked_subcommand in self.commands:
                raise
            # Another part may import what it needs as late as we import it.
            raise _told(_incomplete(ctx.invoked_subcommand, error)) from error


def _told(error: BatchplaneError) -> typer.Exit:
    typer.echo(f"batchplane: {printable(error)}", err=True)
    return typer.Exit(of_error(error))


def _incomplete(name: str, error: ImportError) -> BatchplaneError:
    return BatchplaneError(f"the command {name!r} needs more than the client ({error}): {_advice(name)}")


def _advice(name: str) -> str:
    return f"pip install 'batchplane[{name}]'"


def _load(entry: EntryPoint) -> Any:
    try:
        return get_command(entry.load())
    except ImportError as error:
        return _unavailable(entry.name, _incomplete(entry.name, error))


def _unavailable(name: str, error: BatchplaneError) -> TyperCommand:
    """A command that says what is missing: the help still lists it, and only calling it fails."""

    def explain() -> None:
        raise error

    return TyperCommand(
        name=name,
        callback=explain,
        help=f"Not installed: {_advice(name)}",
        context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
    )
