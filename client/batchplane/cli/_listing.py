"""A table that people read on terminals of any width: on a narrow one it is without the columns best spared."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions
from rich.table import Table
from rich.text import Text

from batchplane.cli._cells import table

#: Between two columns, in characters.
_GAP = 2
#: A longer word may be folded, in characters; an id with the index of its child is shorter.
_LONGEST_WORD = 40


@dataclass(frozen=True, kw_only=True)
class Listing:
    """Rows that all have the same columns. Words are kept whole, as long as there is room for that."""

    headings: Sequence[str]
    #: Each row's cells by heading.
    rows: Sequence[Mapping[str, Text]]
    #: Columns in one line: what is broken can't be copied, or read at a glance.
    whole: Collection[str]
    #: Columns that go where the terminal is too narrow for all, the first one first.
    spared: Sequence[str]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Table]:
        """What rich asks of whatever it prints."""
        shown = list(self.headings)
        for heading in self.spared:
            if sum(map(self._least, shown)) + _GAP * (len(shown) - 1) <= options.max_width:
                break
            shown.remove(heading)
        made = table(*shown)
        for heading, column in zip(shown, made.columns, strict=True):
            column.min_width, column.no_wrap = self._least(heading), heading in self.whole
        for row in self.rows:
            made.add_row(*(row[heading] for heading in shown))
        yield made

    def _least(self, heading: str) -> int:
        """How wide a column must be, in characters."""
        cells = [row[heading].plain for row in self.rows]
        parts = cells if heading in self.whole else [word for cell in cells for word in cell.split()]
        return min(_LONGEST_WORD, max(map(len, [*parts, *heading.split()])))
