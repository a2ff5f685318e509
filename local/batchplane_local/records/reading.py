"""What is asked of records: one, children of an array, what is open. Writes nothing.

What ended at `gone_by` or earlier has expired, and is not there.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from batchplane_local.database import Database
from batchplane_local.records.child_rows import SUMMARIES
from batchplane_local.records.job_rows import RECORDS
from controlplane.job import Status
from controlplane.records.job_filter import from_cursor, to_cursor
from controlplane.records.port import DELETED_MILLISECONDS, Page
from controlplane.records.record import JobRecord, RecordKey
from controlplane.submissions.submission import Submission

#: Children that one question looks at.
_STRETCH = 10_000
_JOB = "SELECT record FROM jobs WHERE job_id = ? AND (ended_at IS NULL OR ended_at > ?)"
_CHILD = """
SELECT record FROM arrays JOIN children ON array = number
WHERE batch_job_id = ? AND (ended_at IS NULL OR ended_at > ?) AND child = ? AND record IS NOT NULL
"""
# An array without a child in these statuses is passed over by its summary: a large one has millions of bytes of them.
_CHILDREN = """
SELECT record FROM arrays JOIN children ON array = number
WHERE batch_job_id = ?1 AND (ended_at IS NULL OR ended_at > ?2) AND child >= ?3 AND child < ?4
    AND EXISTS (SELECT 1 FROM json_each(summary) WHERE key IN (SELECT value FROM json_each(?5)))
    AND status IN (SELECT value FROM json_each(?5))
ORDER BY child LIMIT ?6
"""
_OPEN_ORDERS = """
SELECT child, open_order FROM arrays JOIN children ON array = number
WHERE batch_job_id = ? AND (ended_at IS NULL OR ended_at > ?) AND child >= ? AND child < ?
"""
_INDICES = """
SELECT child FROM arrays JOIN children ON array = number
WHERE batch_job_id = ? AND (ended_at IS NULL OR ended_at > ?) AND status = ? ORDER BY child
"""
_SUMMARY = "SELECT summary FROM arrays WHERE batch_job_id = ? AND (ended_at IS NULL OR ended_at > ?)"
_SUBMISSION = """
SELECT submission FROM submissions JOIN jobs USING (number) WHERE job_id = ? AND (ended_at IS NULL OR ended_at > ?)
"""
_KNOWN = """
SELECT record FROM jobs WHERE job_id IN (SELECT value FROM json_each(?)) AND (ended_at IS NULL OR ended_at > ?)
"""
_KNOWN_DELETED = """
SELECT job_id, batch_job_id FROM deleted_jobs
WHERE job_id IN (SELECT value FROM json_each(?)) AND deleted_at > ?
"""
_OPEN = """
SELECT record FROM jobs WHERE ended_at IS NULL AND (created_at, job_id) > (?, ?) ORDER BY created_at, job_id LIMIT ?
"""
_SUBMISSIONS = msgspec.json.Decoder(Submission)


def submission(database: Database, job_id: str, *, gone_by: int) -> Submission | None:
    """What was asked."""
    rows = database.read(_SUBMISSION, job_id, gone_by)
    return _SUBMISSIONS.decode(rows[0][0]) if rows else None


def record(database: Database, key: RecordKey, *, gone_by: int) -> JobRecord | None:
    """One record."""
    if key.index is None:
        rows = database.read(_JOB, key.job_id, gone_by)
    else:
        rows = database.read(_CHILD, key.job_id, gone_by, key.index)
    return RECORDS.decode(rows[0][0]) if rows else None


def known(database: Database, keys: Iterable[RecordKey], *, gone_by: int, now: int) -> Mapping[RecordKey, str | None]:
    """Those of these jobs that there are, or were until they were deleted, with Batch's id of each."""
    wanted = json.dumps([key.job_id for key in keys])
    stones = database.read(_KNOWN_DELETED, wanted, now - DELETED_MILLISECONDS)
    records = (RECORDS.decode(document) for (document,) in database.read(_KNOWN, wanted, gone_by))
    deleted = {RecordKey(job_id=job_id): batch_job_id for job_id, batch_job_id in stones}
    return deleted | {record.key: record.batch_job_id for record in records}


def children(
    database: Database, batch_job_id: str, indices: range, statuses: Iterable[Status], *, limit: int, gone_by: int
) -> Sequence[JobRecord]:
    """Children of these indices in these statuses, in order."""
    stretch = (indices.start, indices.stop, json.dumps(list(statuses)))
    rows = database.read(_CHILDREN, batch_job_id, gone_by, *stretch, limit)
    return [RECORDS.decode(document) for (document,) in rows]


def open_children(
    database: Database, batch_job_id: str, indices: range, *, limit: int, gone_by: int
) -> Mapping[int, int]:
    """Those of these indices whose children may still run, with the order known: -1 for none at all."""
    summary = status_summary(database, batch_job_id, gone_by=gone_by)
    if sum(count for status, count in summary.items() if status.is_terminal) >= indices.stop:
        return {}
    found: dict[int, int] = {}
    for start in range(indices.start, indices.stop, _STRETCH):
        stretch = range(start, min(start + _STRETCH, indices.stop))
        told = dict(database.read(_OPEN_ORDERS, batch_job_id, gone_by, stretch.start, stretch.stop))
        orders = ((index, told.get(index, -1)) for index in stretch)
        found |= {index: order for index, order in orders if order is not None}
        if len(found) >= limit:
            break
    return dict(list(found.items())[:limit])


def children_in(database: Database, batch_job_id: str, status: Status, *, gone_by: int) -> Sequence[int]:
    """The indices of the children in a status."""
    return [index for (index,) in database.read(_INDICES, batch_job_id, gone_by, status)]


def status_summary(database: Database, batch_job_id: str, *, gone_by: int) -> Mapping[Status, int]:
    """How many children are in each status."""
    rows = database.read(_SUMMARY, batch_job_id, gone_by)
    return SUMMARIES.decode(rows[0][0]) if rows else {}


def list_open(database: Database, *, limit: int, cursor: str | None) -> Page:
    """Jobs that have not ended, and arrays that are not closed, from the oldest on."""
    rows = database.read(_OPEN, *(from_cursor(cursor) if cursor else (-1, "")), limit)
    found = tuple(RECORDS.decode(document) for (document,) in rows)
    after = to_cursor(found[-1].created_at, found[-1].key.job_id) if len(found) == limit else None
    return Page(records=found, cursor=after)
