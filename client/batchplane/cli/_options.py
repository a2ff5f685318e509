"""Options and arguments that several commands share, and the reading of NAME=VALUE."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document instead, for scripts.")]
JobId = Annotated[
    str, typer.Argument(metavar="JOB[:INDEX]", help="A job's id; with :INDEX a child, with #INDEX a node of it.")
]


def pairs(given: Iterable[str], option: str) -> dict[str, str]:
    """NAME=VALUE by name. Raises BadParameter."""
    read: dict[str, str] = {}
    for pair in given:
        name, equals, value = pair.partition("=")
        if not (name and equals):
            raise typer.BadParameter(f"{option} must be NAME=VALUE; it is {pair!r}")
        if read.setdefault(name, value) != value:
            raise typer.BadParameter(f"{option} names {name} twice, as {read[name]!r} and as {value!r}: give it once")
    return read
