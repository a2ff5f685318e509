"""What the reconciling sweep reads and notes in the table: which records are open, missed, lost, closed, and known.

The index of what is open has keys alone, and a sort key that never changes: a job enters it at its birth and leaves it
at its end, and nothing between writes it.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from controlplane.aws.dynamodb.belongings import Belongings
from controlplane.aws.dynamodb.index_entry import created
from controlplane.aws.dynamodb.record_item import OPEN_SHARDS, Item, from_item, record_key
from controlplane.aws.dynamodb.retention import Retention, expiry, expiry_of
from controlplane.aws.dynamodb.table import Table
from controlplane.aws.dynamodb.update import Update
from controlplane.job import Status
from controlplane.records.closing import needs_closing
from controlplane.records.job_filter import from_cursor, to_cursor
from controlplane.records.port import Page
from controlplane.records.record import JobRecord, RecordKey


@dataclass(frozen=True, kw_only=True)
class Sweeping:
    """The part of the port `Records` that only the sweep calls, but for children."""

    table: Table
    retention: Retention
    belongings: Belongings

    def list_open(self, *, limit: int, cursor: str | None) -> Page:
        """A query or two a shard of the index from where the page begins, and a read of the records."""
        after = created(*from_cursor(cursor)) if cursor else "0"
        shards = (self._shard(shard, after, step=limit // OPEN_SHARDS + 1) for shard in range(OPEN_SHARDS))
        entries = list(islice(heapq.merge(*shards, key=_since), limit + 1))
        following = None
        if len(entries) > limit:
            at, _, job_id = _since(entries[limit - 1]).partition("#")
            following = to_cursor(int(at), job_id)
        items = [item for item in self.table.read(entries[:limit]) if "open" in item]
        records = tuple(map(from_item, sorted(items, key=_since)))
        return Page(records=records, cursor=following)

    def miss(self, key: RecordKey, *, at: int) -> None:
        """A conditional write: the first look counts, and a job that has ended or is lost meanwhile is not missed."""
        update = Update().set_once({"missedAt": {"N": str(at)}})
        update.require(f"attribute_exists({update.name('status')})").require(f"NOT {_ended(update)}")
        update.require(f"attribute_not_exists({update.name('lost')})")
        self.table.update(record_key(key), update)

    def find(self, key: RecordKey) -> None:
        """A conditional write: there must be a record."""
        update = Update().remove(["missedAt"])
        self.table.update(record_key(key), update.require(f"attribute_exists({update.name('status')})"))

    def lose(self, key: RecordKey, *, at: int) -> None:
        """A conditional write: a job that has ended meanwhile is not lost, and one that is lost was so before."""
        update = Update().set({"lost": {"N": str(at)}, "changedAt": {"N": str(at)}})
        update.require(f"attribute_exists({update.name('status')})").require(f"NOT {_ended(update)}")
        update.require(f"attribute_not_exists({update.name('lost')})")
        self.table.update(record_key(key), update)

    def known(self, keys: Iterable[RecordKey]) -> Mapping[RecordKey, str | None]:
        """Reads of a hundred keys, eventually consistent, for half the price; what comes back is no more than that."""
        asked = {key.job_id: key for key in keys}
        # Not whether one was deleted: the sweep over queues must not take a deleted job for one that nobody knows.
        names = ("pk", "expiresAt", "batchJobId")
        items = self.table.read(map(record_key, asked.values()), names=names, is_consistent=False)
        there = (item for item in items if self.table.has(item))
        return {asked[item["pk"]["S"]]: item["batchJobId"]["S"] if "batchJobId" in item else None for item in there}

    def close(self, key: RecordKey, *, since: int | None) -> None:
        """A read and a write; where there is a retention, another write and those of what belongs to the job.

        The record expires first and leaves the index of what is open last: it is closed again until all is done.
        """
        item = self.table.get(record_key(key))
        record = from_item(item) if item else None
        if item is None or record is None or record.is_open or not needs_closing(record):
            return
        expires_at = None if since is None else self.retention.expires_at(since)
        if expires_at is None:
            self._keep(record, item)
        elif self._changes(record, Update().set(expiry(expires_at))):
            self.belongings.let_go(record, at=expires_at)
            closed = Update().remove(["open"])
            closed.require(f"{closed.name('expiresAt')} = {closed.value({'N': str(expires_at)})}")
            if self.table.update(record_key(key), closed) is not None:
                self._repair(key, record, at=expires_at)

    def _keep(self, record: JobRecord, item: Item) -> None:
        """Close a job that is not to go yet."""
        before = expiry_of(item)
        if before is not None:
            self.belongings.keep(record, at=before)
        self._changes(record, Update().remove(["open", "expiresAt"]))

    def _changes(self, record: JobRecord, update: Update) -> bool:
        """Change a record, unless there was news of it, or another end, or it was deleted."""
        update.require(f"{update.name('changedAt')} = {update.value({'N': str(record.changed_at)})}")
        return self.table.update(record_key(record.key), update) is None

    def _repair(self, key: RecordKey, record: JobRecord, *, at: int) -> None:
        """Keep what was let go of a job that was found meanwhile; one that is over is let go by whoever ended it."""
        item = self.table.get(record_key(key))
        if item and from_item(item).is_open:
            self.belongings.keep(record, at=at)

    def bookmark(self, name: str) -> str | None:
        """One read."""
        item = self.table.get(_bookmark_key(name)) or {}
        return str(item["place"]["S"]) if "place" in item else None

    def keep_bookmark(self, name: str, place: str | None) -> None:
        """One write; nothing is deleted, so that nobody needs the right to."""
        update = Update().remove(["place"]) if place is None else Update().set({"place": {"S": place}})
        self.table.update(_bookmark_key(name), update)

    def _shard(self, shard: int, after: str, *, step: int) -> Iterator[Item]:
        """The entries of one shard from there on, read as they are asked for."""
        return self.table.walk(
            {
                "IndexName": "open",
                "KeyConditionExpression": "#open = :shard AND openSince > :after",
                "ExpressionAttributeNames": {"#open": "open"},
                "ExpressionAttributeValues": {":shard": {"S": str(shard)}, ":after": {"S": after}},
                "Limit": step,
            }
        )


def _ended(update: Update) -> str:
    """The condition that the job has ended."""
    values = (update.value({"S": status.value}) for status in Status if status.is_terminal)
    return f"{update.name('status')} IN ({', '.join(values)})"


def _since(item: Item) -> str:
    return str(item["openSince"]["S"])


def _bookmark_key(name: str) -> Item:
    return {"pk": {"S": f"BOOKMARK#{name}"}, "sk": {"S": "BOOKMARK"}}
