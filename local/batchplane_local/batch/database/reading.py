"""Every question that is asked of the database: jobs, pages of jobs, logs, the outbox. Writes nothing.

Answers what is committed, so that nothing is ever told that a restart would take back. Safe from any thread.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from batchplane_local.batch.jobs.blockage import Blockage
from batchplane_local.batch.jobs.changes import AttemptRow, BlockedRow, JobRow, LogRow, Summary
from batchplane_local.batch.jobs.detail import Glimpse, Moment
from batchplane_local.batch.jobs.outbox import Transition, unpacked
from batchplane_local.batch.jobs.status import Status
from batchplane_local.batch.jobs.submission import Heading, Submission
from batchplane_local.batch.names import split_job_id
from batchplane_local.batch.resources.catalogue import Resource

#: Bytes of the file that a reader sees without a system call for each page.
_MAPPED = 1 << 30
#: Submissions whose documents are kept parsed.
_KEPT_SUBMISSIONS = 512
#: By their numbers: an enumeration's own look-up takes ten times as long.
_STATUSES = tuple(Status)
_Heading = TypeVar("_Heading", bound=Heading)
_Glimpse = TypeVar("_Glimpse", bound=Glimpse)
_JOB = "job.submission, job.key, status, attempts, started_at, stopped_at, status_reason, is_cancelled, is_terminated"

_ATTEMPT = ", ".join(AttemptRow._fields)
#: Of submissions that there are: a pruned one's attempts are there a little longer than itself.
_ATTEMPTS = """SELECT submission.key, attempt.* FROM attempt CROSS JOIN job ON job.key = attempt.job
               CROSS JOIN submission ON submission.key = job.submission"""


class JobState(NamedTuple):
    """A job's rows as they are: which submission, which row, what changes of it."""

    submission: int
    key: int
    row: JobRow


