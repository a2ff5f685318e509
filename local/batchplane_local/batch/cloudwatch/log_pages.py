"""Pages of an attempt's output as log events: lines with their times, and tokens that go on from there. Pure.

A token is a byte offset and a direction, so that a page can be read anew at any time and is the same.
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

from batchplane_local.batch.cloudwatch.log_lines import Line, end_of_lines, lines_before, lines_from, offset_at
from batchplane_local.batch.machine.output import Output
from batchplane_local.batch.refused import Refused

#: Most lines of a page.
MOST_LINES = 10_000
#: Epoch milliseconds after all others.
FOREVER = 1 << 62
#: Most bytes of a page.
_PAGE_LIMIT = 1024 * 1024
_TOKEN = re.compile(r"^([fb])/([0-9]{1,20})$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """Lines in order, and the tokens to go on from either end."""

    lines: list[Line]
    forward: str
    backward: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What of the output a page is to show."""

    #: Epoch milliseconds; lines from start on, before end.
    start: int = 0
    end: int = FOREVER
    #: Lines, 1 to 10,000.
    limit: int = MOST_LINES
    token: str | None = None
    from_head: bool = False


def page_of(output: Output, wanted: Wanted) -> Page:
    """The page that is wanted; Refused where the token is none of ours."""
    forward, offset = _direction(output, wanted)
    if forward:
        lines = (
            line for line in lines_from(output, offset_at(output, wanted.start, offset)) if line.at >= wanted.start
        )
        taken = _take(takewhile(lambda line: line.at < wanted.end, lines), wanted.limit)
    else:
        lines = (line for line in lines_before(output, offset) if line.at < wanted.end)
        taken = _take(takewhile(lambda line: line.at >= wanted.start, lines), wanted.limit)[::-1]
    first, last = (taken[0].start, taken[-1].end) if taken else (offset, offset)
    return Page(lines=taken, forward=f"f/{last:020d}", backward=f"b/{first:020d}")


def _direction(output: Output, wanted: Wanted) -> tuple[bool, int]:
    """True for forward, and the offset to start at."""
    if wanted.token is None:
        return (True, 0) if wanted.from_head else (False, end_of_lines(output))
    match = _TOKEN.match(wanted.token)
    if match is None:
        raise Refused("The specified nextToken is invalid.")
    return match[1] == "f", min(int(match[2]), output.size)


def _take(lines: Iterator[Line], limit: int) -> list[Line]:
    """So many lines, and no more than a page holds."""
    taken: list[Line] = []
    room = _PAGE_LIMIT
    for line in lines:
        room -= line.end - line.start
        if len(taken) == limit or (room < 0 and taken):
            break
        taken.append(line)
    return taken
