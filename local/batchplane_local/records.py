"""The job records in SQLite: the port `controlplane.record.Records`.

What a change does to a record is decided by the pure `merge` and `outcome` alone, inside one write transaction. A job
that becomes FAILED is told of in that same transaction, as the table's stream does on AWS.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import msgspec

from batchplane_local.database import Database
from batchplane_local.queue import Queue
from controlplane import record
from controlplane.job import Status
from controlplane.job_filter import JobFilter, from_cursor, to_cursor
from controlplane.record import JobRecord, Outcome, RecordKey
from controlplane.records import AlertClaim, Merge, Page
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
CREATE TABLE IF NOT EXISTS bookmarks (name TEXT PRIMARY KEY, place TEXT NOT NULL) WITHOUT ROWID;
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
WHERE is_open = 1 AND child = -1 AND (created_at, job_id) > (?, ?)
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

    def merge(self, merges: Sequence[Merge]) -> Sequence[Outcome | Exception]:
        """Bring changes to records; create a record first unless it must be one of ours."""
        return [
            record.strongest([self._merge(merge.key, change, ours=merge.ours) for change in merge.changes])
            for merge in merges
        ]

    def decide(self, key: RecordKey, change: StateChange) -> None:
        """Note Batch's own answer about a job whose ends disagreed: the end it tells stands from now on."""
        with self._database.write() as connection:
            known = _find(connection, key)
            if known:
                _store(connection, record.decide(known, change))

    def _merge(self, key: RecordKey, change: StateChange, *, ours: bool) -> Outcome:
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

    def miss(self, key: RecordKey, *, at: int) -> None:
        """Note when Batch first did not describe a job that had not ended; news of the job takes the note away."""
        with self._database.write() as connection:
            known = _find(connection, key)
            if known and known.missed_at is None:
                _store(connection, replace(known, missed_at=at))

    def known(self, keys: Iterable[RecordKey]) -> frozenset[RecordKey]:
        """Which of these records there are; for jobs, not for children."""
        return frozenset(key for key in keys if self.get(key))

    def close(self, key: RecordKey, *, at: int) -> None:
        """Note that an array and its children have all ended: the sweep need not look again."""
        with self._database.write() as connection:
            connection.execute("UPDATE records SET is_open = 0 WHERE job_id = ? AND child = ?", _place(key))

    def bookmark(self, name: str) -> str | None:
        """Where a sweep of this name goes on; None for the beginning."""
        rows = self._database.read("SELECT place FROM bookmarks WHERE name = ?", name)
        return str(rows[0][0]) if rows else None

    def keep_bookmark(self, name: str, place: str | None) -> None:
        """Remember where a sweep goes on."""
        with self._database.write() as connection:
            if place is None:
                connection.execute("DELETE FROM bookmarks WHERE name = ?", (name,))
            else:
                connection.execute("REPLACE INTO bookmarks VALUES (?, ?)", (name, place))

    def children(
        self, batch_job_id: str, *, size: int, first: int, limit: int, statuses: frozenset[Status] = frozenset()
    ) -> Sequence[JobRecord]:
        """Known children of an array job in the order of their indices, from `first` on; of these statuses, if any."""
        rows = self._database.read(_CHILDREN, batch_job_id, first, size)
        children = (_RECORDS.decode(row[0]) for row in rows)
        return [child for child in children if not statuses or child.status in statuses][:limit]

    def open_children(self, batch_job_id: str, *, size: int, first: int, limit: int) -> Mapping[int, int]:
        """Indices, from `first` on, of children not known to have ended, with the order known: -1 for none at all."""
        rows = self._database.read(_CHILDREN, batch_job_id, first, size)
        known = {child.key.index: child for child in (_RECORDS.decode(row[0]) for row in rows)}
        found = [index for index in range(first, size) if index not in known or known[index].is_open]
        return {index: known[index].order if index in known else -1 for index in found[:limit]}

    def status_summary(self, batch_job_id: str, *, size: int) -> Mapping[Status, int]:
        """How many known children of an array job are in each status."""
        return {Status(status): count for status, count in self._database.read(_SUMMARY, batch_job_id)}

    def list_jobs(self, wanted: JobFilter, *, limit: int, cursor: str | None = None) -> Page:
        """Jobs that a filter lets through, newest first. Raises SubmissionInvalid for what is no cursor."""
        created_at, job_id = from_cursor(cursor) if cursor else (_LAST, "")
        rows = self._database.read(_PAGE, wanted.owner, min(created_at, _LAST), job_id, limit + 1)
        found = [_RECORDS.decode(row[0]) for row in rows[:limit]]
        after = to_cursor(found[-1].created_at, found[-1].key.job_id) if len(rows) > limit else None
        return Page(records=tuple(each for each in found if wanted.admits(each, tags={})), cursor=after)

    def list_open(self, *, limit: int, cursor: str | None = None) -> Page:
        """Records that the sweep must look at: of jobs that have not ended, and of arrays not closed yet."""
        rows = self._database.read(_OPEN, *(from_cursor(cursor) if cursor else (-1, "")), limit)
        found = tuple(_RECORDS.decode(row[0]) for row in rows)
        after = to_cursor(found[-1].created_at, found[-1].key.job_id) if len(found) == limit else None
        return Page(records=found, cursor=after)

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
