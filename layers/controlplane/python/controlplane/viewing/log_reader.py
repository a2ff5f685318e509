"""Reading the log of an attempt for who may, at once or as lines come: the work of the routes `log`.

Never asks Batch: the stream is named by the record. A cursor holds its attempt: it can't go on in another's log.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from controlplane.caller import Caller
from controlplane.deployment import Deployment
from controlplane.documents.job import known_as
from controlplane.errors import LogNotFound, NotYet, SubmissionInvalid, Violation
from controlplane.job import JobType
from controlplane.log import LogLine, Logs
from controlplane.records.attempts import attempts_of, ended_at
from controlplane.records.owned_jobs import OwnedJobs
from controlplane.records.port import Records
from controlplane.records.record import JobRecord
from controlplane.submissions.submission import Submission
from controlplane.viewing.waiter import PAUSE_SECONDS

#: A page may be empty though more is to come; so many of them are passed over in one look.
_EMPTY_PAGES = 5
_CURSOR = re.compile(r"([1-9][0-9]?):(.*)", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class LogPlace:
    """A place in the log of one attempt."""

    #: Counted from 1.
    attempt: int
    #: CloudWatch Logs' own; None for the beginning.
    token: str | None = None

    @property
    def cursor(self) -> str:
        """The place as callers keep it."""
        return f"{self.attempt}:{self.token or ''}"


@dataclass(frozen=True, kw_only=True)
class AttemptLog:
    """Some lines of one attempt, and where to go on."""

    job_id: str
    batch_job_id: str | None
    place: LogPlace
    #: None while it is not known.
    log_stream_name: str | None = None
    lines: tuple[LogLine, ...] = ()
    #: True where the attempt has ended and all its lines are read.
    end: bool = False

    def to_wire(self) -> dict[str, Any]:
        """The document."""
        return {
            "jobId": self.job_id,
            "batchJobId": self.batch_job_id,
            "attempt": self.place.attempt,
            "logStreamName": self.log_stream_name,
            "lines": msgspec.to_builtins(self.lines),
            "cursor": self.place.cursor,
            "end": self.end,
        }


@dataclass(frozen=True, kw_only=True)
class LogReader:
    """Reads logs on behalf of those who may read the jobs."""

    deployment: Deployment
    records: Records
    jobs: OwnedJobs
    logs: Logs
    #: Epoch milliseconds.
    clock: Callable[[], int]
    #: Lets so many seconds pass.
    sleep: Callable[[float], None]
    #: How many seconds are left to wait.
    time_to_wait: Callable[[], float]

    def read(
        self, job_id: str, *, caller: Caller, index: int | None, attempt: int | None, after: str | None, limit: int
    ) -> AttemptLog:
        """What there is now, at most so many lines: of this attempt, the last where none is named, or after a cursor.

        Raises JobNotFound, LogNotFound, SubmissionInvalid; NotYet where CloudWatch Logs is throttling.
        """
        record, submission = self.jobs.to_read(job_id, caller=caller, index=index)
        return self._read(record, _nothing(record, submission, _place(record, attempt, after)), limit)

    def tail(
        self,
        job_id: str,
        *,
        caller: Caller,
        index: int | None,
        attempt: int | None,
        after: str | None,
        limit: int,
        seconds: float,
    ) -> AttemptLog:
        """The same as soon as there are lines, or the attempt is over; what there is after so many seconds.

        A log that has not begun is waited for. Raises JobNotFound, SubmissionInvalid; LogNotFound where there will
        never be such a log.
        """
        until = self.clock() + round(min(seconds, self.time_to_wait()) * 1000)
        record, submission = self.jobs.to_read(job_id, caller=caller, index=index)
        known = _nothing(record, submission, _place(record, attempt, after))
        while True:
            known = self._look(record, known, limit)
            left = (until - self.clock()) / 1000
            if known.lines or known.end or left <= 0:
                return known
            self.sleep(min(PAUSE_SECONDS, left))
            record = self.records.get(record.key) or record

    def _look(self, record: JobRecord, known: AttemptLog, limit: int) -> AttemptLog:
        """What there is now; nothing where there is no log yet. Raises LogNotFound where there will be none."""
        _require_possible(record, known.place.attempt)
        try:
            return self._read(record, known, limit)
        except LogNotFound:
            return replace(known, end=self._is_over(record, known.place.attempt))
        except NotYet:
            return known

    def _read(self, record: JobRecord, known: AttemptLog, limit: int) -> AttemptLog:
        """What there is now after a place. Raises LogNotFound, NotYet."""
        number, token = known.place.attempt, known.place.token
        stream, is_over = _stream(record, number), self._is_over(record, number)
        group = self.deployment.log_group(record.job_definition)
        for _ in range(_EMPTY_PAGES):
            page = self.logs.read(group, stream, after=token, limit=limit)
            is_at_end = page.cursor in (None, token)
            token = page.cursor or token
            if page.lines or is_at_end or not is_over:
                break
        return replace(
            known,
            place=LogPlace(attempt=number, token=token),
            log_stream_name=stream,
            lines=page.lines,
            end=is_over and is_at_end and not page.lines,
        )

    def _is_over(self, record: JobRecord, number: int) -> bool:
        """Whether an attempt has ended so long ago that all its lines can be read."""
        ended = ended_at(record, number)
        return ended is not None and self.clock() >= ended + self.logs.lag_milliseconds


def _nothing(record: JobRecord, submission: Submission | None, place: LogPlace) -> AttemptLog:
    return AttemptLog(job_id=known_as(record, submission), batch_job_id=record.batch_job_id, place=place)


def _place(record: JobRecord, attempt: int | None, after: str | None) -> LogPlace:
    """Where to read: after a cursor, else from the beginning of an attempt. Raises SubmissionInvalid."""
    if not after:
        return LogPlace(attempt=attempt or max(1, len(attempts_of(record))))
    read = _CURSOR.fullmatch(after)
    if read is None or attempt not in (None, int(read[1])):
        bound = "a cursor of this log" if attempt is None else f"a cursor of the log of attempt {attempt}"
        raise SubmissionInvalid((Violation(field="after", bound=bound, value=after),))
    return LogPlace(attempt=int(read[1]), token=read[2] or None)


def _require_possible(record: JobRecord, number: int) -> None:
    """Raise LogNotFound where this attempt has no log, and will have none."""
    if record.type is JobType.ARRAY:
        raise LogNotFound("An array job has no log of its own: its children have.")
    count = len(attempts_of(record))
    if not record.is_open and number > max(1, count):
        raise LogNotFound(f"There was no attempt {number}: the job is over after {count}.")


def _stream(record: JobRecord, number: int) -> str:
    """The log stream of an attempt. Raises LogNotFound."""
    _require_possible(record, number)
    attempts = attempts_of(record)
    stream = attempts[number - 1].container.log_stream_name if number <= len(attempts) else None
    if stream is None:
        raise LogNotFound
    return stream
