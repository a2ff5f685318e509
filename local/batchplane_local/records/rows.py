"""Records while one write transaction lasts, wherever they stand: jobs in their table, children in theirs."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from batchplane_local.records.child_rows import ChildRows
from batchplane_local.records.deletion import DeletedJobs
from batchplane_local.records.job_rows import JobRows
from controlplane.records.record import JobRecord, RecordKey
from controlplane.submissions.submission import Submission


class Rows:
    """The records that one transaction reads and writes: `load` what it needs first, and `flush` before its end."""

    def __init__(self, connection: sqlite3.Connection, *, gone_by: int, now: int) -> None:
        self._jobs = JobRows(connection, gone_by=gone_by)
        self._children = ChildRows(connection)
        self._deleted = DeletedJobs(connection, now=now)

    @property
    def failed(self) -> Sequence[JobRecord]:
        """Jobs that have become FAILED. Children speak through their parent."""
        return self._jobs.failed

    def load(self, keys: Iterable[RecordKey]) -> None:
        """Look these up at once, before any of them is stored."""
        wanted = list(keys)
        self._jobs.load(key.job_id for key in wanted if key.index is None)
        self._children.load(key for key in wanted if key.index is not None)

    def get(self, key: RecordKey) -> JobRecord | None:
        """One record."""
        return self._jobs.get(key.job_id) if key.index is None else self._children.get(key)

    def put(self, new: JobRecord, *, submission: Submission | None = None) -> None:
        """Store a record. Only a new one takes its submission: what was asked lies beside it."""
        if new.key.index is None:
            self._jobs.put(new, submission=submission)
        else:
            self._children.put(new)

    def give_up(self, key: RecordKey) -> None:
        """Note that a child is lost that nobody told of."""
        self._children.give_up(key)

    def close(self, key: RecordKey, *, since: int | None) -> None:
        """Let the sweep look no more at a job that is over."""
        if key.index is None:
            self._jobs.close(key.job_id, since=since)

    def delete(self, record: JobRecord, *, at: int) -> None:
        """Delete a job with all that lies under its ids."""
        self._deleted.add(record, at=at)

    def deleted(self, job_id: str) -> tuple[str | None] | None:
        """Batch's id of a job that was deleted, where it had one; None where no such job was."""
        return self._deleted.find(job_id)

    def flush(self) -> None:
        """Store what is stored once for many records, and that children end with their array."""
        for job, ended_at in self._jobs.ended:
            if job.size is not None and job.batch_job_id is not None:
                self._children.end(job.batch_job_id, ended_at)
        self._children.flush()
