"""Pages of an attempt's output as log events: lines with their times, and tokens that go on from there. Pure.

A token is a byte offset and a direction, so that a page can be read anew at any time and is the same. A line that
has no end yet is kept back while its attempt runs. Blank lines are kept, unlike in CloudWatch Logs.
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

from batchplane_local.batch.output import Output
from batchplane_local.batch.refused import Refused

#: Most lines of a page.
MOST_LINES = 10_000
#: Epoch milliseconds after all others.
FOREVER = 1 << 62
#: Most bytes of one event's message: 256 KiB less what CloudWatch Logs counts for an event.
_EVENT_LIMIT = 256 * 1024 - 26
#: Most bytes of a page.
_PAGE_LIMIT = 1024 * 1024
#: Bytes read at a time; more than one event.
_WINDOW = 512 * 1024
_TOKEN = re.compile(r"^([fb])/([0-9]{1,20})$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line of output."""

    #: Offsets in bytes; the end is where the next line starts.
    start: int
    end: int
    #: Epoch milliseconds.
    at: int
    message: str


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
        lines = (line for line in _lines_from(output, offset) if line.at >= wanted.start)
        taken = _take(takewhile(lambda line: line.at < wanted.end, lines), wanted.limit)
    else:
        lines = (line for line in _lines_before(output, offset) if line.at < wanted.end)
        taken = _take(takewhile(lambda line: line.at >= wanted.start, lines), wanted.limit)[::-1]
    first, last = (taken[0].start, taken[-1].end) if taken else (offset, offset)
    return Page(lines=taken, forward=f"f/{last:020d}", backward=f"b/{first:020d}")


def _direction(output: Output, wanted: Wanted) -> tuple[bool, int]:
    """True for forward, and the offset to start at."""
    if wanted.token is None:
        return (True, 0) if wanted.from_head else (False, _end_of_lines(output))
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


def _lines_from(output: Output, offset: int) -> Iterator[Line]:
    while offset < output.size:
        window = output.read(offset, min(_WINDOW, output.size - offset))
        at_end = offset + len(window) >= output.size
        start = 0
        while start < len(window):
            newline = window.find(b"\n", start, start + _EVENT_LIMIT)
            end = newline + 1 if newline >= 0 else min(start + _EVENT_LIMIT, len(window))
            whole = newline >= 0 or end - start == _EVENT_LIMIT or (at_end and output.is_complete)
            if not whole:
                break
            yield _line(output, offset + start, window[start:end])
            start = end
        if start == 0:
            return
        offset += start


def _lines_before(output: Output, offset: int) -> Iterator[Line]:
    while offset > 0:
        begin = max(0, offset - _WINDOW)
        window = output.read(begin, offset - begin)
        end = len(window)
        while end > 0:
            start = max(window.rfind(b"\n", 0, end - 1) + 1, end - _EVENT_LIMIT)
            if start == 0 and begin > 0:
                break
            yield _line(output, begin + start, window[start:end])
            end = start
        offset = begin + end


def _end_of_lines(output: Output) -> int:
    """Where the last whole line ends."""
    if output.is_complete:
        return output.size
    begin = max(0, output.size - _EVENT_LIMIT)
    newline = output.read(begin, output.size - begin).rfind(b"\n")
    return begin + newline + 1 if newline >= 0 else begin


def _line(output: Output, start: int, text: bytes) -> Line:
    end = start + len(text)
    message = text.removesuffix(b"\n").decode(errors="replace")
    return Line(start=start, end=end, at=output.written_at(end), message=message)
