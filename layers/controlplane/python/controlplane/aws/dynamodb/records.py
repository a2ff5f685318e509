"""The job records in a DynamoDB table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from controlplane.aws.dynamodb.alert_store import AlertStore
from controlplane.aws.dynamodb.belongings import Belongings
from controlplane.aws.dynamodb.children import DynamoChildren
from controlplane.aws.dynamodb.deletion import Deletion
from controlplane.aws.dynamodb.job_update import decision, late_update, newest_of, newest_update, outcome_of
from controlplane.aws.dynamodb.listing import Listing
from controlplane.aws.dynamodb.record_item import Item, digests, from_item, record_key, stays_open
from controlplane.aws.dynamodb.retention import Retention, expiry_of
from controlplane.aws.dynamodb.submission_store import SubmissionStore
from controlplane.aws.dynamodb.sweeping import Sweeping
from controlplane.aws.dynamodb.table import Table
from controlplane.aws.dynamodb.update import Update
from controlplane.batch.state_change import StateChange
from controlplane.errors import NotYet
from controlplane.fan_out import FanOut
from controlplane.job import Status
from controlplane.records.job_filter import JobFilter
from controlplane.records.port import AlertClaim, Merge, Page
from controlplane.records.record import JobRecord, Outcome, RecordKey
from controlplane.submissions.submission import Submission

#: How often news of a job is brought that is lost, or found, at every try.
_LOOKS = 8


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
        self._fan_out = fan_out
        self._table = Table(client, table, clock=clock)
        self._retention = Retention(days=retention_days)
        self._alerts = AlertStore(table=self._table, retention=self._retention)
        self._submissions = SubmissionStore(table=self._table, retention=self._retention, alerts=self._alerts)
        self._listing = Listing(table=self._table)
        self._children = DynamoChildren(self._table, fan_out=fan_out)
        self._deletion = Deletion(table=self._table, alerts=self._alerts, children=self._children)
        self._belongings = Belongings(submissions=self._submissions, children=self._children)
        self._sweeping = Sweeping(table=self._table, retention=self._retention, belongings=self._belongings)

    def create(self, submission: Submission) -> Submission | None:
        """Two conditional writes; more for a job that has expired."""
        return self._submissions.create(submission)

    def create_all(self, submissions: Sequence[Submission]) -> Sequence[Submission | Exception | None]:
        """The same writes for each, several at a time."""
        return list(self._fan_out(self._create, submissions))

    def submission(self, job_id: str) -> Submission | None:
        """One strongly consistent read."""
        return self._submissions.get(job_id)

    def get(self, key: RecordKey) -> JobRecord | None:
        """One strongly consistent read; a child takes two."""
        if key.index is not None:
            return self._children.get(key)
        item = self._table.get(record_key(key))
        return from_item(item) if item else None

    def merge(self, merges: Sequence[Merge]) -> Sequence[Outcome | Exception]:
        """One conditional write a job; a second one only for a late change that history does not know.

        Children of arrays take few writes, all of them together.
        """
        of_jobs = iter(self._fan_out(self._merge, [merge for merge in merges if merge.key.index is None]))
        of_children = iter(self._children.merge([merge for merge in merges if merge.key.index is not None]))
        return [next(of_jobs if merge.key.index is None else of_children) for merge in merges]

    def decide(self, key: RecordKey, change: StateChange) -> None:
        """A read, and a write on the order that was read."""
        if key.index is not None:
            self._children.decide(key, change)
            return
        item = self._table.get(record_key(key))
        update = decision(item, change, retention=self._retention) if item else None
        if update and self._table.update(record_key(key), update) is None and not stays_open(key, change):
            at = self._retention.expires_at(change.at)
            if at is not None:
                self._submissions.expire(key.job_id, at=at)

    def claim(self, job_id: str, *, previous: int | None, at: int, capability_digests: tuple[str, ...]) -> bool:
        """A conditional write on the claim that was seen."""
        update = Update().set({"claimedAt": {"N": str(at)}} | digests(capability_digests))
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
        update.require(f"attribute_exists({update.name('status')})")  # a tombstone has none
        name = update.name("batchJobId")
        update.require(f"(attribute_not_exists({name}) OR {name} = {update.value(value)})")
        return self._table.update(record_key(RecordKey(job_id=job_id)), update) is None

    def miss(self, key: RecordKey, *, at: int) -> None:
        """A conditional write; a child's after a read."""
        (self._sweeping if key.index is None else self._children).miss(key, at=at)

    def find(self, key: RecordKey) -> None:
        """A conditional write; a child's after a read."""
        (self._sweeping if key.index is None else self._children).find(key)

    def lose(self, key: RecordKey, *, at: int) -> None:
        """A conditional write; a child's after a read."""
        (self._sweeping if key.index is None else self._children).lose(key, at=at)

    def known(self, keys: Iterable[RecordKey]) -> Mapping[RecordKey, str | None]:
        """A read of every hundred keys."""
        return self._sweeping.known(keys)

    def close(self, key: RecordKey, *, since: int | None) -> None:
        """A read and a write; where there is a retention, a write of each item that goes with the job."""
        self._sweeping.close(key, since=since)

    def delete(self, record: JobRecord, *, at: int) -> bool:
        """A conditional write and two more; of an array one a block, and one for every 25 deliveries to it."""
        return self._deletion.delete(record, at=at)

    def bookmark(self, name: str) -> str | None:
        """One read."""
        return self._sweeping.bookmark(name)

    def keep_bookmark(self, name: str, place: str | None) -> None:
        """One write."""
        self._sweeping.keep_bookmark(name, place)

    def children(
        self, batch_job_id: str, *, size: int, first: int, limit: int, statuses: frozenset[Status] = frozenset()
    ) -> Sequence[JobRecord]:
        """One read of how they stand, and a query a block that any of them lie in."""
        return self._children.children(batch_job_id, size=size, first=first, limit=limit, statuses=statuses)

    def open_children(self, batch_job_id: str, *, size: int, first: int, limit: int) -> Mapping[int, int]:
        """One read of how they stand."""
        return self._children.open_children(batch_job_id, size=size, first=first, limit=limit)

    def children_in(self, batch_job_id: str, *, size: int, status: Status) -> Sequence[int]:
        """One read of how they stand."""
        return self._children.children_in(batch_job_id, size=size, status=status)

    def status_summary(self, batch_job_id: str, *, size: int) -> Mapping[Status, int]:
        """One read of how they stand."""
        return self._children.status_summary(batch_job_id, size=size)

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

    def _create(self, submission: Submission) -> Submission | Exception | None:
        try:
            return self._submissions.create(submission)
        except Exception as error:  # it stops no other
            return error

    def _merge(self, merge: Merge) -> Outcome | Exception:
        try:
            old = self._bring_newest(merge)
            came_of = outcome_of(merge, old)
            late = late_update(merge, old) if old and came_of in (Outcome.LATE, Outcome.CONFLICT) else None
            beaten = self._table.update_as(late) if late else None
            if beaten is not None:  # the record has become another Batch job's, or has gone
                came_of = outcome_of(merge, beaten)
            if merge.ours and came_of not in (Outcome.STRANGE, Outcome.DUPLICATE, Outcome.DELETED):
                self._expire_submission(merge, old)
        except Exception as error:  # it stops no other
            return error
        return came_of

    def _bring_newest(self, merge: Merge) -> Item | None:
        """Bring the newest change to the record: None, or the item that refused it. What belongs to a lost job is kept.

        That is done before, to be done again where the function dies, and after, for it may be let go meanwhile.
        """
        lost: JobRecord | None = None
        seen: int | None = None
        for _ in range(_LOOKS):
            old = self._table.update_as(newest_update(merge, retention=self._retention, seen=seen))
            if lost and seen is not None:
                self._belongings.keep(lost, at=seen)
            if not old or outcome_of(merge, old) is not Outcome.MERGED:
                return old
            lost, seen = from_item(old), expiry_of(old)
            if seen is not None:
                self._belongings.keep(lost, at=seen)
        raise NotYet(f"job {merge.key.job_id} was lost and found {_LOOKS} times in a row: deliver this again.")

    def _expire_submission(self, merge: Merge, old: Item | None) -> None:
        """With the record, at the end of its job, and again with each repetition of that: a crash may come between."""
        if any(not stays_open(merge.key, change) for change in merge.changes):
            at = expiry_of(old) if old else self._retention.expires_at(newest_of(merge).at)
            if at is not None:
                self._submissions.expire(merge.key.job_id, at=at)
