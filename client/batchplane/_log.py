"""The lines an attempt printed, page by page, to their present end or as they come. Prints nothing."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from datetime import datetime

from batchplane._clock import from_milliseconds
from batchplane._errors import AnswerMalformed, LogNotFound
from batchplane._plane_api import PlaneApi
from batchplane._record import JobRecord

#: Lines in one answer.
PAGE_LINES = 1000
#: How long the plane holds a request while there are no lines, in seconds.
HOLD_SECONDS = 20
#: Pause before the next request after one that brought less than a page, in seconds: lines gather meanwhile.
PAUSE_SECONDS = 0.1
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


@dataclass(frozen=True, kw_only=True)
class _LogPage:
    lines: tuple[LogLine, ...]
    #: Where to go on from; the same as the one before at the present end of the log.
    cursor: str | None
    #: Which attempt, from 1.
    attempt: int
    #: True where the attempt has ended and all its lines are read.
    end: bool

    @classmethod
    def ask(cls, api: PlaneApi, job_path: str, *, attempt: int | None, after: str | None, wait: int | None) -> _LogPage:
        """Ask the plane. Raises JobNotFound, LogNotFound, AnswerMalformed."""
        page = api.get(f"{job_path}/log", attempt=attempt, after=after, limit=PAGE_LINES, wait=wait)
        try:
            lines = tuple(
                LogLine(timestamp=from_milliseconds(line["timestamp"]), message=str(line["message"]))
                for line in page["lines"]
            )
            return cls(lines=lines, cursor=page["cursor"], attempt=int(page["attempt"]), end=bool(page["end"]))
        except (KeyError, TypeError, ValueError) as error:
            raise AnswerMalformed from error


def read(api: PlaneApi, job_path: str, *, attempt: int | None) -> Iterator[LogLine]:
    """The lines of an attempt to their present end; without an attempt those of the last, none before it runs.

    Raises JobNotFound; LogNotFound where the attempt that was named has no log.
    """
    cursor: str | None = None
    while True:
        try:
            page = _LogPage.ask(api, job_path, attempt=attempt, after=cursor, wait=None)
        except LogNotFound:
            if attempt is not None:
                raise
            return
        yield from page.lines
        if page.end or page.cursor in (None, cursor):
            return
        cursor = page.cursor


def follow(api: PlaneApi, job_path: str, *, attempt: int | None, refresh: Callable[[], JobRecord]) -> Iterator[LogLine]:
    """Lines as they come, until the attempt has ended; without an attempt, through the following ones to the job's end.

    Begins with the attempt that runs now, or ran last. Raises JobNotFound; LogNotFound where there will be no such log.
    """
    number = yield from _to_the_end(api, job_path, attempt)
    while attempt is None and number < MAX_ATTEMPTS:
        record = refresh()
        if not record.is_in_progress and len(record.attempts) <= number:
            return
        try:
            number = yield from _to_the_end(api, job_path, number + 1)
        except LogNotFound:  # the job has ended instead
            return


def _to_the_end(api: PlaneApi, job_path: str, attempt: int | None) -> Generator[LogLine, None, int]:
    """The lines of one attempt as they come; which attempt it was."""
    cursor: str | None = None
    while True:
        page = _LogPage.ask(api, job_path, attempt=attempt, after=cursor, wait=HOLD_SECONDS)
        yield from page.lines
        if page.end:
            return page.attempt
        attempt, cursor = page.attempt, page.cursor
        if len(page.lines) < PAGE_LINES:
            api.clock.sleep(PAUSE_SECONDS)
