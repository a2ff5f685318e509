"""Deleting jobs from the table: a tombstone takes the place of the submission and of the record, all else goes.

The submission's comes first and the record's last, so that what was killed on the way is found, and done again.
"""

from __future__ import annotations

from dataclasses import dataclass

from controlplane.aws.dynamodb.alert_store import AlertStore
from controlplane.aws.dynamodb.children import DynamoChildren
from controlplane.aws.dynamodb.record_item import record_key
from controlplane.aws.dynamodb.submission_item import submission_key
from controlplane.aws.dynamodb.table import Table
from controlplane.aws.dynamodb.tombstone import tombstone
from controlplane.records.record import JobRecord


@dataclass(frozen=True, kw_only=True)
class Deletion:
    """Deletes jobs of ours that are over."""

    table: Table
    alerts: AlertStore
    children: DynamoChildren

    def delete(self, record: JobRecord, *, at: int) -> bool:
        """A write each for the submission, the alert and the record; of an array what was told of its children."""
        stone = tombstone(record, at=at)
        refused = self.table.put(
            submission_key(record.key.job_id) | stone,
            condition="attribute_not_exists(pk) OR createdAt = :created",
            values={":created": stone["createdAt"]},
        )
        if refused is not None:
            return False
        if record.batch_job_id and record.size:
            self.children.delete(record.batch_job_id, size=record.size, at=at)
        self.alerts.delete(record.key.job_id)
        self.table.put_all([record_key(record.key) | stone])
        return True
