"""HTML from text: whatever is not made here is escaped. Knows nothing of what it says."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

#: Elements that have no end.
_VOID = frozenset({"meta"})


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


def html(content: str) -> Html:
    """Any text, made harmless; HTML as it is."""
    return content if isinstance(content, Html) else Html(escape(content))


def joined(*contents: str) -> Html:
    """One after the other."""
    return Html("".join(map(html, contents)))


def prose(text: str) -> Html:
    """A sentence, with what stands between backticks as code."""
    return joined(*(element("code", part) if at % 2 else part for at, part in enumerate(text.split("`"))))


def element(name: str, /, *contents: str, **attributes: str | bool) -> Html:
    """An element. An attribute's name may end in an underscore (`class_`) and is written with hyphens."""
    told = "".join(
        f" {key.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{escape(str(value))}"')
        for key, value in attributes.items()
        if value is not False
    )
    return Html(f"<{name}{told}>" if name in _VOID else f"<{name}{told}>{joined(*contents)}</{name}>")


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Html:
    """A table; nothing where it would have no rows."""
    if not rows:
        return Html()
    titles = element("tr", *(element("th", each, scope="col") for each in head))
    lines = (element("tr", *(element("td", each) for each in row)) for row in rows)
    return element("div", element("table", element("thead", titles), element("tbody", *lines)), class_="table")
