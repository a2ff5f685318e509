"""The rows of log streams, one for each attempt that has started, in each of three orders. Reads the database only.

Of an attempt whose output isn't committed yet, it doesn't know that there is any.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple

from batchplane_local.batch.database.reading import Reading
from batchplane_local.batch.names import HIGHEST_KEY, TaskIds

#: Rows that are read at a time.
_CHUNK = 100
_ALL = "attempt LEFT JOIN log ON log.job = attempt.job AND log.attempt = attempt.attempt"
# SQLite keeps the order of a CROSS JOIN, and so goes along attempts, or along the index of times.
_WRITTEN = "log CROSS JOIN attempt ON attempt.job = log.job AND attempt.attempt = log.attempt"


class StreamKey(NamedTuple):
    """An attempt, and by it a place in the order of all streams."""

    job: int
    attempt: int


#: Before and after all others.
FIRST, LAST = StreamKey(0, 0), StreamKey(HIGHEST_KEY, 0)


@dataclass(frozen=True, kw_only=True)
class LogStream:
    """The stream of one attempt. Times are epoch milliseconds."""

    key: StreamKey
    group: str
    name: str
    created_at: int
    #: When the first and the last of it was written; None where nothing was.
    first_at: int | None
    last_at: int | None


class Order(Enum):
    """Tables, and columns by which to walk."""

    #: Of their jobs.
    JOB = (_ALL, ("attempt.job", "attempt.attempt"))
    #: Of when the last was written; what nothing was written to comes first.
    LAST_EVENT = (_ALL, ("coalesce(last_at, 0)", "attempt.job", "attempt.attempt"))
    #: Of when the first was written, without what nothing was written to.
    FIRST_EVENT = (_WRITTEN, ("first_at", "log.job", "log.attempt"))

    def place(self, stream: LogStream) -> tuple[int, ...]:
        """A stream's place in this order."""
        at = {Order.JOB: (), Order.LAST_EVENT: (stream.last_at or 0,), Order.FIRST_EVENT: (stream.first_at or 0,)}
        return (*at[self], *stream.key)


@dataclass(frozen=True, kw_only=True)
class LogRows:
    """The database's log streams."""

    reading: Reading
    task_ids: TaskIds

    def walk(
        self,
        definitions: Sequence[str],
        order: Order,
        after: Sequence[int],
        *,
        descending: bool = False,
        since: int = 0,
    ) -> Iterator[LogStream]:
        """Streams of jobs of these definitions, `name:revision`, after a place in an order.

        Those that were last written to before `since`, epoch milliseconds, are left out.
        """
        question = _question(order, descending=descending)
        rows: Sequence[Any] = (None,) * _CHUNK
        while len(rows) == _CHUNK:
            rows = self.reading.ask(question, (*after, since, json.dumps(definitions), _CHUNK))
            for stream in self._streams(rows):
                yield stream
                after = order.place(stream)

    def at(self, keys: Sequence[StreamKey]) -> list[LogStream]:
        """The streams of these attempts, as far as they have started."""
        question = f"""{_selected(f"json_each(?) AS wanted CROSS JOIN {_ALL}")}
                       WHERE attempt.job = wanted.value ->> 0 AND attempt.attempt = wanted.value ->> 1
                       AND started IS NOT NULL"""
        return list(self._streams(self.reading.ask(question, (json.dumps(keys),))))

    def _streams(self, rows: Sequence[Any]) -> Iterator[LogStream]:
        submissions = self.reading.submissions({row[0] for row in rows})
        for key, job, attempt, started_at, first_at, last_at in rows:
            # Its submission may have gone since.
            if submission := submissions.get(key):
                seen = submission.at(job - key)
                yield LogStream(
                    key=StreamKey(job, attempt),
                    group=seen.log_group,
                    name=seen.log_stream(self.task_ids.of(job, attempt)),
                    created_at=started_at,
                    first_at=first_at,
                    last_at=last_at,
                )


def _selected(joined: str) -> str:
    return f"""SELECT submission.key, attempt.job, attempt.attempt, attempt.started_at AS started, first_at, last_at
               FROM {joined} CROSS JOIN job ON job.key = attempt.job
               CROSS JOIN submission ON submission.key = job.submission"""  # noqa: S608 - our own words


def _question(order: Order, *, descending: bool) -> str:
    joined, columns = order.value
    reach, direction = ("<", "DESC") if descending else (">", "ASC")
    return f"""{_selected(joined)}
               WHERE ({", ".join(columns)}) {reach} ({", ".join("?" * len(columns))}) AND coalesce(last_at, 0) >= ?
               AND started IS NOT NULL AND submission.job_definition IN (SELECT value FROM json_each(?))
               ORDER BY {", ".join(f"{column} {direction}" for column in columns)} LIMIT ?"""  # noqa: S608 - our own words
