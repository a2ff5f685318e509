"""The job records in a DynamoDB table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from controlplane.aws.alert_store import AlertStore
from controlplane.aws.fan_out import FanOut
from controlplane.aws.job_update import late_update, newest_update, outcome_of
from controlplane.aws.listing import Listing
from controlplane.aws.record_item import CHILDREN_A_BLOCK, Item, block, from_item, record_key, stays_open, to_item
from controlplane.aws.retention import Retention
from controlplane.aws.submission_store import SubmissionStore
from controlplane.aws.sweeping import Sweeping
from controlplane.aws.table import Table
from controlplane.aws.update import Update
from controlplane.job import Status
from controlplane.job_filter import JobFilter
from controlplane.record import JobRecord, Outcome, RecordKey, decide
from controlplane.records import AlertClaim, Merge, Page
from controlplane.state_change import StateChange
from controlplane.submission import Submission


class DynamoRecords:
    """The port `Records` over one table."""

    def __init__(
        self,
        client: Any,
        *,
        table: str,
        clock: Callable[[], int],
        fan_out: FanOut = map,
        retention_days: int = 0,
    ) -> None:
        """Build the store.

        Args:
            client: boto3's.
            table: Its name.
            clock: Epoch milliseconds.
            fan_out: What does many calls of the client: several at a time, or one after another.
            retention_days: How long jobs are kept after their end; 0 keeps them for good.
        """
        self._client = client
        self._table_name = table
        self._fan_out = fan_out
        self._table = Table(client, table, clock=clock)
        self._retention = Retention(days=retention_days)
        self._alerts = AlertStore(table=self._table, retention=self._retention)
        self._submissions = SubmissionStore(table=self._table, retention=self._retention, alerts=self._alerts)
        self._listing = Listing(table=self._table)
        self._sweeping = Sweeping(table=self._table, retention=self._retention, submissions=self._submissions)

    def create(self, submission: Submission) -> Submission | None:
        """Two conditional writes; more for a job that has expired."""
        return self._submissions.create(submission)

    def submission(self, job_id: str) -> Submission | None:
        """One strongly consistent read."""
        return self._submissions.get(job_id)

    def get(self, key: RecordKey) -> JobRecord | None:
        """One strongly consistent read."""
        item = self._table.get(record_key(key))
        return from_item(item) if item else None

    def merge(self, merges: Sequence[Merge]) -> Sequence[Outcome | Exception]:
        """One conditional write a job; a second one only for a late change that history does not know."""
        return list(self._fan_out(self._merge, merges))

    def decide(self, key: RecordKey, change: StateChange) -> None:
        """A read, and a write on the order that was read."""
        known = self.get(key)
        if known is None:
            return
        decided_record = decide(known, change)
        values = to_item(decided_record)
        update = Update().set({name: value for name, value in values.items() if name not in ("pk", "sk")})
        update.require(f"{update.name('order')} = {update.value({'N': str(known.order)})}")
        self._table.update(record_key(key), update)

    def claim(self, job_id: str, *, previous: int | None, at: int, capability_digest: str | None) -> bool:
        """A conditional write on the claim that was seen."""
        update = Update().set({"claimedAt": {"N": str(at)}})
        if capability_digest:
            update.set({"capabilityDigest": {"S": capability_digest}})
        update.require(f"attribute_not_exists({update.name('batchJobId')})")
        update.require(f"{update.name('status')} = {update.value({'S': Status.SUBMITTED.value})}")
        claimed = update.name("claimedAt")
        seen = f"{claimed} = {update.value({'N': str(previous)})}" if previous is not None else ""
        update.require(seen or f"attribute_not_exists({claimed})")
        return self._table.update(record_key(RecordKey(job_id=job_id)), update) is None

    def release(self, job_id: str, *, claimed_at: int) -> None:
        """A conditional write: somebody else's claim stays."""
        update = Update().remove(["claimedAt"])
        update.require(f"{update.name('claimedAt')} = {update.value({'N': str(claimed_at)})}")
        self._table.update(record_key(RecordKey(job_id=job_id)), update)

    def settle(self, job_id: str, batch_job_id: str) -> bool:
        """A conditional write: an id that is noted stays."""
        value = {"S": batch_job_id}
        update = Update().set({"batchJobId": value})
        update.require(f"attribute_exists({update.name('pk')})")
        name = update.name("batchJobId")
        update.require(f"(attribute_not_exists({name}) OR {name} = {update.value(value)})")
        return self._table.update(record_key(RecordKey(job_id=job_id)), update) is None

    def miss(self, key: RecordKey, *, at: int) -> None:
        """A conditional write."""
        self._sweeping.miss(key, at=at)

    def lose(self, key: RecordKey, *, at: int) -> None:
        """A conditional write."""
        self._sweeping.lose(key, at=at)

    def known(self, keys: Iterable[RecordKey]) -> frozenset[RecordKey]:
        """A read of every hundred keys."""
        return self._sweeping.known(keys)

    def close(self, key: RecordKey, *, at: int) -> None:
        """A read and a write; another write where there is a retention."""
        self._sweeping.close(key)

    def bookmark(self, name: str) -> str | None:
        """One read."""
        return self._sweeping.bookmark(name)

    def keep_bookmark(self, name: str, place: str | None) -> None:
        """One write."""
        self._sweeping.keep_bookmark(name, place)

    def children(
        self, batch_job_id: str, *, size: int, first: int, limit: int, statuses: frozenset[Status] = frozenset()
    ) -> Sequence[JobRecord]:
        """One query a block, until there are enough."""
        found: list[JobRecord] = []
        start = first
        while start < size and len(found) < limit:
            block = map(from_item, self._block(batch_job_id, start, limit=CHILDREN_A_BLOCK))
            found += (child for child in block if not statuses or child.status in statuses)
            start = (start // CHILDREN_A_BLOCK + 1) * CHILDREN_A_BLOCK
        return found[:limit]

    def open_children(self, batch_job_id: str, *, size: int, first: int, limit: int) -> Mapping[int, int]:
        """One query a block, until there are enough."""
        found: dict[int, int] = {}
        start = first
        while start < size and len(found) < limit:
            end = min((start // CHILDREN_A_BLOCK + 1) * CHILDREN_A_BLOCK, size)
            block = map(from_item, self._block(batch_job_id, start, limit=CHILDREN_A_BLOCK))
            known = {child.key.index: child for child in block}
            found |= {
                index: known[index].order if index in known else -1
                for index in range(start, end)
                if index not in known or known[index].is_open
            }
            start = end
        return dict(list(found.items())[:limit])

    def status_summary(self, batch_job_id: str, *, size: int) -> Mapping[Status, int]:
        """One query a block."""
        counts: dict[Status, int] = {}
        for start in range(0, size, CHILDREN_A_BLOCK):
            for item in self._block(batch_job_id, start, limit=CHILDREN_A_BLOCK):
                status = Status(item["status"]["S"])
                counts[status] = counts.get(status, 0) + 1
        return counts

    def list_jobs(self, wanted: JobFilter, *, limit: int, cursor: str | None = None) -> Page:
        """At most a megabyte of an index and of records."""
        return self._listing.list_jobs(wanted, limit=limit, cursor=cursor)

    def list_open(self, *, limit: int, cursor: str | None = None) -> Page:
        """A query or two a shard of the index, and a read of the records."""
        return self._sweeping.list_open(limit=limit, cursor=cursor)

    def claim_alert(self, job_id: str, *, at: int, lease: int) -> AlertClaim:
        """A conditional write on an item beside the record."""
        return self._alerts.claim(job_id, at=at, lease=lease)

    def close_alert(self, job_id: str) -> None:
        """One write."""
        self._alerts.close(job_id)

    def _merge(self, merge: Merge) -> Outcome | Exception:
        try:
            old = self._table.update_as(newest_update(merge, retention=self._retention))
            came_of = outcome_of(merge, old)
            late = late_update(merge, old) if old and came_of in (Outcome.LATE, Outcome.CONFLICT) else None
            if late:
                self._table.update_as(late)
            if merge.ours and came_of not in (Outcome.STRANGE, Outcome.DUPLICATE):
                self._expire_submission(merge)
        except Exception as error:  # it stops no other
            return error
        return came_of

    def _expire_submission(self, merge: Merge) -> None:
        """With the end of its job, and again with each repetition of that: a crash may have come between."""
        for change in merge.changes:
            if not stays_open(change):
                self._submissions.expire(merge.key.job_id, ended_at=change.at)

    def _block(self, batch_job_id: str, first: int, *, limit: int) -> Iterator[Item]:
        """The children of one block from an index on."""
        request: dict[str, Any] = {
            "TableName": self._table_name,
            "KeyConditionExpression": "pk = :pk AND sk >= :first",
            "ExpressionAttributeValues": {
                ":pk": {"S": block(batch_job_id, first)},
                ":first": {"S": f"CHILD#{first:05d}"},
            },
            "ConsistentRead": True,
            "Limit": limit,
        }
        while True:
            answer = self._client.query(**request)
            yield from answer["Items"]
            limit -= len(answer["Items"])
            if limit <= 0 or not answer.get("LastEvaluatedKey"):
                return
            request |= {"ExclusiveStartKey": answer["LastEvaluatedKey"], "Limit": limit}
