"""Pages of jobs from the table's indexes, each for at most a megabyte of reading.

Entries tell name, type, tags, owner, queue and time; only the jobs that those let through have their records read, and
those alone that are shown, unless a status is asked for. Reads are eventually consistent, as an index is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from controlplane.aws.dynamodb.index_entry import LARGEST_ENTRY, admits, created, moment, of_entries, place
from controlplane.aws.dynamodb.item_size import item_size
from controlplane.aws.dynamodb.record_item import Item, from_item, record_key
from controlplane.aws.dynamodb.table import Table
from controlplane.records.job_filter import JobFilter, from_cursor, to_cursor
from controlplane.records.port import Page
from controlplane.records.record import JobRecord, RecordKey

#: Most bytes that a page reads: entries and records, also of what is not shown.
READ_LIMIT = 1_000_000
#: A page that has less left ends, for it would go on in ever smaller steps (bytes).
_LEAST_LEFT = READ_LIMIT // 4
#: No record is larger: ten attempts with all that ECS tells of each (bytes).
_LARGEST_RECORD = 16 * 1024
#: After every sort key of an entry: a colon follows the digits.
_NEWEST = ":"


@dataclass(frozen=True, kw_only=True)
class Listing:
    """The jobs of one table, newest first."""

    table: Table

    def list_jobs(self, wanted: JobFilter, *, limit: int, cursor: str | None) -> Page:
        """A query of one index, or a few where much is filtered out, and reads of records. Raises SubmissionInvalid."""
        oldest, newest = _span(wanted, cursor)
        if oldest > newest:
            return Page(records=(), cursor=None)
        return _Walk(self.table, wanted, limit=limit).page(_query(wanted, oldest, newest))


class _Walk:
    """One page in the making."""

    def __init__(self, table: Table, wanted: JobFilter, *, limit: int) -> None:
        self._table = table
        self._wanted = wanted
        self._asked = of_entries(wanted)
        self._limit = limit
        #: How many entries and records to read at once; it grows while little is found.
        self._step = limit + 1
        self._bytes_left = READ_LIMIT
        self._found: list[JobRecord] = []
        #: The entry that was looked at last.
        self._last: Item = {}

    def page(self, query: dict[str, Any]) -> Page:
        """Read until there are enough, or no more, or as much as a page may read."""
        while True:
            entries, following = self._entries(query)
            is_through = self._look_at(entries)
            if is_through and following is None:
                return Page(records=tuple(self._found), cursor=None)
            if self._is_over:
                return Page(records=tuple(self._found), cursor=to_cursor(*place(self._last)))
            query["ExclusiveStartKey"] = following
            self._step *= 2

    @property
    def _is_over(self) -> bool:
        return len(self._found) == self._limit or self._bytes_left < _LEAST_LEFT

    def _entries(self, query: dict[str, Any]) -> tuple[list[Item], Item | None]:
        """Some entries, for half of what is left: the rest is for their records."""
        most = self._bytes_left // 2 // LARGEST_ENTRY
        entries, following = self._table.query(query | {"Limit": min(self._step, most)})
        self._bytes_left -= sum(map(item_size, entries))
        return entries, following

    def _look_at(self, entries: list[Item]) -> bool:
        """Take in the jobs of entries, in order; False if the page was over before the last of them."""
        places = [place for place, entry in enumerate(entries) if admits(self._asked, entry)]
        while places and not self._is_over:
            batch = places[: self._batch_size]
            shown = self._show([entries[place] for place in batch])
            places = places[shown:]
        seen = places[0] if places else len(entries)
        if seen:
            self._last = entries[seen - 1]
        return not places

    @property
    def _batch_size(self) -> int:
        """How many records to read at once: where no status is asked for, every one is shown."""
        wanted = self._step if self._wanted.statuses else self._limit - len(self._found)
        return min(wanted, self._bytes_left // _LARGEST_RECORD)

    def _show(self, entries: list[Item]) -> int:
        """Read the records of entries, and take those that are wanted; returns how many entries were needed."""
        keys = [record_key(RecordKey(job_id=place(entry)[1])) for entry in entries]
        items = self._table.read(keys, is_consistent=False)
        self._bytes_left -= sum(map(item_size, items))
        records = {item["pk"]["S"]: from_item(item) for item in items if self._table.has(item)}
        for needed, entry in enumerate(entries, start=1):
            record = records.get(place(entry)[1])
            if record and (not self._wanted.statuses or record.status in self._wanted.statuses):
                self._found.append(record)
                if len(self._found) == self._limit:
                    return needed
        return len(entries)


def _span(wanted: JobFilter, cursor: str | None) -> tuple[str, str]:
    """The sort keys of the oldest and of the newest entry that may be on the page. Raises SubmissionInvalid."""
    newest = [_NEWEST]
    if wanted.created_before is not None:
        newest.append(moment(wanted.created_before))
    if cursor is not None:
        newest.append(_just_before(created(*from_cursor(cursor))))
    return moment(wanted.created_from or 0), min(newest)


def _just_before(sort_key: str) -> str:
    """After everything that comes before this sort key: BETWEEN, the only condition of two sides, has its ends in."""
    return f"{sort_key[:-1]}{chr(ord(sort_key[-1]) - 1)}\U0010ffff"


def _query(wanted: JobFilter, oldest: str, newest: str) -> dict[str, Any]:
    """Query's arguments: an owner has fewer jobs than a queue."""
    index, name, value = ("byOwner", "owner", wanted.owner)
    if value is None:
        index, name, value = ("byQueue", "jobQueue", wanted.job_queue)
    return {
        "IndexName": index,
        "KeyConditionExpression": "#partition = :partition AND created BETWEEN :oldest AND :newest",
        "ExpressionAttributeNames": {"#partition": name},
        "ExpressionAttributeValues": {
            ":partition": {"S": value},
            ":oldest": {"S": oldest},
            ":newest": {"S": newest},
        },
        "ScanIndexForward": False,
    }
