"""Reading lines out of log streams: a page of one stream, and FilterLogEvents over many. Writes nothing.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from batchplane_local.batch.filter_pattern import matcher
from batchplane_local.batch.log_lines import Line
from batchplane_local.batch.log_pages import FOREVER, MOST_LINES, Page, Wanted, page_of
from batchplane_local.batch.log_streams import FIRST, LogStream, LogStreams, StreamKey
from batchplane_local.batch.output import Moved, Outputs
from batchplane_local.batch.refused import Refused

#: Pages that one search reads at most, of 1 MiB and 10,000 lines at most; the token goes on from there.
_PAGES = 100
#: Most bytes of messages in an answer; the last page read may exceed it.
_ROOM = 1024 * 1024
_TOKEN = re.compile(r"([0-9]{1,18})/([0-9]{1,3})/([0-9]{1,18})")


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """Which events a search is for."""

    #: Epoch milliseconds, from start on, before end.
    start: int
    end: int
    #: Most events of an answer.
    limit: int
    matches: Callable[[str], bool]

    @classmethod
    def by(cls, request: Mapping[str, Any]) -> _Asked:
        """What a request asks for. Raises Refused."""
        return cls(
            start=request.get("startTime", 0),
            # Up to and with endTime, unlike in GetLogEvents.
            end=request.get("endTime", FOREVER) + 1,
            limit=max(1, min(request.get("limit", MOST_LINES), MOST_LINES)),
            matches=matcher(request.get("filterPattern", "")),
        )


@dataclass(kw_only=True)
class _Found:
    """What a search has found so far."""

    events: list[dict[str, Any]] = field(default_factory=list)
    #: Bytes, and pages, that are left.
    room: int = _ROOM
    pages: int = _PAGES

    def is_enough_for(self, asked: _Asked) -> bool:
        """True where the answer is full, or so much was read that the caller should hear of it."""
        return len(self.events) >= asked.limit or self.room <= 0 or self.pages <= 0


@dataclass(frozen=True, kw_only=True)
class LogSearch:
    """Reads the logs of one embedded Batch."""

    streams: LogStreams
    outputs: Outputs

    def page(self, stream: LogStream, wanted: Wanted) -> Page:
        """A page of one stream. Raises Refused for a token that is none of ours."""
        try:
            return page_of(self.outputs.find(*stream.key), wanted)
        except Moved:
            # An attempt ends once, so that its output can't be moved a second time.
            return page_of(self.outputs.find(*stream.key), wanted)

    def filter_log_events(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Events that match, of streams in the order of their jobs; within an answer in the order of their times."""
        if not request.get("startFromHead", True):
            raise Refused("The embedded CloudWatch Logs searches from the earliest event on: leave startFromHead out.")
        start, offset = _place(request)
        asked = _Asked.by(request)
        found = _Found()
        token = None
        for stream in self._searched(request, start):
            reached = self._search(stream, offset if stream.key == start else 0, asked, found)
            if reached is not None:
                token = f"{stream.key.job}/{stream.key.attempt}/{reached}"
                break
        found.events.sort(key=lambda event: int(event["timestamp"]))
        more = {"nextToken": token} if token else {}
        return {"events": found.events, "searchedLogStreams": [], **more}

    def _searched(self, request: Mapping[str, Any], start: StreamKey) -> Iterator[LogStream]:
        """The streams to look into, from a place on, that one included."""
        group = self.streams.known_group_in(request)
        names, prefix = request.get("logStreamNames"), request.get("logStreamNamePrefix")
        if names is None:
            return self.streams.of(group, prefix=prefix or "", start=start)
        if prefix is not None:
            raise Refused("Only one of logStreamNames and logStreamNamePrefix can be given.")
        named = sorted((self.streams.find(group, name) for name in set(names)), key=lambda stream: stream.key)
        return (stream for stream in named if stream.key >= start)

    def _search(self, stream: LogStream, offset: int, asked: _Asked, found: _Found) -> int | None:
        """Add a stream's events from an offset on; where it stopped, None once the stream was read to its end."""
        while not found.is_enough_for(asked):
            limit = asked.limit - len(found.events)
            wanted = Wanted(start=asked.start, end=asked.end, limit=limit, token=f"f/{offset}")
            found.pages -= 1
            lines = self.page(stream, wanted).lines
            if not lines:
                return None
            for line in lines:
                if asked.matches(line.message):
                    found.events.append(_event(stream, line))
                    found.room -= line.end - line.start
            offset = lines[-1].end
        return offset


def _place(request: Mapping[str, Any]) -> tuple[StreamKey, int]:
    """The stream to go on with, and the offset in it."""
    token = request.get("nextToken")
    if token is None:
        return FIRST, 0
    match = _TOKEN.fullmatch(token)
    if match is None:
        raise Refused("The specified nextToken is invalid.")
    return StreamKey(int(match[1]), int(match[2])), int(match[3])


def _event(stream: LogStream, line: Line) -> dict[str, Any]:
    return {
        "logStreamName": stream.name,
        "timestamp": line.at,
        "message": line.message,
        "ingestionTime": line.at,
        # The same at every reading: clients that poll know by it what they have seen.
        "eventId": f"{stream.key.job:018d}{stream.key.attempt:03d}{line.start:018d}",
    }
