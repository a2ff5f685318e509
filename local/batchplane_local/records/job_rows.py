"""The rows of jobs in SQLite while one write transaction lasts. Decides nothing about a record: it stores what is put.

A row that has expired is taken for none, and goes when it is met.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec

from controlplane.job import Status, whole_of
from controlplane.records.closing import is_same_end, needs_closing
from controlplane.records.record import JobRecord
from controlplane.submissions.submission import Submission

# `name` is in small letters; `tags` is a line for each (see `tag_line`). `ended_at` is NULL while the sweep must look
# at the job, and then when it ended or was lost: of a part of an array when the whole was, `NOT_YET` until then. Each
# list lies whole in its index: a page looks at no row of a job that it doesn't show. What was asked lies under the
# job's number: ids are random, and each would be another page.
SCHEMA = """
CREATE TABLE IF NOT EXISTS jobs (
    number INTEGER PRIMARY KEY,
    job_id TEXT NOT NULL UNIQUE,
    owner TEXT NOT NULL,
    job_queue TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    tags TEXT NOT NULL,
    status TEXT NOT NULL,
    ended_at INTEGER,
    vcpus INTEGER NOT NULL,
    record BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS jobs_by_owner ON jobs (owner, created_at, job_id, status, type, name, tags, job_queue);
CREATE INDEX IF NOT EXISTS jobs_by_queue ON jobs (job_queue, created_at, job_id, status, type, name, tags);
CREATE INDEX IF NOT EXISTS open_jobs ON jobs (created_at, job_id) WHERE ended_at IS NULL;
CREATE INDEX IF NOT EXISTS ended_jobs ON jobs (ended_at) WHERE ended_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS submissions (number INTEGER PRIMARY KEY, submission BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS alerts (
    job_id TEXT PRIMARY KEY,
    held_until INTEGER NOT NULL,
    is_closed INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID
"""
_FIND = "SELECT job_id, number, ended_at, record FROM jobs WHERE job_id IN (SELECT value FROM json_each(?))"
_INSERT = """
INSERT INTO jobs (job_id, owner, job_queue, created_at, name, type, tags, status, ended_at, vcpus, record)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
# A statement writes every index of a column that it names, changed or not: each names what moves.
_REMEMBER = "UPDATE jobs SET record = ? WHERE number = ?"
_MOVE = "UPDATE jobs SET record = ?, status = ? WHERE number = ?"
_END = "UPDATE jobs SET ended_at = ? WHERE number = ?"
_SUBMIT = "INSERT INTO submissions VALUES (?, ?)"
_FORGET = (
    "DELETE FROM submissions WHERE number = (SELECT number FROM jobs WHERE job_id = ?)",
    "DELETE FROM jobs WHERE job_id = ?",
    "DELETE FROM alerts WHERE job_id = ?",
)

RECORDS = msgspec.json.Decoder(JobRecord)
#: After every end: what is closed so does not expire.
NOT_YET = 2**62


@dataclass(slots=True, kw_only=True)
class _Row:
    """What stands in one row; the record is read when it is asked for."""

    number: int
    ended_at: int | None
    document: bytes
    record: JobRecord | None = None


class JobRows:
    """The jobs that one transaction reads and writes."""

    def __init__(self, connection: sqlite3.Connection, *, gone_by: int) -> None:
        #: Jobs that have become FAILED.
        self.failed: list[JobRecord] = []
        #: Jobs whose end has moved, with it.
        self.ended: list[tuple[JobRecord, int | None]] = []
        self._connection = connection
        #: What ended then or earlier has expired.
        self._gone_by = gone_by
        self._rows: dict[str, _Row | None] = {}

    def load(self, job_ids: Iterable[str]) -> None:
        """Look these up with one statement, before any of them is stored."""
        wanted = list(job_ids)
        self._rows |= dict.fromkeys(wanted)
        for job_id, number, ended_at, document in self._connection.execute(_FIND, (json.dumps(wanted),)).fetchall():
            if ended_at is not None and ended_at <= self._gone_by:
                forget(self._connection, [job_id])
            else:
                self._rows[job_id] = _Row(number=number, ended_at=ended_at, document=document)

    def get(self, job_id: str) -> JobRecord | None:
        """The record of a job that was looked up."""
        row = self._rows[job_id]
        if row is None:
            return None
        if row.record is None:
            row.record = RECORDS.decode(row.document)
        return row.record

    def put(self, new: JobRecord, *, submission: Submission | None = None) -> None:
        """Store a record. Only a new one takes its submission: what was asked lies beside it."""
        before = self.get(new.key.job_id)
        row = self._rows[new.key.job_id]
        is_closed_so = row is not None and before is not None and is_same_end(before, new)
        ended_at = row.ended_at if row and is_closed_so and needs_closing(new) else _ended_at(new)
        if row is None:
            self._insert(new, submission, ended_at)
        else:
            self._update(row, new, ended_at)
        if new.status is Status.FAILED and (before is None or before.status is not Status.FAILED):
            self.failed.append(new)

    def close(self, job_id: str, *, since: int | None) -> None:
        """Let the sweep look no more at a job that is over; it counts as over since then, or has not yet for None."""
        record, row = self.get(job_id), self._rows[job_id]
        if row is not None and record is not None and not record.is_open and needs_closing(record):
            self._end(row, record, NOT_YET if since is None else since)

    def _insert(self, new: JobRecord, submission: Submission | None, ended_at: int | None) -> None:
        document = msgspec.json.encode(new)
        tags = tags_column(submission.request.get("tags", {}) if submission else {})
        vcpus = submission.vcpus if submission else 0
        # A part of an array stands in no list.
        whose = ("", "") if whole_of(new.key.job_id) else (new.owner, new.job_queue)
        place = (new.key.job_id, *whose, new.created_at)
        shown = (new.job_name.lower(), new.type, tags, new.status)
        number = self._connection.execute(_INSERT, (*place, *shown, ended_at, vcpus, document)).lastrowid or 0
        if submission:
            self._connection.execute(_SUBMIT, (number, msgspec.json.encode(submission)))
        self._rows[new.key.job_id] = _Row(number=number, ended_at=ended_at, document=document, record=new)
        if ended_at is not None:
            self.ended.append((new, ended_at))

    def _update(self, row: _Row, new: JobRecord, ended_at: int | None) -> None:
        document = msgspec.json.encode(new)
        if row.record is not None and row.record.status is new.status:
            self._connection.execute(_REMEMBER, (document, row.number))
        else:
            self._connection.execute(_MOVE, (document, new.status, row.number))
        row.record = new
        if row.ended_at != ended_at:
            self._end(row, new, ended_at)

    def _end(self, row: _Row, record: JobRecord, ended_at: int | None) -> None:
        row.ended_at = ended_at
        self._connection.execute(_END, (ended_at, row.number))
        self.ended.append((record, ended_at))


def forget(connection: sqlite3.Connection, job_ids: Iterable[str]) -> None:
    """Delete jobs with all that lies under their ids."""
    ids = [(job_id,) for job_id in job_ids]
    for statement in _FORGET:
        connection.executemany(statement, ids)


def tags_column(tags: Mapping[str, str]) -> str:
    """All tags of a job, a line for each; nothing where there are none."""
    return "".join(map(tag_line, tags.items()))


def tag_line(tag: tuple[str, str]) -> str:
    """One tag between line breaks: what JSON writes holds none, so no tag is found within another."""
    return f"\n{json.dumps(tag)}\n"


def _ended_at(record: JobRecord) -> int | None:
    """When a job ended; None while the sweep must look at it, as at one that is over and must be closed first."""
    return None if record.is_open or needs_closing(record) else record.changed_at
