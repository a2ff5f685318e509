"""Who has set out to alert of a job, on an item beside its record."""

from __future__ import annotations

from dataclasses import dataclass

from controlplane.aws.dynamodb.record_item import Item
from controlplane.aws.dynamodb.retention import Retention
from controlplane.aws.dynamodb.table import Table
from controlplane.aws.dynamodb.update import Update
from controlplane.records.port import AlertClaim


@dataclass(frozen=True, kw_only=True)
class AlertStore:
    """Claims of alerts. They expire after the records that they are of, which ended before they were claimed."""

    table: Table
    retention: Retention

    def claim(self, job_id: str, *, at: int, lease: int) -> AlertClaim:
        """A conditional write."""
        update = Update().set({"claimedAt": {"N": str(at)}} | self.retention.expiry(at))
        claimed, closed = update.name("claimedAt"), update.name("closed")
        lapsed = update.value({"N": str(at - lease)})
        update.require(f"(attribute_not_exists({claimed}) OR {claimed} <= {lapsed})")
        update.require(f"attribute_not_exists({closed})")
        old = self.table.update(_key(job_id), update)
        if old is None:
            return AlertClaim.GRANTED
        return AlertClaim.CLOSED if "closed" in old else AlertClaim.HELD

    def close(self, job_id: str) -> None:
        """A conditional write: of a job that was deleted meanwhile nothing is left."""
        update = Update().set({"closed": {"BOOL": True}} | self.retention.expiry(self.table.clock()))
        update.require(f"attribute_exists({update.name('claimedAt')})")
        self.table.update(_key(job_id), update)

    def delete(self, job_id: str) -> None:
        """One write."""
        self.table.delete_all([_key(job_id)])

    def reopen(self, job_id: str) -> None:
        """Forget the alert of a job that is gone: another of its id may fail, too."""
        update = Update().remove(["claimedAt", "closed"])
        update.require(f"attribute_exists({update.name('pk')})")
        self.table.update(_key(job_id), update)


def _key(job_id: str) -> Item:
    return {"pk": {"S": job_id}, "sk": {"S": "ALERT"}}
