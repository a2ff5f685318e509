"""The end of what has expired: deleted for good, some rows at a time. Readers don't see it any more before that.

The part of DynamoDB's time to live. Decides nothing about when.
"""

from __future__ import annotations

import sqlite3

from batchplane_local.records.job_rows import forget

_JOBS = "SELECT job_id FROM jobs WHERE ended_at <= ? ORDER BY ended_at LIMIT ?"
_ARRAY = "SELECT number FROM arrays WHERE ended_at <= ? ORDER BY ended_at LIMIT 1"
_CHILDREN = """
DELETE FROM children
WHERE array = ?1 AND child IN (SELECT child FROM children WHERE array = ?1 ORDER BY child LIMIT ?2)
"""


def delete_expired(connection: sqlite3.Connection, *, gone_by: int, limit: int) -> int:
    """Delete some of what ended at `gone_by` or earlier, at most so many jobs and children; return how many."""
    found = connection.execute(_JOBS, (gone_by, limit)).fetchall()
    forget(connection, (job_id for (job_id,) in found))
    deleted = len(found)
    while deleted < limit and (array := connection.execute(_ARRAY, (gone_by,)).fetchone()):
        children = connection.execute(_CHILDREN, (*array, limit - deleted)).rowcount
        deleted += children
        if deleted < limit:
            connection.execute("DELETE FROM arrays WHERE number = ?", array)
            deleted += 1
    return deleted
