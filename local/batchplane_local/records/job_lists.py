"""Pages of jobs, newest first, by any filter: walks along one index. Writes nothing.

An index holds all that a filter asks for, so that a page looks at many jobs and reads the rows of those that it shows.
How many it looks at is bounded: a filter that lets few of many jobs through gets short pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from batchplane_local.database import Database
from batchplane_local.records.job_rows import RECORDS, tag_line
from controlplane.records.job_filter import JobFilter, from_cursor, to_cursor
from controlplane.records.port import Page

#: Most jobs that one page looks at.
LOOKED_AT = 10_000
#: After every time that a record may have been created at, and still an integer of SQLite's.
_LAST = 2**62
_NEWEST_FIRST = "ORDER BY created_at DESC, job_id DESC LIMIT ? OFFSET ?"
#: A time of creation and a job's id: the order of every list.
_Place = tuple[int, str]
#: A condition, and the values of its question marks.
_Condition = tuple[str, Sequence[Any]]


def list_jobs(
    database: Database, wanted: JobFilter, *, limit: int, cursor: str | None, gone_by: int, looked_at: int = LOOKED_AT
) -> Page:
    """A page; what ended at `gone_by` or earlier is not there. Raises SubmissionInvalid for what is no cursor."""
    walk = _Walk(
        database=database,
        index="jobs_by_queue" if wanted.owner is None else "jobs_by_owner",
        whose=("job_queue = ?", [wanted.job_queue]) if wanted.owner is None else ("owner = ?", [wanted.owner]),
        newest=_newest(wanted, cursor),
    )
    oldest = (-_LAST if wanted.created_from is None else max(wanted.created_from, -_LAST), "")
    conditions = list(_conditions(wanted))
    furthest = walk.place_after(looked_at, oldest=oldest) if conditions else None
    living = ("(ended_at IS NULL OR ended_at > ?)", [gone_by])
    rows = walk.rows("created_at, job_id, record", [*conditions, living], limit + 1, oldest=furthest or oldest)
    last = rows[limit - 1][:2] if len(rows) > limit else furthest
    records = tuple(RECORDS.decode(document) for _, _, document in rows[:limit])
    return Page(records=records, cursor=to_cursor(*last) if last else None)


@dataclass(frozen=True, kw_only=True)
class _Walk:
    """Along one index, from a place on towards older jobs."""

    database: Database
    index: str
    whose: _Condition
    #: The place after which it begins; the job there is not part of it.
    newest: _Place

    def place_after(self, count: int, *, oldest: _Place) -> _Place | None:
        """Where it has come to after so many jobs; None where there are not so many."""
        rows = self.rows("created_at, job_id", [], 1, oldest=oldest, offset=count - 1)
        return (rows[0][0], rows[0][1]) if rows else None

    def rows(
        self, columns: str, conditions: Sequence[_Condition], limit: int, *, oldest: _Place, offset: int = 0
    ) -> Sequence[tuple[Any, ...]]:
        """So many of the jobs that conditions let through, up to the oldest place and with it."""
        stretch = ("(created_at, job_id) < (?, ?) AND (created_at, job_id) >= (?, ?)", [*self.newest, *oldest])
        terms, values = zip(self.whose, stretch, *conditions, strict=True)
        question = f"SELECT {columns} FROM jobs INDEXED BY {self.index} WHERE {' AND '.join(terms)} {_NEWEST_FIRST}"  # noqa: S608 - our own words
        return self.database.read(question, *chain.from_iterable(values), limit, offset)


def _newest(wanted: JobFilter, cursor: str | None) -> _Place:
    """Where a page begins."""
    newest = from_cursor(cursor) if cursor else (_LAST, "")
    if wanted.created_before is not None:
        newest = min(newest, (wanted.created_before, ""))
    return min(newest[0], _LAST), newest[1]


def _conditions(wanted: JobFilter) -> Iterator[_Condition]:
    """What the index itself tells of a job."""
    if wanted.owner is not None and wanted.job_queue is not None:
        yield "job_queue = ?", [wanted.job_queue]
    for column, values in (("status", wanted.statuses), ("type", wanted.types)):
        if values:
            yield f"{column} IN ({', '.join('?' * len(values))})", sorted(values)
    if wanted.name_prefix:
        prefix = wanted.name_prefix.lower()
        yield "substr(name, 1, ?) = ?", [len(prefix), prefix]
    for tag in wanted.tags.items():
        yield "instr(tags, ?) > 0", [tag_line(tag)]
