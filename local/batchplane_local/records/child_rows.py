"""The rows of arrays and their children in SQLite while one write transaction lasts, a row for each child.

How many children are in each status stands with their array, so that nobody counts them.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec

from batchplane_local.records.job_rows import RECORDS
from controlplane.job import Status
from controlplane.records.record import JobRecord, RecordKey

# `summary` is JSON, numbers of children by status. `ended_at` is that of the array's own job: they expire together.
# `open_order` is the order of what is known of a child that may still run, NULL once it has ended or is lost. A child
# that is lost and that nobody told of has a row and no record. An array that was deleted is nobody's: `batch_job_id` is
# NULL, and what is told of its children after that makes another row.
SCHEMA = """
CREATE TABLE IF NOT EXISTS arrays (
    number INTEGER PRIMARY KEY,
    batch_job_id TEXT UNIQUE,
    summary TEXT NOT NULL DEFAULT '{}',
    ended_at INTEGER
);
CREATE INDEX IF NOT EXISTS ended_arrays ON arrays (ended_at) WHERE ended_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS children (
    array INTEGER NOT NULL,
    child INTEGER NOT NULL,
    status TEXT,
    open_order INTEGER,
    record BLOB,
    PRIMARY KEY (array, child)
) WITHOUT ROWID
"""
_ARRAY = "SELECT number, summary FROM arrays WHERE batch_job_id = ?"
# Many rows are one value each way: for each row and each statement SQLite gives the interpreter's lock away, which has
# to be won back from whoever is at work, while others wait to write.
_FIND = """
SELECT json_group_array(json_array(child, CAST(record AS TEXT))) FROM children
WHERE array = ? AND child IN (SELECT value FROM json_each(?)) AND record IS NOT NULL
"""
_PUT = """
REPLACE INTO children (array, child, status, open_order, record)
SELECT ?, json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'),
    CAST(json_extract(value, '$[3]') AS BLOB)
FROM json_each(?)
"""
# What is told of the children of a deleted array has expired.
_ADD = """
INSERT INTO arrays (batch_job_id, ended_at)
SELECT ?1, (SELECT ?2 FROM deleted_jobs WHERE batch_job_id = ?1)
"""
_END = """
INSERT INTO arrays (batch_job_id, ended_at) VALUES (?, ?)
ON CONFLICT (batch_job_id) DO UPDATE SET ended_at = excluded.ended_at
"""

#: Before every end: what ended then has expired, on a plane that keeps all else for good, too.
LONG_AGO = -(2**62)

SUMMARIES = msgspec.json.Decoder(dict[Status, int])


@dataclass(slots=True, kw_only=True)
class _Array:
    """What stands in the rows of one array, as far as it was looked at."""

    number: int
    summary: Counter[Status]
    #: By index; a document is read when it is asked for, and None where there is no record.
    children: dict[int, JobRecord | str | None] = field(default_factory=dict)
    #: What `flush` has to write of them, by index: status, order while open, document.
    unwritten: dict[int, tuple[Status | None, int | None, str | None]] = field(default_factory=dict)


class ChildRows:
    """The children that one transaction reads and writes. `flush` before its end."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._arrays: dict[str, _Array] = {}
        self._moved: set[str] = set()

    def load(self, keys: Iterable[RecordKey]) -> None:
        """Look these up with one statement an array, before any of them is stored."""
        wanted: dict[str, list[int]] = {}
        for key in keys:
            if key.index is not None:
                wanted.setdefault(key.job_id, []).append(key.index)
        for batch_job_id, indices in wanted.items():
            array = self._array(batch_job_id)
            array.children |= dict.fromkeys(indices)
            ((found,),) = self._connection.execute(_FIND, (array.number, json.dumps(indices)))
            array.children |= dict(json.loads(found))

    def get(self, key: RecordKey) -> JobRecord | None:
        """The record of a child that was looked up."""
        array, index = self._array(key.job_id), key.index or 0
        child = array.children[index]
        if isinstance(child, str):
            child = array.children[index] = RECORDS.decode(child)
        return child

    def put(self, new: JobRecord) -> None:
        """Store a record."""
        before = self.get(new.key)
        array, index = self._array(new.key.job_id), new.key.index or 0
        array.unwritten[index] = (new.status, new.order if new.is_open else None, msgspec.json.encode(new).decode())
        array.children[index] = new
        if before is None or before.status is not new.status:
            array.summary[new.status] += 1
            if before is not None:
                array.summary[before.status] -= 1
            self._moved.add(new.key.job_id)

    def give_up(self, key: RecordKey) -> None:
        """Note that a child is lost that nobody told of."""
        self._array(key.job_id).unwritten[key.index or 0] = (None, None, None)

    def end(self, batch_job_id: str, ended_at: int | None) -> None:
        """Note when the array's own job ended."""
        self._connection.execute(_END, (batch_job_id, ended_at))

    def flush(self) -> None:
        """Store them, and how many children are in each status now."""
        for array in self._arrays.values():
            if array.unwritten:
                rows = [(index, *row) for index, row in array.unwritten.items()]
                self._connection.execute(_PUT, (array.number, json.dumps(rows)))
                array.unwritten = {}
        for batch_job_id in self._moved:
            array = self._arrays[batch_job_id]
            summary = json.dumps({status: count for status, count in array.summary.items() if count})
            self._connection.execute("UPDATE arrays SET summary = ? WHERE number = ?", (summary, array.number))

    def _array(self, batch_job_id: str) -> _Array:
        """The row of an array, made where there is none."""
        known = self._arrays.get(batch_job_id)
        if known is None:
            row = self._connection.execute(_ARRAY, (batch_job_id,)).fetchone()
            if row is None:
                insert = self._connection.execute(_ADD, (batch_job_id, LONG_AGO))
                row = (insert.lastrowid, "{}")
            number, summary = row
            known = self._arrays[batch_job_id] = _Array(number=number, summary=Counter(SUMMARIES.decode(summary)))
        return known
