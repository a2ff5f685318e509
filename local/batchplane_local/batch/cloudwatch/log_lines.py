"""The lines of an attempt's output, each with its time, from any of them on in either direction. Pure; knows no page.

A line that has no end yet is kept back while its attempt runs. One that is longer than an event of CloudWatch Logs is
cut into pieces, at the same places in whichever direction it is read. Blank lines are kept, unlike in CloudWatch Logs.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from batchplane_local.batch.machine.output import Output

#: Most bytes of one event's message: 256 KiB less what CloudWatch Logs counts for an event.
_EVENT_LIMIT = 256 * 1024 - 26
#: Bytes read at a time; more than one event.
_WINDOW = 512 * 1024
#: Most bytes of a character in UTF-8.
_CHARACTER = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line of output."""

    #: Offsets in bytes; the end is where the next line starts.
    start: int
    end: int
    #: Epoch milliseconds; never less than that of the line before.
    at: int
    #: Without its newline. Bytes that are no UTF-8 are replaced by U+FFFD; all others stay, NULs too.
    message: str


def lines_from(output: Output, offset: int) -> Iterator[Line]:
    """Lines from an offset on, at which one starts."""
    while offset < output.size:
        window = output.read(offset, min(_WINDOW, output.size - offset))
        is_last = output.is_complete and offset + len(window) >= output.size
        start = 0
        while end := _end_of_line(window, start, is_last=is_last):
            yield _line(output, offset + start, window[start:end])
            start = end
        if start == 0:
            return
        offset += start


def lines_before(output: Output, offset: int) -> Iterator[Line]:
    """Lines that end at an offset, at which one does, or before it; the last one first."""
    while offset > 0:
        begin = max(0, offset - _WINDOW)
        window = output.read(begin, offset - begin)
        # What stands before the first newline has its beginning elsewhere.
        first = window.find(b"\n", 0, len(window) - 1) + 1 if begin else 0
        if begin and not first:
            begin = _start_of_line(output, begin)
            yield from _pieces_before(output, begin, offset)
        else:
            yield from reversed([*_lines_in(output, begin + first, window[first:])])
            begin += first
        offset = begin


def end_of_lines(output: Output) -> int:
    """Where the last line ends that can be shown."""
    if output.is_complete:
        return output.size
    return _cuts(output, _start_of_line(output, output.size), output.size)[-1]


def offset_at(output: Output, at: int, offset: int) -> int:
    """Where to begin to read for the lines of a time and after it, from an offset on; some before it may come first."""
    place = bisect_left(output.marks, at, key=lambda mark: mark[0])
    return max(offset, _start_of_line(output, output.marks[place - 1][1])) if place else offset


def _end_of_line(window: bytes, start: int, *, is_last: bool) -> int:
    """Where the line that starts here ends; 0 where that isn't in the window, which may be the last that there is."""
    limit = start + _EVENT_LIMIT
    newline = window.find(b"\n", start, limit + 1)
    if newline >= 0:
        return newline + 1
    if len(window) > limit:
        return _cut(limit, window[limit + 1 - _CHARACTER : limit + 1])
    return len(window) if is_last and start < len(window) else 0


def _cut(limit: int, before: bytes) -> int:
    """Where to cut a line that goes on beyond a limit: not within a character. Takes the bytes before it, and the next.

    What is no UTF-8 is cut at the limit.
    """
    for back, byte in enumerate(reversed(before)):
        if byte & 0xC0 != 0x80:
            return limit - back
    return limit


def _lines_in(output: Output, offset: int, window: bytes) -> Iterator[Line]:
    """The lines of a window that begins and ends with one."""
    start = 0
    while end := _end_of_line(window, start, is_last=True):
        yield _line(output, offset + start, window[start:end])
        start = end


def _pieces_before(output: Output, start: int, end: int) -> Iterator[Line]:
    """The pieces of one long line between two offsets, the last one first."""
    has_newline = output.read(end - 1, 1) == b"\n"
    cuts = _cuts(output, start, end - has_newline)
    for first, last in reversed([*pairwise((*cuts, end))]):
        yield _line(output, first, output.read(first, last - first))


def _cuts(output: Output, start: int, end: int) -> list[int]:
    """Where a line without a newline is cut, its start first."""
    cuts = [start]
    while end - cuts[-1] > _EVENT_LIMIT:
        limit = cuts[-1] + _EVENT_LIMIT
        cuts.append(_cut(limit, output.read(limit + 1 - _CHARACTER, _CHARACTER)))
    return cuts


def _start_of_line(output: Output, offset: int) -> int:
    """Where the line begins that goes on, or could begin, at an offset."""
    while offset > 0:
        begin = max(0, offset - _WINDOW)
        newline = output.read(begin, offset - begin).rfind(b"\n")
        if newline >= 0:
            return begin + newline + 1
        offset = begin
    return 0


def _line(output: Output, start: int, text: bytes) -> Line:
    end = start + len(text)
    message = text.removesuffix(b"\n").decode(errors="replace")
    return Line(start=start, end=end, at=output.written_at(end), message=message)
