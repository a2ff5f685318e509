"""What stands in place of a deleted job, in the table: it tells nothing but Batch's id. Does no I/O.

It refuses who would create the job again, and the news that is still told of it. DynamoDB deletes it in time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from controlplane.aws.dynamodb.retention import expiry
from controlplane.records.port import DELETED_MILLISECONDS, Merge
from controlplane.records.record import JobRecord, Outcome, outcome_for_deleted, strongest

_Item = dict[str, dict[str, Any]]


def tombstone(record: JobRecord, *, at: int) -> _Item:
    """The attributes beside the key, of a job that is deleted at this time (epoch milliseconds)."""
    item: _Item = {
        "createdAt": {"N": str(record.created_at)},  # a later job of the same id is another one
        "deletedAt": {"N": str(at)},
        **expiry((at + DELETED_MILLISECONDS) // 1000),
    }
    return item | ({"batchJobId": {"S": record.batch_job_id}} if record.batch_job_id else {})


def is_deleted(item: Mapping[str, Any]) -> bool:
    """Whether an item is a tombstone."""
    return "deletedAt" in item


def outcome_of_deleted(merge: Merge, stone: Mapping[str, Mapping[str, Any]]) -> Outcome:
    """What came of a merge that a tombstone refused."""
    batch_job_id = stone["batchJobId"]["S"] if "batchJobId" in stone else None
    return strongest([outcome_for_deleted(batch_job_id, change) for change in merge.changes])
