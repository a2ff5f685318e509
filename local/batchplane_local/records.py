"""The job records in SQLite: the port `controlplane.record.Records`.

What a change does to a record is decided by the pure `merge` and `outcome` alone, inside one write transaction. A job
that becomes FAILED is told of in that same transaction, as the table's stream does on AWS.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import replace

import msgspec

from batchplane_local.database import Database
from batchplane_local.queue import Queue
from controlplane import record
from controlplane.job import Status
from controlplane.record import AlertClaim, JobRecord, Outcome, Page, RecordKey, from_cursor, to_cursor
from controlplane.state_change import StateChange
from controlplane.submission import Submission

# `child` is the index of an array's child and -1 for any other job: SQLite would let a NULL repeat in a key.
SCHEMA = """
CREATE TABLE IF NOT EXISTS records (
    job_id TEXT NOT NULL,
    child INTEGER NOT NULL,
    owner TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    status TEXT NOT NULL,
    is_open INTEGER NOT NULL,
    record BLOB NOT NULL,
    PRIMARY KEY (job_id, child)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS records_by_owner ON records (owner, created_at, job_id) WHERE child = -1;
CREATE INDEX IF NOT EXISTS open_records ON records (created_at, job_id) WHERE is_open = 1 AND child = -1;
CREATE TABLE IF NOT EXISTS submissions (job_id TEXT PRIMARY KEY, submission BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS alerts (
    job_id TEXT PRIMARY KEY,
    held_until INTEGER NOT NULL,
    is_closed INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID
"""
_NO_CHILD = -1
#: After every time that a record may have been created at, and still an integer of SQLite's.
_LAST = 2**62
_ONE = "SELECT record FROM records WHERE job_id = ? AND child = ?"
_ASKED = "SELECT submission FROM submissions WHERE job_id = ?"
_PAGE = """
SELECT record FROM records
WHERE owner = ? AND child = -1 AND (created_at, job_id) < (?, ?)
ORDER BY created_at DESC, job_id DESC LIMIT ?
"""
_OPEN = """
SELECT record FROM records
WHERE is_open = 1 AND child = -1 AND created_at < ?
ORDER BY created_at, job_id LIMIT ?
"""
_CHILDREN = "SELECT record FROM records WHERE job_id = ? AND child >= ? ORDER BY child LIMIT ?"
_SUMMARY = "SELECT status, count(*) FROM records WHERE job_id = ? AND child >= 0 GROUP BY status"

_RECORDS = msgspec.json.Decoder(JobRecord)
_SUBMISSIONS = msgspec.json.Decoder(Submission)


class SqliteRecords:
    """The records of every job, in one database."""

    def __init__(self, database: Database, *, changes: Queue) -> None:
        database.create(SCHEMA)
        self._database = database
        #: Told of each job that has become FAILED.
        self._changes = changes

    def recover(self) -> None:
        """Let go of alerts that a killed process had set out to send. Nobody may be alerting."""
        with self._database.write() as connection:
            connection.execute("UPDATE alerts SET held_until = 0 WHERE is_closed = 0")

    def create(self, submission: Submission) -> Submission | None:
        """Store a submission and its record; where the job exists, leave it and return the submission it came from."""
        with self._database.write() as connection:
            earlier = _submission(connection.execute(_ASKED, (submission.job_id,)).fetchone())
            if earlier is None:
                document = msgspec.json.encode(submission)
                connection.execute("INSERT INTO submissions VALUES (?, ?)", (submission.job_id, document))
                _store(connection, record.born(submission))
        return earlier

    def submission(self, job_id: str) -> Submission | None:
        """What was asked."""
        return _submission(next(iter(self._database.read(_ASKED, job_id)), None))

    def get(self, key: RecordKey) -> JobRecord | None:
        """One record."""
        return _record(next(iter(self._database.read(_ONE, *_place(key))), None))

    def merge(self, key: RecordKey, change: StateChange, *, ours: bool) -> Outcome:
        """Merge a change into a record; create the record first unless it must be one of ours."""
        with self._database.write() as connection:
            known = _find(connection, key)
            outcome = record.outcome(known, change, ours=ours)
            if outcome in (Outcome.STRANGE, Outcome.DUPLICATE):
                return outcome
            merged = record.merge(known, key, change)
            if merged != known:
                _store(connection, merged)
            fails = _fails(known, merged)
            if fails:
                self._changes.put(connection, _image(merged))
        if fails:
            self._changes.announce()
        return outcome

    def claim(self, job_id: str, *, previous: int | None, at: int, capability_digest: str | None) -> bool:
        """Set out to submit: True if no one else did since `previous`, and Batch doesn't know the job yet."""
        with self._database.write() as connection:
            known = _find(connection, RecordKey(job_id=job_id))
            if known is None or not _is_waiting(known) or known.claimed_at != previous:
                return False
            digest = capability_digest or known.capability_digest
            _store(connection, replace(known, claimed_at=at, capability_digest=digest))
            return True

    def release(self, job_id: str, *, claimed_at: int) -> None:
        """Take a claim back: Batch certainly did not take the job."""
        with self._database.write() as connection:
            known = _find(connection, RecordKey(job_id=job_id))
            if known and known.claimed_at == claimed_at:
                _store(connection, replace(known, claimed_at=None))

    def settle(self, job_id: str, batch_job_id: str) -> bool:
        """Note Batch's id of a job of ours; False if another id is noted already."""
        with self._database.write() as connection:
            known = _find(connection, RecordKey(job_id=job_id))
            if known is None or known.batch_job_id not in (None, batch_job_id):
                return False
            _store(connection, replace(known, batch_job_id=batch_job_id))
            return True

    def lose(self, key: RecordKey, *, at: int) -> None:
        """Note that Batch has forgotten a job that had not ended."""
        with self._database.write() as connection:
            known = _find(connection, key)
            if known and not known.status.is_terminal:
                _store(connection, replace(known, lost=True, changed_at=at))

    def children(self, batch_job_id: str, *, size: int, first: int, limit: int) -> Sequence[JobRecord]:
        """The children of an array job that are known, in the order of their indices, from `first` on."""
        rows = self._database.read(_CHILDREN, batch_job_id, first, limit)
        return tuple(_RECORDS.decode(row[0]) for row in rows)

    def status_summary(self, batch_job_id: str, *, size: int) -> Mapping[Status, int]:
        """How many known children of an array job are in each status."""
        return {Status(status): count for status, count in self._database.read(_SUMMARY, batch_job_id)}

    def list_by_owner(self, owner: str, *, limit: int, cursor: str | None = None) -> Page:
        """An owner's jobs, newest first."""
        created_at, job_id = from_cursor(cursor) if cursor else (_LAST, "")
        rows = self._database.read(_PAGE, owner, min(created_at, _LAST), job_id, limit + 1)
        records = tuple(_RECORDS.decode(row[0]) for row in rows[:limit])
        return Page(records=records, cursor=to_cursor(records[-1]) if len(rows) > limit else None)

    def list_open(self, *, created_before: int, limit: int) -> Sequence[JobRecord]:
        """Records of jobs that have not ended, created before this time, the oldest first."""
        return tuple(_RECORDS.decode(row[0]) for row in self._database.read(_OPEN, created_before, limit))

    def claim_alert(self, job_id: str, *, at: int, lease: int) -> AlertClaim:
        """Set out to alert of a job, at this time, for so many milliseconds."""
        with self._database.write() as connection:
            alert = connection.execute("SELECT held_until, is_closed FROM alerts WHERE job_id = ?", (job_id,))
            held_until, is_closed = alert.fetchone() or (at, False)
            if is_closed:
                return AlertClaim.CLOSED
            if held_until > at:
                return AlertClaim.HELD
            connection.execute("REPLACE INTO alerts (job_id, held_until) VALUES (?, ?)", (job_id, at + lease))
            return AlertClaim.GRANTED

    def close_alert(self, job_id: str) -> None:
        """Note that the alert of a job has reached the topic."""
        with self._database.write() as connection:
            connection.execute("REPLACE INTO alerts (job_id, held_until, is_closed) VALUES (?, 0, 1)", (job_id,))


def _is_waiting(known: JobRecord) -> bool:
    """True for a job that nobody has told Batch of, as far as is known."""
    return known.batch_job_id is None and known.status is Status.SUBMITTED


def _place(key: RecordKey) -> tuple[str, int]:
    return key.job_id, _NO_CHILD if key.index is None else key.index


def _find(connection: sqlite3.Connection, key: RecordKey) -> JobRecord | None:
    return _record(connection.execute(_ONE, _place(key)).fetchone())


def _record(row: tuple[bytes] | None) -> JobRecord | None:
    return _RECORDS.decode(row[0]) if row else None


def _submission(row: tuple[bytes] | None) -> Submission | None:
    return _SUBMISSIONS.decode(row[0]) if row else None


def _store(connection: sqlite3.Connection, new: JobRecord) -> None:
    columns = (*_place(new.key), new.owner, new.created_at, new.status, new.is_open, msgspec.json.encode(new))
    connection.execute("REPLACE INTO records VALUES (?, ?, ?, ?, ?, ?, ?)", columns)


def _fails(before: JobRecord | None, after: JobRecord) -> bool:
    """True for a job that has just become FAILED. Children speak through their parent."""
    was = before.status if before else None
    return after.key.index is None and after.status is Status.FAILED and was is not Status.FAILED


def _image(new: JobRecord) -> str:
    """What the table's stream says of a changed record: its keys and the members that a filter may look at."""
    keys = {"pk": {"S": new.key.job_id}, "sk": {"S": "RECORD"}}
    return json.dumps({"Keys": keys, "NewImage": {**keys, "status": {"S": new.status}, "owner": {"S": new.owner}}})
