"""FilterLogEvents: the events of many streams as one, in the order of their times, page by page. Writes nothing.

Times come first, then jobs: also from page to page. Only what a running attempt prints in the millisecond in which a
page ends, or what it printed as half a line before, may be missing from the next; a later search finds it.
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Any

from batchplane_local.batch.cloudwatch.filter_pattern import matcher
from batchplane_local.batch.cloudwatch.log_groups import group_in
from batchplane_local.batch.cloudwatch.log_lines import Line, lines_from, offset_at
from batchplane_local.batch.cloudwatch.log_pages import FOREVER, MOST_LINES
from batchplane_local.batch.cloudwatch.log_streams import LogStreams
from batchplane_local.batch.database.log_rows import FIRST, LogStream, Order, StreamKey
from batchplane_local.batch.machine.output import Moved, Outputs
from batchplane_local.batch.refused import Refused

#: Lines, and bytes of lines, that are looked at for one answer; its token goes on from there.
_MOST_LOOKED_AT, _MOST_BYTES_LOOKED_AT = 100_000, 64 * 1024 * 1024
#: Most bytes of messages in an answer; a single event may exceed it.
_ROOM = 1024 * 1024
_TOKEN = re.compile(r"([0-9]{1,18})/([0-9]{1,18})/([0-9]{1,3})/([0-9]{1,18})")


@dataclass(frozen=True, kw_only=True)
class _Place:
    """Where a search goes on: after the lines before an offset of one stream, and all that come before them."""

    #: Epoch milliseconds.
    at: int
    key: StreamKey = FIRST
    offset: int = 0

    @classmethod
    def by(cls, request: Mapping[str, Any]) -> _Place:
        """Where a request says. Raises Refused."""
        token = request.get("nextToken")
        if token is None:
            return cls(at=request.get("startTime", 0))
        match = _TOKEN.fullmatch(token)
        if match is None:
            raise Refused("The specified nextToken is invalid.")
        return cls(at=int(match[1]), key=StreamKey(int(match[2]), int(match[3])), offset=int(match[4]))

    def __str__(self) -> str:
        return f"{self.at}/{self.key.job}/{self.key.attempt}/{self.offset}"


@dataclass(kw_only=True)
class _Found:
    """What a search has found so far."""

    #: After the last line that was looked at.
    place: _Place
    #: Most events.
    limit: int
    matches: Callable[[str], bool]
    events: list[dict[str, Any]] = field(default_factory=list)
    #: Bytes of messages, lines, and bytes of lines, that are left.
    room: int = _ROOM
    lines: int = _MOST_LOOKED_AT
    bytes: int = _MOST_BYTES_LOOKED_AT

    def is_full(self) -> bool:
        """True where so much was found, or looked at, that the caller should hear of it."""
        return len(self.events) >= self.limit or min(self.room, self.lines, self.bytes) <= 0

    def look(self, stream: LogStream, line: Line) -> None:
        """Take the line if it matches."""
        size = line.end - line.start
        self.place = _Place(at=line.at, key=stream.key, offset=line.end)
        self.lines -= 1
        self.bytes -= size
        if self.matches(line.message):
            self.events.append(_event(stream, line))
            self.room -= size


@dataclass(frozen=True, kw_only=True)
class LogSearch:
    """Searches the logs of one embedded Batch."""

    streams: LogStreams
    outputs: Outputs

    def filter_log_events(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Events that match. There may be none, and a token to go on with."""
        if not request.get("startFromHead", True):
            raise Refused("The embedded CloudWatch Logs searches from the earliest event on: leave startFromHead out.")
        place = _Place.by(request)
        matches = matcher(request.get("filterPattern", ""))
        found = _Found(place=place, limit=request.get("limit", MOST_LINES), matches=matches)
        end = request.get("endTime", FOREVER)
        more: dict[str, str] = {}
        for stream, line in _merged(self._streams(request, place.at), lambda stream: self._lines(stream, place)):
            # Up to and with endTime, unlike in GetLogEvents.
            if line.at > end:
                break
            if found.is_full():
                more = {"nextToken": str(found.place)}
                break
            found.look(stream, line)
        # The service names no streams any more: https://docs.aws.amazon.com/cli/latest/reference/logs/filter-log-events.html
        return {"events": found.events, "searchedLogStreams": [], **more}

    def _streams(self, request: Mapping[str, Any], since: int) -> Iterator[LogStream]:
        """The streams to look into, in the order in which they began."""
        group = group_in(request)
        names, prefix = request.get("logStreamNames"), request.get("logStreamNamePrefix")
        if names is None:
            return self.streams.written(group, prefix=prefix or "", since=since)
        if prefix is not None:
            raise Refused("Only one of logStreamNames and logStreamNamePrefix can be given.")
        self.streams.groups.beginnings(group)
        return iter(sorted((self.streams.find(group, name) for name in set(names)), key=Order.FIRST_EVENT.place))

    def _lines(self, stream: LogStream, place: _Place) -> Iterator[Line]:
        """A stream's lines from a place on."""
        since = place.at + 1 if stream.key < place.key else place.at
        offset = place.offset if stream.key == place.key else 0
        while True:
            output = self.outputs.find(*stream.key)
            try:
                for line in lines_from(output, offset_at(output, since, offset)):
                    offset = line.end
                    if line.at >= since:
                        yield line
                return
            except Moved:
                # An attempt ends once, so that this happens once.
                continue


def _merged(
    streams: Iterator[LogStream], opened: Callable[[LogStream], Iterator[Line]]
) -> Iterator[tuple[LogStream, Line]]:
    """The lines of streams in the order of time, then job; a stream is opened only when it is its turn."""
    open_: list[tuple[int, StreamKey, Line, LogStream, Iterator[Line]]] = []

    def advance(stream: LogStream, lines: Iterator[Line]) -> None:
        line = next(lines, None)
        if line is not None:
            heappush(open_, (line.at, stream.key, line, stream, lines))

    coming = next(streams, None)
    while open_ or coming:
        if coming and (not open_ or Order.FIRST_EVENT.place(coming) < (open_[0][0], *open_[0][1])):
            advance(coming, opened(coming))
            coming = next(streams, None)
        else:
            _, _, line, stream, lines = heappop(open_)
            yield stream, line
            advance(stream, lines)


def _event(stream: LogStream, line: Line) -> dict[str, Any]:
    return {
        "logStreamName": stream.name,
        "timestamp": line.at,
        "message": line.message,
        "ingestionTime": line.at,
        # The same at every reading: clients that poll know by it what they have seen.
        "eventId": f"{stream.key.job:018d}{stream.key.attempt:03d}{line.start:018d}",
    }
