"""Lists over the embedded store look at few jobs a page, and still come to all of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from batchplane_local.database import Database
from batchplane_local.queue import Queue
from batchplane_local.records import SqliteRecords
from controlplane.records.job_filter import JobFilter
from controlplane.records.port import Page
from tests.builders import QUEUE, T0, submission

ADA = "user/ada"
#: Most jobs that a page of these tests looks at.
LOOKED_AT = 4
JOBS = 11
#: No list of these tests has more pages.
PAGES = 20


@pytest.fixture
def records(tmp_path: Path) -> Iterator[SqliteRecords]:
    """Jobs of one name but for the oldest and the seventh."""
    with closing(Database(tmp_path / "plane.sqlite")) as database:
        changes = Queue(database, "record_changes", clock=lambda: T0)
        records = SqliteRecords(database, changes=changes, looked_at=LOOKED_AT)
        for number in range(JOBS):
            name = "rare" if number in (0, 6) else "often"
            records.create(submission(owner=ADA, key=f"given:{number}", now=T0 + number, jobName=name))
        yield records


def pages(records: SqliteRecords, wanted: JobFilter, *, limit: int) -> list[Page]:
    """Every page of a list."""
    found = [records.list_jobs(wanted, limit=limit)]
    while cursor := found[-1].cursor:
        assert len(found) < PAGES
        found.append(records.list_jobs(wanted, limit=limit, cursor=cursor))
    return found


@pytest.mark.parametrize("wanted", [JobFilter(owner=ADA, name_prefix="r"), JobFilter(job_queue=QUEUE, name_prefix="r")])
def test_a_page_is_short_where_few_are_let_through(records: SqliteRecords, wanted: JobFilter) -> None:
    """It says where to go on, and the next one does not look at the same jobs again."""
    found = [[record.created_at - T0 for record in page.records] for page in pages(records, wanted, limit=3)]

    assert [[], [6], [0]] == found


def test_a_page_by_a_filter_that_none_passes_is_empty(records: SqliteRecords) -> None:
    """As many pages as there are jobs to look at."""
    found = pages(records, JobFilter(owner=ADA, tags={"team": "none"}), limit=3)

    assert [0, 0, 0] == [len(page.records) for page in found]


def test_a_page_is_full_where_nothing_is_filtered_out(records: SqliteRecords) -> None:
    """What is shown is all that it looks at, so that needs no bound."""
    (page,) = pages(records, JobFilter(owner=ADA), limit=JOBS)

    assert JOBS == len(page.records)
