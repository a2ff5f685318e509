"""The job records in SQLite: the port `controlplane.records.port.Records`.

What a change does to a record is decided by the pure `controlplane.records.record` alone, inside one write transaction.
A job that becomes FAILED is told of in that same transaction, as the table's stream does on AWS.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from batchplane_local.batch.listeners import Listeners
from batchplane_local.clock import epoch_milliseconds
from batchplane_local.database import FAILURES, Database
from batchplane_local.queue import Queue
from batchplane_local.records import child_rows, deletion, job_rows, reading
from batchplane_local.records.expiry import delete_expired
from batchplane_local.records.job_lists import LOOKED_AT, list_jobs
from batchplane_local.records.merging import merged
from batchplane_local.records.rows import Rows
from controlplane.batch.state_change import StateChange
from controlplane.errors import KeySpent
from controlplane.job import Status
from controlplane.records import record
from controlplane.records.job_filter import JobFilter
from controlplane.records.port import AlertClaim, Merge, Page
from controlplane.records.record import JobRecord, Outcome, RecordKey
from controlplane.submissions.submission import Submission

_BOOKMARKS = "CREATE TABLE IF NOT EXISTS bookmarks (name TEXT PRIMARY KEY, place TEXT NOT NULL) WITHOUT ROWID"
#: Milliseconds of a day.
_DAY = 86_400_000


class SqliteRecords:
    """The records of every job, in one database."""

    def __init__(
        self,
        database: Database,
        *,
        changes: Queue,
        retention_days: int = 0,
        clock: Callable[[], int] = epoch_milliseconds,
        looked_at: int = LOOKED_AT,
    ) -> None:
        """Lay out the tables.

        Args:
            database: Where records are kept.
            changes: Told of each job that has become FAILED.
            retention_days: How long after its end a job is there; 0 is for good.
            clock: Epoch milliseconds.
            looked_at: Most jobs that one page of a list looks at.
        """
        for schema in (job_rows.SCHEMA, child_rows.SCHEMA, deletion.SCHEMA, _BOOKMARKS):
            database.create(schema)
        self._database = database
        #: Whoever wants to hear of a record that may have changed.
        self.listeners: Listeners[RecordKey] = Listeners()
        self._changes = changes
        self._retention_milliseconds = retention_days * _DAY
        self._clock = clock
        self._looked_at = looked_at

    def recover(self) -> None:
        """Let go of alerts that a killed process had set out to send. Nobody may be alerting."""
        with self._database.write() as connection:
            connection.execute("UPDATE alerts SET held_until = 0 WHERE is_closed = 0")

    def create(self, submission: Submission) -> Submission | None:
        """Store a submission and its record; where the job exists, leave it and return the submission it came from.

        Raises KeySpent where the job was deleted.
        """
        with self._changing([RecordKey(job_id=submission.job_id)]) as (_, rows):
            return self._create(rows, submission)

    def create_all(self, submissions: Sequence[Submission]) -> Sequence[Submission | Exception | None]:
        """The same for many jobs in one transaction: a database that fails, fails them all."""
        try:
            with self._changing([RecordKey(job_id=each.job_id) for each in submissions]) as (_, rows):
                return [self._try_to_create(rows, each) for each in submissions]
        except FAILURES as error:
            return [error] * len(submissions)

    def submission(self, job_id: str) -> Submission | None:
        """What was asked."""
        return reading.submission(self._database, job_id, gone_by=self._gone_by)

    def get(self, key: RecordKey) -> JobRecord | None:
        """One record."""
        return reading.record(self._database, key, gone_by=self._gone_by)

    def merge(self, merges: Sequence[Merge]) -> Sequence[Outcome | Exception]:
        """Bring changes to records in one transaction: a database that fails, fails them all."""
        try:
            with self._changing([merge.key for merge in merges]) as (_, rows):
                return [merged(rows, merge) for merge in merges]
        except FAILURES as error:
            return [error] * len(merges)

    def decide(self, key: RecordKey, change: StateChange) -> None:
        """Note Batch's own answer about a job whose ends disagreed: the end it tells stands from now on."""
        with self._changing([key]) as (_, rows):
            known = rows.get(key)
            if known:
                rows.put(record.decide(known, change))

    def claim(self, job_id: str, *, previous: int | None, at: int, capability_digests: tuple[str, ...]) -> bool:
        """Set out to submit: True if no one else did since `previous`, and Batch doesn't know the job yet."""
        with self._changing([RecordKey(job_id=job_id)]) as (_, rows):
            known = rows.get(RecordKey(job_id=job_id))
            if known is None or not _is_waiting(known) or known.claimed_at != previous:
                return False
            digests = capability_digests or known.capability_digests
            rows.put(replace(known, claimed_at=at, capability_digests=digests))
            return True

    def release(self, job_id: str, *, claimed_at: int) -> None:
        """Take a claim back: Batch certainly did not take the job."""
        with self._changing([RecordKey(job_id=job_id)]) as (_, rows):
            known = rows.get(RecordKey(job_id=job_id))
            if known and known.claimed_at == claimed_at:
                rows.put(replace(known, claimed_at=None))

    def settle(self, job_id: str, batch_job_id: str) -> bool:
        """Note Batch's id of a job of ours; False if another id is noted already."""
        with self._changing([RecordKey(job_id=job_id)]) as (_, rows):
            known = rows.get(RecordKey(job_id=job_id))
            if known is None or known.batch_job_id not in (None, batch_job_id):
                return False
            rows.put(replace(known, batch_job_id=batch_job_id))
            return True

    def miss(self, key: RecordKey, *, at: int) -> None:
        """Note when Batch first did not describe a job that had not ended; news of the job takes the note away."""
        with self._changing([key]) as (_, rows):
            known = rows.get(key)
            if known and known.is_open and known.missed_at is None:
                rows.put(replace(known, missed_at=at))

    def find(self, key: RecordKey) -> None:
        """Take the note of a miss away: Batch describes the job after all."""
        with self._changing([key]) as (_, rows):
            known = rows.get(key)
            if known and known.missed_at is not None:
                rows.put(replace(known, missed_at=None))

    def lose(self, key: RecordKey, *, at: int) -> None:
        """Note that Batch has forgotten a job that had not ended, or a child never told of; the first time stays."""
        with self._changing([key]) as (_, rows):
            known = rows.get(key)
            if known and known.is_open:
                rows.put(replace(known, lost=True, changed_at=at))
            elif known is None and key.index is not None:
                rows.give_up(key)

    def known(self, keys: Iterable[RecordKey]) -> Mapping[RecordKey, str | None]:
        """Those of these jobs of which there is a record, or was until it was deleted, with Batch's id of each."""
        return reading.known(self._database, keys, gone_by=self._gone_by, now=self._clock())

    def close(self, key: RecordKey, *, since: int | None) -> None:
        """Note that a job that is over needs no look any more, and since when it counts as over; None for never."""
        with self._changing([key]) as (_, rows):
            rows.close(key, since=since)

    def delete(self, record: JobRecord, *, at: int) -> bool:
        """Delete a job of ours that is over, with its submission, alert and children, in one transaction."""
        with self._changing([record.key]) as (_, rows):
            known = rows.get(record.key)
            if known is None or known.created_at != record.created_at:
                return False
            rows.delete(known, at=at)
            return True

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
        wanted = statuses or frozenset(Status)
        indices = range(first, size)
        return reading.children(self._database, batch_job_id, indices, wanted, limit=limit, gone_by=self._gone_by)

    def open_children(self, batch_job_id: str, *, size: int, first: int, limit: int) -> Mapping[int, int]:
        """Indices, from `first` on, of children not known to have ended, with the order known: -1 for none at all."""
        indices = range(first, size)
        return reading.open_children(self._database, batch_job_id, indices, limit=limit, gone_by=self._gone_by)

    def children_in(self, batch_job_id: str, *, size: int, status: Status) -> Sequence[int]:
        """The indices of an array job's children that are known to be in this status, in their order."""
        return reading.children_in(self._database, batch_job_id, status, gone_by=self._gone_by)

    def status_summary(self, batch_job_id: str, *, size: int) -> Mapping[Status, int]:
        """How many known children of an array job are in each status."""
        return reading.status_summary(self._database, batch_job_id, gone_by=self._gone_by)

    def list_jobs(self, wanted: JobFilter, *, limit: int, cursor: str | None = None) -> Page:
        """Jobs that a filter lets through, newest first. Raises SubmissionInvalid for what is no cursor."""
        return list_jobs(
            self._database, wanted, limit=limit, cursor=cursor, gone_by=self._gone_by, looked_at=self._looked_at
        )

    def list_open(self, *, limit: int, cursor: str | None = None) -> Page:
        """Records that the sweep must look at: of jobs that have not ended, and of arrays not closed yet."""
        return reading.list_open(self._database, limit=limit, cursor=cursor)

    def claim_alert(self, job_id: str, *, at: int, lease: int) -> AlertClaim:
        """Set out to alert of a job, at this time, for so many milliseconds."""
        with self._changing([RecordKey(job_id=job_id)]) as (connection, _):
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
            connection.execute("UPDATE alerts SET held_until = 0, is_closed = 1 WHERE job_id = ?", (job_id,))

    @property
    def is_expiring(self) -> bool:
        """Whether anything ever expires."""
        return self._retention_milliseconds > 0

    def delete_expired(self, *, limit: int) -> int:
        """Free the room of what has expired, at most so many rows at a time; return how many."""
        with self._database.write() as connection:
            deletion.forget_deleted(connection, now=self._clock())
            return delete_expired(connection, gone_by=self._gone_by, limit=limit)

    @property
    def _gone_by(self) -> int:
        """What ended then or earlier has expired."""
        return self._clock() - self._retention_milliseconds if self.is_expiring else child_rows.LONG_AGO

    def _try_to_create(self, rows: Rows, submission: Submission) -> Submission | Exception | None:
        try:
            return self._create(rows, submission)
        except KeySpent as error:
            return error

    def _create(self, rows: Rows, submission: Submission) -> Submission | None:
        key = RecordKey(job_id=submission.job_id)
        if rows.deleted(key.job_id):
            raise KeySpent
        if rows.get(key):
            return self.submission(key.job_id)
        rows.put(record.born(submission), submission=submission)
        return None

    @contextmanager
    def _changing(self, keys: Sequence[RecordKey]) -> Iterator[tuple[sqlite3.Connection, Rows]]:
        """One transaction over these records; in it, each job that becomes FAILED is told of, and after it all are."""
        with self._database.write() as connection:
            rows = Rows(connection, gone_by=self._gone_by, now=self._clock())
            rows.load(keys)
            yield connection, rows
            rows.flush()
            for failed in rows.failed:
                self._changes.put(connection, _image(failed))
        self.listeners.tell(keys)
        if rows.failed:
            self._changes.announce()


def _is_waiting(known: JobRecord) -> bool:
    """True for a job that nobody has told Batch of, as far as is known."""
    return known.batch_job_id is None and known.status is Status.SUBMITTED


def _image(new: JobRecord) -> str:
    """What the table's stream says of a changed record: its keys and the members that a filter may look at."""
    keys = {"pk": {"S": new.key.job_id}, "sk": {"S": "RECORD"}}
    return json.dumps({"Keys": keys, "NewImage": {**keys, "status": {"S": new.status}, "owner": {"S": new.owner}}})
