"""The lines an attempt printed, page by page, to their present end or as they come. Prints nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from batchplane._clock import from_milliseconds
from batchplane._errors import AnswerMalformed, JobNotFound
from batchplane._plane_api import PlaneApi
from batchplane._record import JobRecord

#: Lines in one answer.
PAGE_LINES = 1000
#: Attempts of a job at most: https://docs.aws.amazon.com/batch/latest/APIReference/API_RetryStrategy.html
MAX_ATTEMPTS = 10


@dataclass(frozen=True, kw_only=True)
class LogLine:
    """One line that a job printed; str() is its message."""

    #: When the host took the line, in UTC.
    timestamp: datetime | None
    #: As the job wrote it: a terminal may obey what stands here.
    message: str

    def __str__(self) -> str:
        return self.message


class Log:
    """The log of one attempt, read from its beginning to wherever it ends at the moment."""

    def __init__(self, api: PlaneApi, job_path: str, attempt: int | None) -> None:
        self._api = api
        self._path = job_path
        self._attempt = attempt
        self._cursor: str | None = None

    def new_lines(self) -> Iterator[LogLine]:
        """Lines that have not been read yet; none where the attempt has no log yet. Raises JobNotFound."""
        while True:
            try:
                page = self._page()
            except JobNotFound:
                # The log begins when its attempt runs; an unknown job is another matter, and raises here.
                self._api.get(self._path)
                return
            yield from page.lines
            at_end = page.cursor in (None, self._cursor)
            self._cursor = page.cursor or self._cursor
            if at_end:
                return

    def _page(self) -> _LogPage:
        query = {"attempt": self._attempt, "after": self._cursor, "limit": PAGE_LINES}
        return _LogPage.from_wire(self._api.get(f"{self._path}/log", **query))


@dataclass(frozen=True, kw_only=True)
class _LogPage:
    lines: tuple[LogLine, ...]
    #: Where to go on from; the same as the one before at the present end of the log.
    cursor: str | None

    @classmethod
    def from_wire(cls, page: Mapping[str, Any]) -> _LogPage:
        """Read an answer. Raises AnswerMalformed."""
        try:
            lines = tuple(
                LogLine(timestamp=from_milliseconds(line["timestamp"]), message=str(line["message"]))
                for line in page["lines"]
            )
            return cls(lines=lines, cursor=page["cursor"])
        except (KeyError, TypeError, ValueError) as error:
            raise AnswerMalformed from error


def follow(
    *,
    log: Callable[[int], Log],
    refresh: Callable[[], JobRecord],
    record: JobRecord,
    attempt: int | None,
    pause: Callable[[], None],
) -> Iterator[LogLine]:
    """Lines as they come, until the attempt has ended; without an attempt, through the following ones to the job's end.

    Begins with the attempt that runs now, or ran last.
    """
    number = attempt or max(1, len(record.attempts) + (1 if record.is_in_progress else 0))
    reading = log(number)
    while True:
        over = not record.is_in_progress or len(record.attempts) >= number
        goes_on = record.is_in_progress or len(record.attempts) > number
        # What was printed before the end was seen is read after it: the last lines are not lost.
        yield from reading.new_lines()
        if over and (attempt is not None or not goes_on):
            return
        if over and number < MAX_ATTEMPTS:
            number += 1
            reading = log(number)
        else:
            pause()
        record = refresh()
