"""The one writer of the SQLite file that holds everything: commits changes. Decides nothing.

Readers have connections of their own (reading.py): in WAL mode they never wait for the writer.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Literal

from batchplane_local.batch.jobs.changes import Birth, Changes, Event, JobRow, Stretch
from batchplane_local.batch.jobs.outbox import number_of, packed
from batchplane_local.batch.jobs.submission import Submission
from batchplane_local.batch.names import TaskIds, name_in
from batchplane_local.batch.refused import OtherLayout

#: NORMAL survives the death of the process, FULL that of the power as well.
Synchronous = Literal["NORMAL", "FULL"]
#: The layout of schema.sql; another number in a file is another layout.
_SCHEMA_VERSION = 6
#: Pages of the write-ahead log, of 4 KiB each, after which it is worked into the file.
_CHECKPOINT_PAGES = 4000
#: A range of at least so many jobs is written by one statement that counts, a shorter one row by row.
_COUNTED_RANGE = 8

_INSERT_SUBMISSION = "INSERT INTO submission VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_UPDATE_SUBMISSION = "UPDATE submission SET document = ? WHERE key = ?"
_INSERT_JOB = "INSERT INTO job (key, submission, queue, status) VALUES (?, ?, ?, ?)"
_INSERT_JOBS = """
    WITH RECURSIVE row (key) AS (SELECT :first UNION ALL SELECT key + 1 FROM row WHERE key < :last)
    INSERT INTO job (key, submission, queue, status) SELECT key, :submission, :queue, :status FROM row"""
_UPDATE_JOB = """
    UPDATE job SET status = ?, attempts = ?, started_at = coalesce(?, started_at), stopped_at = ?, status_reason = ?,
    is_cancelled = ?, is_terminated = ? WHERE key = ?"""
_INSERT_ATTEMPT = "INSERT OR REPLACE INTO attempt VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
_INSERT_SUMMARY = "INSERT OR REPLACE INTO summary VALUES (?, ?, ?)"
_INSERT_LOG = "INSERT OR REPLACE INTO log VALUES (?, ?, ?, ?, ?, ?)"
_INSERT_RESOURCE = "INSERT OR REPLACE INTO resource VALUES (?, ?, ?, ?)"
_DELETE_RESOURCE = "DELETE FROM resource WHERE key = ?"
_INSERT_TRANSITIONS = "INSERT INTO outbox VALUES (?, ?, ?)"
_PRUNE = (
    "DELETE FROM submission WHERE key BETWEEN :first AND :last",
    "INSERT INTO pruned VALUES (:first, :last)",
    "UPDATE meta SET value = :last WHERE name = 'last_pruned' AND CAST(value AS INTEGER) < :last",
)
_DELETE_JOBS = (
    "DELETE FROM job WHERE key BETWEEN :first AND :last",
    "DELETE FROM attempt WHERE job BETWEEN :first AND :last",
    "DELETE FROM log WHERE job BETWEEN :first AND :last",
    "DELETE FROM summary WHERE submission BETWEEN :first AND :last",
    "DELETE FROM blocked WHERE job BETWEEN :first AND :last",
    "DELETE FROM pruned WHERE first = :first AND last = :last",
    "UPDATE pruned SET first = :last + 1 WHERE first = :first",
)
_LAST_KEY = """
    SELECT max((SELECT coalesce(max(key), 0) FROM job),
               (SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'last_pruned'))"""
_LAST_SEQUENCE = """
    SELECT max((SELECT coalesce(max(last), 0) FROM outbox),
               (SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'delivered'))"""


class Store:
    """The database of one embedded Batch, open for writing; used by one thread at a time."""

    def __init__(self, path: Path, *, synchronous: Synchronous) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute(f"PRAGMA synchronous = {synchronous}")
        self._db.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
        version = self._number("PRAGMA user_version")
        if version == 0:
            self._create()
        elif version != _SCHEMA_VERSION:
            self._db.close()
            raise OtherLayout(
                f"{path} was written by another version of the embedded Batch: its layout has the number {version}, "
                f"this version reads {_SCHEMA_VERSION}. Open it with the version that wrote "
                "it, or start in an empty folder."
            )
        self.task_ids = TaskIds(pad=int(self._meta("pad"), 16))
        #: Commits so far.
        self.generation = int(self._meta("generation"))
        #: The highest row of any job; rows are never used again.
        self.last_key = self._number(_LAST_KEY)
        self._last_sequence = self._number(_LAST_SEQUENCE)

    def commit(self, changes: Changes) -> None:
        """Write the changes, all or none. Raises sqlite3.Error where that fails."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            self._write(changes)
            self._db.execute("UPDATE meta SET value = ? WHERE name = 'generation'", (str(self.generation + 1),))
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise
        self.generation += 1

    def close(self) -> None:
        """Close the file; what was committed stays."""
        self._db.close()

    def _create(self) -> None:
        schema = files("batchplane_local.batch.database").joinpath("schema.sql").read_text()
        pad = secrets.token_hex(16)
        numbers = "('generation', '0'), ('delivered', '0'), ('last_pruned', '0')"
        meta = f"INSERT INTO meta VALUES ('pad', '{pad}'), {numbers};"  # noqa: S608 - hex digits
        self._db.executescript(f"BEGIN; {schema} {meta} PRAGMA user_version = {_SCHEMA_VERSION}; COMMIT;")

    def _write(self, changes: Changes) -> None:
        db = self._db
        for submission, queue in changes.submissions:
            db.execute(_INSERT_SUBMISSION, _submission_row(submission, queue))
        for birth in changes.births:
            self._write_birth(birth)
        db.executemany(_UPDATE_JOB, [_job_row(key, row) for key, row in changes.jobs.items()])
        db.executemany(_INSERT_ATTEMPT, changes.attempts.values())
        tagged = changes.tagged.items()
        db.executemany(_UPDATE_SUBMISSION, [(submission.to_document(), key) for key, submission in tagged])
        self._write_events(changes.events)
        summaries = changes.summaries.items()
        db.executemany(_INSERT_SUMMARY, [(key, json.dumps(row.counts), row.updated_at) for key, row in summaries])
        db.executemany(_INSERT_LOG, changes.logs)
        resources = changes.resources
        db.executemany(_INSERT_RESOURCE, [(r.key, r.kind, r.name, json.dumps(r.document)) for r in resources])
        for queue, blocked in changes.blocked.items():
            db.execute("DELETE FROM blocked WHERE queue = ?", (queue,))
            db.executemany("INSERT INTO blocked VALUES (?, ?, ?, ?)", [blocked] if blocked else ())
        db.executemany(_DELETE_RESOURCE, [(key,) for key in changes.removed])
        for stretch in changes.pruned:
            self._run_all(_PRUNE, stretch)
        for stretch in changes.deleted:
            self._run_all(_DELETE_JOBS, stretch)
        if changes.delivered is not None:
            db.execute("DELETE FROM outbox WHERE last <= ?", (changes.delivered,))
            db.execute("UPDATE meta SET value = ? WHERE name = 'delivered'", (str(changes.delivered),))

    def _write_birth(self, birth: Birth) -> None:
        if birth.last - birth.first < _COUNTED_RANGE:
            keys = range(birth.first, birth.last + 1)
            self._db.executemany(_INSERT_JOB, [(key, *birth[2:]) for key in keys])
        else:
            self._db.execute(_INSERT_JOBS, birth._asdict())

    def _write_events(self, events: Sequence[Event]) -> None:
        if events:
            first, self._last_sequence = self._last_sequence + 1, self._last_sequence + number_of(events)
            self._db.execute(_INSERT_TRANSITIONS, (self._last_sequence, first, packed(events)))

    def _run_all(self, statements: Sequence[str], stretch: Stretch) -> None:
        for statement in statements:
            self._db.execute(statement, stretch._asdict())

    def _meta(self, name: str) -> str:
        return str(self._db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()[0])

    def _number(self, question: str) -> int:
        return int(self._db.execute(question).fetchone()[0])


def _submission_row(submission: Submission, queue: int) -> tuple[object, ...]:
    return (
        submission.key,
        submission.job_id,
        queue,
        submission.job_name,
        name_in(submission.job_definition),
        submission.share_identifier,
        submission.last_position or None,
        submission.node_properties is not None,
        submission.created_at,
        submission.to_document(),
    )


def _job_row(key: int, row: JobRow) -> tuple[object, ...]:
    return (*row, key)
