"""What tables are made of. All text in them is others' own: shown, and never interpreted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rich.table import Table
from rich.text import Text

from batchplane.cli._words import printable


def table(*headings: str) -> Table:
    """An empty table of these columns."""
    made = Table(box=None, pad_edge=False)
    for heading in headings:
        made.add_column(heading, overflow="fold")
    return made


def facts_table(told: Iterable[tuple[str, object]]) -> Table:
    """A row for each fact: its name, and what it is."""
    made = Table(box=None, show_header=False, pad_edge=False)
    made.add_column(no_wrap=True, style="bold")
    made.add_column(overflow="fold")
    for name, value in told:
        made.add_row(name, value if isinstance(value, Text) else text(value))
    return made


def text(value: object) -> Text:
    """A cell that is no markup and commands no terminal."""
    return Text("-" if value is None else printable(value))


def pairs(values: Mapping[str, Any], between: str) -> str:
    """Names and values in one line."""
    return ", ".join(f"{name}{between}{value}" for name, value in values.items())
