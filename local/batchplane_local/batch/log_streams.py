"""The log groups and log streams that there are: one stream for each attempt that has started. Reads; knows no line.

Streams come in the order in which their jobs were submitted, whatever else is asked for: by name they would come at
random, since a name ends in a task id.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, NoReturn

from batchplane_local.batch.catalogue import JOB_DEFINITION
from batchplane_local.batch.changes import AttemptRow
from batchplane_local.batch.container import log_group_of
from batchplane_local.batch.names import TaskIds, name_in
from batchplane_local.batch.node_properties import containers_in
from batchplane_local.batch.reading import Reading
from batchplane_local.batch.refused import Refused
from batchplane_local.batch.submission import Submission

#: Attempts that are read at a time.
_CHUNK = 500
_GROUP_IN_ARN = ":log-group:"


class NoSuchLog(Exception):
    """There is no such log group, or no such log stream (yet)."""

    def __init__(self, what: str) -> None:
        super().__init__(f"The specified log {what} does not exist.")


class StreamKey(NamedTuple):
    """An attempt, and by it a place in the order of all streams."""

    job: int
    attempt: int


FIRST, LAST = StreamKey(0, 0), StreamKey(1 << 62, 0)


@dataclass(frozen=True, kw_only=True)
class LogStream:
    """The stream of one attempt."""

    key: StreamKey
    name: str
    #: Epoch milliseconds.
    created_at: int


@dataclass(frozen=True, kw_only=True)
class LogStreams:
    """All streams of one embedded Batch."""

    reading: Reading
    task_ids: TaskIds

    def find(self, group: str, name: str) -> LogStream:
        """The stream of this name. Raises NoSuchLog."""
        ids = self.task_ids.read(name_in(name))
        found = self.reading.attempt(*ids) if ids else None
        stream = self._stream(*found) if found else None
        if found is None or stream is None or stream.name != name:
            _not_found("stream")
        if found[0].log_group != group:
            _not_found("group")
        return stream

    def of(self, group: str, *, prefix: str, start: StreamKey, descending: bool = False) -> Iterator[LogStream]:
        """A group's streams from a place on, that one included, whose names begin like this."""
        chunk = self.reading.started_attempts(start, _CHUNK, descending=descending)
        while chunk:
            for submission, row in chunk:
                stream = self._stream(submission, row)
                if stream and submission.log_group == group and stream.name.startswith(prefix):
                    yield stream
            row = chunk[-1][1]
            # An attempt's number is from 1, so that 0 lies before every attempt of its job.
            beyond = StreamKey(row.job, row.attempt - 1 if descending else row.attempt + 1)
            chunk = self.reading.started_attempts(beyond, _CHUNK, descending=descending)

    def groups(self) -> list[str]:
        """Every group that a definition writes to, by name."""
        definitions = (each.document for each in self.reading.resources() if each.kind == JOB_DEFINITION)
        return sorted({log_group_of(container) for document in definitions for container in containers_in(document)})

    def known_group_in(self, request: Mapping[str, Any]) -> str:
        """The group that a request names. Raises NoSuchLog where no definition writes to it, and Refused."""
        group = group_in(request)
        if group not in self.groups():
            _not_found("group")
        return group

    def _stream(self, submission: Submission, row: AttemptRow) -> LogStream | None:
        """None for an attempt that hasn't started."""
        if row.started_at is None:
            return None
        name = submission.log_stream(self.task_ids.of(row.job, row.attempt))
        return LogStream(key=StreamKey(row.job, row.attempt), name=name, created_at=row.started_at)


def group_in(request: Mapping[str, Any]) -> str:
    """The group that a request names, by logGroupName or by logGroupIdentifier. Raises Refused."""
    names = [request[member] for member in ("logGroupName", "logGroupIdentifier") if member in request]
    if len(names) != 1:
        raise Refused(f"Exactly one of logGroupName and logGroupIdentifier must be given, not {len(names)}.")
    return str(names[0]).rpartition(_GROUP_IN_ARN)[2].removesuffix(":*")


def _not_found(what: str) -> NoReturn:
    raise NoSuchLog(what)