class Reading:
    """The database of one embedded Batch, open for reading."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._closed = False
        self._free: list[sqlite3.Connection] = []
        self._submissions: dict[int, Submission] = {}
        #: Rows of submissions that have changed in this life: whatever was kept of them may be older.
        self._changed: set[int] = set()
        self._changed_up_to = 0

    def moments(self, job_ids: Iterable[str]) -> list[Moment]:
        """The jobs with these ids, in their order; unknown ids are left out."""
        with self._connection() as db:
            keys = self._keys(db, job_ids)
            return self._moments(db, self._jobs(db, keys))

    def moments_at(self, keys: Sequence[int]) -> dict[int, Moment]:
        """The jobs in these rows."""
        with self._connection() as db:
            moments = self._moments(db, self._jobs(db, keys))
        return {moment.submission.key + moment.position: moment for moment in moments}

    def page(self, where: str, values: Sequence[object], limit: int) -> list[Glimpse]:
        """The newest jobs, joined to their submission, that a condition in SQL picks."""
        question = f"SELECT {_JOB} FROM job JOIN submission ON submission.key = job.submission WHERE {where} LIMIT ?"  # noqa: S608 - our own conditions
        with self._connection() as db:
            states = [_job_state(row) for row in db.execute(question, (*values, limit))]
            headings = _read(db, Heading, {state.submission for state in states})
            return _joined(db, Glimpse, headings, states)

    def attempt(self, job: int, attempt: int) -> tuple[Submission, AttemptRow] | None:
        """One attempt and its submission, as what runs there sees it; None where there is no such attempt."""
        with self._connection() as db:
            found = db.execute(f"{_ATTEMPTS} WHERE attempt.job = ? AND attempt = ?", (job, attempt)).fetchone()
            return None if found is None else self._attempt(db, *found)

    def log(self, job: int, attempt: int) -> LogRow | None:
        """The log of an ended attempt; None where it wrote nothing or hasn't ended."""
        rows = self.ask("SELECT * FROM log WHERE job = ? AND attempt = ?", (job, attempt))
        return LogRow(*rows[0]) if rows else None

    def delivered(self) -> int:
        """The number of the last transition that somebody has been told of."""
        ((value,),) = self.ask("SELECT value FROM meta WHERE name = 'delivered'")
        return int(value)

    def outbox(self, after: int, limit: int) -> list[Transition]:
        """The first transitions after a number; all of them where they are no more than the limit."""
        question = "SELECT first, transitions FROM outbox WHERE last > ? ORDER BY last"
        with self._connection() as db:
            commits = db.execute(question, (after,))
            waiting = chain.from_iterable(unpacked(content, first=first, after=after) for first, content in commits)
            return list(islice(waiting, limit))

    def resources(self) -> list[Resource]:
        """Everything in the catalogue, oldest first."""
        rows = self.ask("SELECT key, kind, name, document FROM resource ORDER BY key")
        return [Resource(key=key, kind=kind, name=name, document=json.loads(text)) for key, kind, name, text in rows]

    def blocked_queues(self) -> list[BlockedRow]:
        """The queues whose head couldn't start when they were last looked at."""
        with self._connection() as db:
            rows = db.execute("SELECT queue, job, why, since FROM blocked").fetchall()
        return [BlockedRow(queue, job, Blockage(why), since) for queue, job, why, since in rows]

    def last_resource_key(self) -> int:
        """The highest key that anything in the catalogue ever had."""
        question = "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'resource'"
        with self._connection() as db:
            return int(db.execute(question).fetchone()[0])

    def open_submissions(self) -> list[tuple[Submission, int]]:
        """Submissions with a job that hasn't ended, oldest first, each with its queue's key."""
        question = "SELECT submission, queue FROM job WHERE queue IS NOT NULL AND status < ? ORDER BY submission"
        with self._connection() as db:
            rows = db.execute(question, (Status.SUCCEEDED,)).fetchall()
            return [(self._submission(db, key), queue) for key, queue in rows]

    def job_states(self, submission: Submission) -> list[JobState]:
        """Every job of a submission, in order of position."""
        last = submission.key + submission.last_position
        question = f"SELECT {_JOB} FROM job WHERE key BETWEEN ? AND ? ORDER BY key"  # noqa: S608 - our own columns
        with self._connection() as db:
            return [_job_state(row) for row in db.execute(question, (submission.key, last))]

    def settled_statuses(self, job_id: str) -> Sequence[int] | None:
        """The status at each position of a submission, nodes left out; None where there is no such."""
        question = """SELECT status FROM job JOIN submission ON submission.key = job.submission
                      WHERE submission.job_id = ? AND (job.key = submission.key OR NOT is_multi_node)
                      ORDER BY job.key"""
        with self._connection() as db:
            return bytes(status for (status,) in db.execute(question, (job_id,))) or None

    def key_of(self, job_id: str) -> int | None:
        """The row of the job with this id; None where there is no such job."""
        with self._connection() as db:
            return next(iter(self._keys(db, (job_id,))), None)

    def ask(self, question: str, values: Sequence[object] = ()) -> list[Any]:
        """The rows that answer a question in SQL."""
        with self._connection() as db:
            return db.execute(question, values).fetchall()

    def submissions(self, keys: Set[int]) -> dict[int, Submission]:
        """The submissions in these rows, by them."""
        with self._connection() as db:
            return self._submissions_at(db, keys)

    def read_anew(self, submission: int) -> None:
        """This submission changes with the next commit: from now on, it is read from the disk each time."""
        self._changed.add(submission)
        if len(self._changed) > _KEPT_SUBMISSIONS:
            # Too many to remember each: from now on, nothing as old as the newest of them is kept.
            self._changed_up_to = max(self._changed_up_to, *self._changed)
            self._changed = set()

    def close(self) -> None:
        """Close every connection; those in use, when they are given back."""
        self._closed = True
        while self._free:
            self._free.pop().close()

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        try:
            db = self._free.pop()
        except IndexError:
            db = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
            db.execute("PRAGMA query_only = ON")
            db.execute(f"PRAGMA mmap_size = {_MAPPED}")
        # One transaction for all questions of a call, so that their answers belong to the same moment.
        db.execute("BEGIN")
        try:
            yield db
        finally:
            db.execute("COMMIT")
            self._free.append(db)
            if self._closed:
                self.close()

    def _keys(self, db: sqlite3.Connection, job_ids: Iterable[str]) -> list[int]:
        parts = [part for part in map(split_job_id, job_ids) if part is not None]
        question = """SELECT job_id, key, size, is_multi_node FROM submission
                      WHERE job_id IN (SELECT value FROM json_each(?))"""
        rows = db.execute(question, (_json([part.submission for part in parts]),))
        known = {job_id: (key, size or 0, is_multi_node) for job_id, key, size, is_multi_node in rows}
        keys = []
        for part in parts:
            key, size, is_multi_node = known.get(part.submission, (0, -1, False))
            if part.position <= size and (not part.position or part.is_node == is_multi_node):
                keys.append(key + part.position)
        return keys

    def _jobs(self, db: sqlite3.Connection, keys: Sequence[int]) -> list[JobState]:
        states = {state.key: state for state in map(_job_state, _rows(db, _JOB, "job", "key", keys))}
        return [states[key] for key in keys if key in states]

    def _moments(self, db: sqlite3.Connection, states: Sequence[JobState]) -> list[Moment]:
        submissions = self._submissions_at(db, {state.submission for state in states})
        return _joined(db, Moment, submissions, states)

    def _attempt(self, db: sqlite3.Connection, key: int, *row: Any) -> tuple[Submission, AttemptRow]:
        attempt = AttemptRow(*row)
        return self._submission(db, key).at(attempt.job - key), attempt

    def _submission(self, db: sqlite3.Connection, key: int) -> Submission:
        return self._submissions_at(db, {key})[key]

    def _submissions_at(self, db: sqlite3.Connection, keys: Set[int]) -> dict[int, Submission]:
        """The submissions in these rows; those of late are kept parsed, for an array is read child by child."""
        kept = (key for key in keys if key > self._changed_up_to and key not in self._changed)
        found = {key: known for key in kept if (known := self._submissions.get(key)) is not None}
        if len(found) < len(keys):
            read = _read(db, Submission, keys - found.keys())
            if len(self._submissions) + len(read) > _KEPT_SUBMISSIONS:
                self._submissions.clear()
            self._submissions |= read
            found |= read
        return found


