"""The log streams that there are: by name, by the time of their last event, and those written to in some time.

Joins what the database knows with what attempts have written since. Reads; knows no line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from heapq import merge
from itertools import chain

from batchplane_local.batch.cloudwatch.log_groups import LogGroups, NoSuchLog
from batchplane_local.batch.database.log_rows import FIRST, LAST, LogRows, LogStream, Order, StreamKey
from batchplane_local.batch.machine.output import Outputs, Spans
from batchplane_local.batch.names import TaskIds, name_in
from batchplane_local.batch.refused import Refused


@dataclass(frozen=True, kw_only=True)
class LogStreams:
    """All streams of one embedded Batch."""

    rows: LogRows
    outputs: Outputs
    groups: LogGroups
    task_ids: TaskIds

    def find(self, group: str, name: str) -> LogStream:
        """The stream of this name. Raises NoSuchLog."""
        ids = self.task_ids.read(name_in(name))
        streams = self.rows.at([StreamKey(*ids)]) if ids else []
        if not streams or streams[0].name != name:
            raise NoSuchLog("stream")
        if streams[0].group != group:
            raise NoSuchLog("group")
        return streams[0]

    def by_name(
        self, group: str, *, prefix: str = "", after: str | None = None, descending: bool = False
    ) -> Iterator[LogStream]:
        """A group's streams whose names begin like this, after a name. Raises NoSuchLog and Refused.

        Within one beginning, names are in the order of their jobs, for so are task ids.
        """
        definitions = self.groups.beginnings(group)
        spans = self.outputs.spans()
        for beginning, place in self._beginnings(definitions, prefix, after, descending=descending):
            keys = self.task_ids.keys(prefix[len(beginning) :])
            place = min(place, StreamKey(keys.stop, 0)) if descending else max(place, StreamKey(keys.start, 0))
            streams = self.rows.walk(definitions[beginning], Order.JOB, place, descending=descending)
            for stream in streams:
                if stream.key.job not in keys:
                    break
                is_named_so = stream.name[: -len(name_in(stream.name))] == beginning
                if stream.group == group and is_named_so and stream.name.startswith(prefix):
                    yield _written(stream, spans)

    def by_last_event(
        self, group: str, *, after: tuple[int, ...] | None = None, descending: bool = False
    ) -> Iterator[LogStream]:
        """A group's streams after a place in the order of last events; those without any come first."""
        definitions = [*chain.from_iterable(self.groups.beginnings(group).values())]
        after = after or ((LAST.job, *LAST) if descending else (-1, *FIRST))
        spans = self.outputs.spans()
        order = Order.LAST_EVENT

        def is_after(stream: LogStream) -> bool:
            return order.place(stream) < after if descending else order.place(stream) > after

        running = sorted(filter(is_after, self._running(spans)), key=order.place, reverse=descending)
        rest = self.rows.walk(definitions, order, after, descending=descending)
        ended = (stream for stream in rest if stream.key not in spans)
        streams = merge(ended, running, key=order.place, reverse=descending)
        return (stream for stream in streams if stream.group == group)

    def written(self, group: str, *, prefix: str, since: int) -> Iterator[LogStream]:
        """A group's streams that were written to at a time or later, in the order in which that began."""
        beginnings = self.groups.beginnings(group).items()
        chosen = [definitions for beginning, definitions in beginnings if _may_begin(beginning, prefix)]
        # Before the rows are read: what is committed meanwhile is found in one of the two.
        spans = self.outputs.spans()
        order = Order.FIRST_EVENT
        running = sorted((each for each in self._running(spans) if (each.last_at or 0) >= since), key=order.place)
        rest = self.rows.walk([*chain.from_iterable(chosen)], order, (-1, *FIRST), since=since)
        ended = (stream for stream in rest if stream.key not in spans)
        streams = merge(ended, running, key=order.place)
        return (stream for stream in streams if stream.group == group and stream.name.startswith(prefix))

    def _running(self, spans: Spans) -> list[LogStream]:
        """The streams of attempts whose output isn't committed yet."""
        return [_written(stream, spans) for stream in self.rows.at([StreamKey(*key) for key in spans])]

    def _beginnings(
        self, definitions: dict[str, list[str]], prefix: str, after: str | None, *, descending: bool
    ) -> Iterator[tuple[str, StreamKey]]:
        """Beginnings of names from that of a name on, each with the place after which to go on in it."""
        ids = self.task_ids.read(name_in(after)) if after else FIRST
        if ids is None:
            raise Refused("The specified nextToken is invalid.")
        reached = self._rank(after[: -len(name_in(after))]) if after else None
        for beginning in sorted(definitions, key=self._rank, reverse=descending):
            rank = self._rank(beginning)
            is_over = reached is not None and (rank > reached if descending else rank < reached)
            if _may_begin(beginning, prefix) and not is_over:
                yield beginning, StreamKey(*ids) if rank == reached else LAST if descending else FIRST

    def _rank(self, beginning: str) -> str:
        """By what to sort beginnings of names so that the names are sorted."""
        return beginning + self.task_ids.folder


def _may_begin(beginning: str, prefix: str) -> bool:
    """Whether a name of this beginning may begin with a prefix."""
    return beginning.startswith(prefix) or prefix.startswith(beginning)


def _written(stream: LogStream, spans: Spans) -> LogStream:
    """The stream with the times of what isn't committed yet, if there is such."""
    span = spans.get(stream.key)
    return replace(stream, first_at=span[0], last_at=span[1]) if span else stream
