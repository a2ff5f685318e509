"""Values as words for a terminal: text that cannot command it, durations, moments. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

#: Spans of less than this are not worth a word, in seconds.
_WORTH_SECONDS = 0.05
#: Categories of characters that move a terminal's cursor, hide text or turn its direction: control, format,
#: surrogate, line and paragraph separators. https://www.unicode.org/reports/tr44/#General_Category_Values
_COMMANDING = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def printable(text: object) -> str:
    r"""Text whose control characters are shown instead of obeyed: ESC becomes \x1b. Tabs stay."""
    return "".join(
        ascii(character)[1:-1] if unicodedata.category(character) in _COMMANDING and character != "\t" else character
        for character in str(text)
    )


def duration(span: timedelta) -> str:
    """A span in at most two units: 1.2s, 12s, 3m05s, 2h07m, 3d04h."""
    seconds = span.total_seconds()
    if seconds < 10:
        return f"{seconds:.1f}s"
    for unit, smaller, size in (("d", "h", 86_400), ("h", "m", 3600), ("m", "s", 60)):
        if seconds >= size:
            whole, rest = divmod(int(seconds), size)
            return f"{whole}{unit}{rest // _SECONDS[smaller]:02d}{smaller}"
    return f"{int(seconds)}s"


_SECONDS = {"h": 3600, "m": 60, "s": 1}


def moment(at: datetime | None) -> str:
    """A moment in UTC, to the second; "-" where there is none."""
    return "-" if at is None else f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%SZ}"


def spans(spent: Mapping[str, timedelta]) -> str:
    """Time in each status, in one line, without what was over at once."""
    worth = [f"{status} {duration(span)}" for status, span in spent.items() if span.total_seconds() >= _WORTH_SECONDS]
    return ", ".join(worth) or "-"
