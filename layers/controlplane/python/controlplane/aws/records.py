"""The job records in a DynamoDB table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from controlplane.aws.fan_out import FanOut
from controlplane.aws.job_update import late_update, newest_update, outcome_of
from controlplane.aws.record_item import (
    CHILDREN_A_BLOCK,
    OPEN_SHARDS,
    Item,
    block,
    created,
    from_item,
    open_shard,
    record_key,
    submission_from_item,
    submission_to_item,
    to_item,
)
from controlplane.aws.update import Update
from controlplane.job import Status
from controlplane.job_filter import JobFilter, from_cursor, to_cursor
from controlplane.record import JobRecord, Outcome, RecordKey, born, decide
from controlplane.records import AlertClaim, Merge, Page
from controlplane.state_change import StateChange
from controlplane.submission import Submission

#: Most keys of one BatchGetItem.
_GET_LIMIT = 100


class DynamoRecords:
    """The port `Records` over one table."""

    def __init__(self, client: Any, *, table: str, fan_out: FanOut = map) -> None:
        """Take boto3's client, and what does many calls of it: several at a time, or one after another."""
        self._client = client
        self._table = table
        self._fan_out = fan_out

    def create(self, submission: Submission) -> Submission | None:
        """The submission's item is the lock; the record's follows, also where a crash had come between."""
        old = self._put(submission_to_item(submission))
        earlier = submission_from_item(old) if old else None
        self._put(to_item(born(earlier or submission)) | {"open": {"S": open_shard(submission.job_id)}})
        return earlier

    def submission(self, job_id: str) -> Submission | None:
        """One strongly consistent read."""
        item = self._get({"pk": {"S": job_id}, "sk": {"S": "SUBMISSION"}})
        return submission_from_item(item) if item else None

    def get(self, key: RecordKey) -> JobRecord | None:
        """One strongly consistent read."""
        item = self._get(record_key(key))
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
        self._update(record_key(key), update)

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
        return self._update(record_key(RecordKey(job_id=job_id)), update) is None

    def release(self, job_id: str, *, claimed_at: int) -> None:
        """A conditional write: somebody else's claim stays."""
        update = Update().remove(["claimedAt"])
        update.require(f"{update.name('claimedAt')} = {update.value({'N': str(claimed_at)})}")
        self._update(record_key(RecordKey(job_id=job_id)), update)

    def settle(self, job_id: str, batch_job_id: str) -> bool:
        """A conditional write: an id that is noted stays."""
        value = {"S": batch_job_id}
        update = Update().set({"batchJobId": value})
        update.require(f"attribute_exists({update.name('pk')})")
        name = update.name("batchJobId")
        update.require(f"(attribute_not_exists({name}) OR {name} = {update.value(value)})")
        return self._update(record_key(RecordKey(job_id=job_id)), update) is None

    def lose(self, key: RecordKey, *, at: int) -> None:
        """A conditional write: a job that has ended meanwhile is not lost."""
        update = Update().set({"lost": {"BOOL": True}, "changedAt": {"N": str(at)}}).remove(["open"])
        ended = [update.value({"S": status.value}) for status in Status if status.is_terminal]
        update.require(f"attribute_exists({update.name('pk')})")
        update.require(f"NOT {update.name('status')} IN ({', '.join(ended)})")
        self._update(record_key(key), update)

    def miss(self, key: RecordKey, *, at: int) -> None:
        """A conditional write: the first look counts."""
        update = Update().set_once({"missedAt": {"N": str(at)}})
        update.require(f"attribute_exists({update.name('pk')})")
        self._update(record_key(key), update)

    def known(self, keys: Iterable[RecordKey]) -> frozenset[RecordKey]:
        """Reads of a hundred at a time."""
        return frozenset(record.key for record in self._read(map(record_key, keys)))

    def close(self, key: RecordKey, *, at: int) -> None:
        """A write that takes it out of the index."""
        update = Update().remove(["open"])
        update.require(f"attribute_exists({update.name('pk')})")
        self._update(record_key(key), update)

    def bookmark(self, name: str) -> str | None:
        """One read."""
        item = self._get({"pk": {"S": "BOOKMARK"}, "sk": {"S": name}})
        return item["place"]["S"] if item else None

    def keep_bookmark(self, name: str, place: str | None) -> None:
        """One write."""
        key = {"pk": {"S": "BOOKMARK"}, "sk": {"S": name}}
        if place is None:
            self._client.delete_item(TableName=self._table, Key=key)
        else:
            self._client.put_item(TableName=self._table, Item=key | {"place": {"S": place}})

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
        """A query of the index for keys, and a read of the records."""
        owner = wanted.owner or ""
        request = self._index("byOwner", "owner", owner) | {"ScanIndexForward": False, "Limit": limit}
        if cursor:
            created_at, job_id = from_cursor(cursor)
            start = {"owner": {"S": owner}, "created": {"S": created(created_at, job_id)}}
            request["ExclusiveStartKey"] = start | record_key(RecordKey(job_id=job_id))
        answer = self._client.query(**request)
        records = self._read(answer["Items"])
        records.sort(key=lambda record: (record.created_at, record.key.job_id), reverse=True)
        is_last = not answer.get("LastEvaluatedKey") or not records
        after = None if is_last else to_cursor(records[-1].created_at, records[-1].key.job_id)
        admitted = (record for record in records if wanted.admits(record, tags={}))
        return Page(records=tuple(admitted), cursor=after)

    def list_open(self, *, limit: int, cursor: str | None = None) -> Page:
        """A query a shard of the index, and a read of the records."""
        after = created(*from_cursor(cursor)) if cursor else ""
        keys: list[Item] = []
        for shard in range(OPEN_SHARDS):
            request = self._index("open", "open", str(shard)) | {"Limit": limit}
            request["KeyConditionExpression"] += " AND #created > :after"
            request["ExpressionAttributeNames"]["#created"] = "created"
            request["ExpressionAttributeValues"][":after"] = {"S": after or "0"}
            keys += self._client.query(**request)["Items"]
        keys.sort(key=lambda item: str(item["created"]["S"]))
        records = sorted(self._read(keys[:limit]), key=lambda record: (record.created_at, record.key.job_id))
        last = records[-1] if len(keys) >= limit and records else None
        return Page(records=tuple(records), cursor=to_cursor(last.created_at, last.key.job_id) if last else None)

    def claim_alert(self, job_id: str, *, at: int, lease: int) -> AlertClaim:
        """A conditional write on an item beside the record."""
        update = Update().set({"claimedAt": {"N": str(at)}})
        claimed, closed = update.name("claimedAt"), update.name("closed")
        lapsed = update.value({"N": str(at - lease)})
        update.require(f"(attribute_not_exists({claimed}) OR {claimed} <= {lapsed})")
        update.require(f"attribute_not_exists({closed})")
        old = self._update({"pk": {"S": job_id}, "sk": {"S": "ALERT"}}, update)
        if old is None:
            return AlertClaim.GRANTED
        return AlertClaim.CLOSED if "closed" in old else AlertClaim.HELD

    def close_alert(self, job_id: str) -> None:
        """One write."""
        self._update({"pk": {"S": job_id}, "sk": {"S": "ALERT"}}, Update().set({"closed": {"BOOL": True}}))

    def _merge(self, merge: Merge) -> Outcome | Exception:
        try:
            old = self._conditional(self._client.update_item, newest_update(merge) | {"TableName": self._table})
            came_of = outcome_of(merge, old)
            late = late_update(merge, old) if old and came_of in (Outcome.LATE, Outcome.CONFLICT) else None
            if late:
                self._conditional(self._client.update_item, late | {"TableName": self._table})
        except Exception as error:  # it stops no other
            return error
        return came_of

    def _block(self, batch_job_id: str, first: int, *, limit: int) -> Iterator[Item]:
        """The children of one block from an index on."""
        request: dict[str, Any] = {
            "TableName": self._table,
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

    def _index(self, index: str, name: str, value: str) -> dict[str, Any]:
        return {
            "TableName": self._table,
            "IndexName": index,
            "KeyConditionExpression": "#partition = :partition",
            "ExpressionAttributeNames": {"#partition": name},
            "ExpressionAttributeValues": {":partition": {"S": value}},
        }

    def _read(self, keys: Iterable[Item]) -> list[JobRecord]:
        """The records of an index's entries, in no order. DynamoDB may leave some of a request for the next."""
        waiting = [{"pk": key["pk"], "sk": key["sk"]} for key in keys]
        records: list[JobRecord] = []
        while waiting:
            request = {self._table: {"Keys": waiting[:_GET_LIMIT], "ConsistentRead": True}}
            answer = self._client.batch_get_item(RequestItems=request)
            records += map(from_item, answer["Responses"][self._table])
            left = answer.get("UnprocessedKeys", {}).get(self._table, {}).get("Keys", [])
            waiting = left + waiting[_GET_LIMIT:]
        return records

    def _get(self, key: Item) -> Item | None:
        answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        item: Item | None = answer.get("Item")
        return item

    def _put(self, item: Item) -> Item | None:
        """Put an item where there is none; return the one that is there."""
        request = {"TableName": self._table, "Item": item, "ConditionExpression": "attribute_not_exists(pk)"}
        return self._conditional(self._client.put_item, request)

    def _update(self, key: Item, update: Update) -> Item | None:
        """Update an item if the conditions hold: None; otherwise the item as it is, empty where there is none."""
        return self._conditional(self._client.update_item, {"TableName": self._table, "Key": key} | update.request())

    def _conditional(self, operation: Any, request: Mapping[str, Any]) -> Item | None:
        try:
            operation(**request, ReturnValuesOnConditionCheckFailure="ALL_OLD")
        except self._client.exceptions.ConditionalCheckFailedException as refusal:
            old: Item = refusal.response.get("Item", {})
            return old
        return None
