"""Deleted jobs in SQLite, while one write transaction lasts: what is left of them, so that they stay deleted.

Of each its id, Batch's, and when it was deleted. The children of an array are cut off from Batch's id at once, so that
nobody finds them, nor merges news with them; their rows go as those of what has expired, some at a time (expiry.py),
for nobody should wait until 10,000 are deleted. Decides nothing about who may.
"""

from __future__ import annotations

import sqlite3

from batchplane_local.records.child_rows import LONG_AGO
from batchplane_local.records.job_rows import forget
from controlplane.records.port import DELETED_MILLISECONDS
from controlplane.records.record import JobRecord

SCHEMA = """
CREATE TABLE IF NOT EXISTS deleted_jobs (
    job_id TEXT PRIMARY KEY,
    batch_job_id TEXT,
    deleted_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS deleted_by_batch_job_id ON deleted_jobs (batch_job_id)
"""
_FIND = "SELECT batch_job_id FROM deleted_jobs WHERE job_id = ? AND deleted_at > ?"
_FORGET = "DELETE FROM deleted_jobs WHERE deleted_at <= ?"
_CUT_CHILDREN_OFF = "UPDATE arrays SET batch_job_id = NULL, ended_at = ? WHERE batch_job_id = ?"


def forget_deleted(connection: sqlite3.Connection, *, now: int) -> None:
    """Free the ids of deleted jobs whose time is over (epoch milliseconds)."""
    connection.execute(_FORGET, (now - DELETED_MILLISECONDS,))


class DeletedJobs:
    """The jobs that were deleted of late."""

    def __init__(self, connection: sqlite3.Connection, *, now: int) -> None:
        self._connection = connection
        #: Epoch milliseconds.
        self._now = now

    def add(self, record: JobRecord, *, at: int) -> None:
        """Delete a job with all that lies under its ids, and what is left of those whose time is over."""
        job_id = record.key.job_id
        forget(self._connection, [job_id])
        self._connection.execute("REPLACE INTO deleted_jobs VALUES (?, ?, ?)", (job_id, record.batch_job_id, at))
        self._connection.execute(_CUT_CHILDREN_OFF, (LONG_AGO, record.batch_job_id))
        forget_deleted(self._connection, now=at)

    def find(self, job_id: str) -> tuple[str | None] | None:
        """Batch's id of a job that was deleted, where it had one; None where no such job was."""
        found = self._connection.execute(_FIND, (job_id, self._now - DELETED_MILLISECONDS))
        row: tuple[str | None] | None = found.fetchone()
        return row