def _json(values: Sequence[object]) -> str:
    """The argument of json_each, which stands for as many values as there are."""
    return json.dumps(values)


def _rows(db: sqlite3.Connection, columns: str, table: str, key: str, keys: Sequence[int]) -> list[list[Any]]:
    """The rows of a table with these keys, in no order.

    As one value: for each row that SQLite hands over, the interpreter's lock is given away and has to be won back, from
    the engine that is at work meanwhile.
    """
    if not keys:
        return []
    question = f"""SELECT json_group_array(json_array({columns})) FROM {table}
                   WHERE {key} IN (SELECT value FROM json_each(?))"""  # noqa: S608 - our own words
    (text,) = db.execute(question, (_json(keys),)).fetchone()
    rows: list[list[Any]] = json.loads(text)
    return rows


def _read(db: sqlite3.Connection, kind: type[_Heading], keys: Set[int]) -> dict[int, _Heading]:
    """The submissions in these rows, whole or as headings."""
    question = "SELECT key, document FROM submission WHERE key IN (SELECT value FROM json_each(?))"
    return {key: kind.from_document(text) for key, text in db.execute(question, (_json([*keys]),))}


def _joined(
    db: sqlite3.Connection, kind: type[_Glimpse], submissions: Mapping[int, Any], states: Sequence[JobState]
) -> list[_Glimpse]:
    """The jobs with these states, whole or as glimpses, with what else is known of each."""
    tried = {
        # A multi-node parallel job has the attempts of its main node.
        state.key: state.key + (submissions[state.submission].main_position if state.key == state.submission else 0)
        for state in states
        if state.row.attempts or state.row.status >= Status.STARTING
    }
    attempts: dict[int, list[AttemptRow]] = {}
    for row in sorted(_rows(db, _ATTEMPT, "attempt", "job", [*tried.values()])):
        attempts.setdefault(row[0], []).append(AttemptRow._make(row))
    return [
        kind(
            submission=submissions[state.submission],
            position=state.key - state.submission,
            row=state.row,
            attempts=tuple(attempts.get(tried.get(state.key, 0), ())),
            summary=_summary(db, submissions[state.submission], state),
        )
        for state in states
    ]


def _summary(db: sqlite3.Connection, submission: Heading, state: JobState) -> Summary | None:
    """How the children of an array's parent stand."""
    if submission.size is None or state.key != state.submission:
        return None
    question = "SELECT counts, updated_at FROM summary WHERE submission = ?"
    counts, updated_at = db.execute(question, (submission.key,)).fetchone()
    return Summary(tuple(json.loads(counts)), updated_at)


def _job_state(row: Sequence[Any]) -> JobState:
    submission, key, status, attempts, started_at, stopped_at, status_reason, is_cancelled, is_terminated = row
    changing = JobRow(
        _STATUSES[status], attempts, started_at, stopped_at, status_reason, bool(is_cancelled), bool(is_terminated)
    )
    return JobState(submission, key, changing)
