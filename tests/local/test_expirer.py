"""What has expired is deleted little by little, and nothing else is."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from batchplane_local.database import Database
from batchplane_local.expirer import expiring
from batchplane_local.queue import Queue
from batchplane_local.records import SqliteRecords
from controlplane.records.record import RecordKey
from controlplane.submissions.submission import Submission
from tests.builders import T0, bring, change, submission
from tests.local.clocks import Clock
from tests.waiting import GLANCE_SECONDS, wait_until

#: Milliseconds.
DAY = 86_400_000
#: The tables that hold what is told of jobs.
TABLES = ("jobs", "submissions", "alerts", "arrays", "children")


@pytest.fixture
def records(database: Database, clock: Clock) -> SqliteRecords:
    """Records that are kept for a day."""
    changes = Queue(database, "record_changes", clock=clock)
    return SqliteRecords(database, changes=changes, retention_days=1, clock=clock)


def ended(records: SqliteRecords, key: str, *, size: int = 0) -> Submission:
    """A job that ends now, or an array with all its children; people were told of it."""
    array = {"arrayProperties": {"size": size}} if size else {}
    asked = submission(key=f"given:{key}", **array)
    records.create(asked)
    for index in range(size):
        child = change("SUCCEEDED", job_id=f"{key}:{index}", arrayProperties={"index": index})
        bring(records, RecordKey(job_id=key, index=index), child, ours=False)
    news = change("FAILED", name=asked.batch_job_name, job_id=key, **array)
    bring(records, RecordKey(job_id=asked.job_id), news, ours=True)
    records.close(RecordKey(job_id=asked.job_id), since=T0)
    records.claim_alert(asked.job_id, at=T0, lease=1000)
    records.close_alert(asked.job_id)
    return asked


def rows(database: Database) -> list[int]:
    """How many rows there are in each table."""
    return [database.read(f"SELECT count(*) FROM {table}")[0][0] for table in TABLES]  # noqa: S608 - our own words


def test_all_that_was_told_of_expired_jobs_is_deleted(database: Database, records: SqliteRecords, clock: Clock) -> None:
    """And what has not expired stays."""
    for key in ("a", "b"):
        ended(records, key, size=2)
    clock.now = T0 + 2 * DAY
    running = submission(key="given:running", arrayProperties={"size": 2})
    records.create(running)
    bring(records, RecordKey(job_id="c", index=0), change("RUNNING", job_id="c:0"), ours=False)

    deleted = records.delete_expired(limit=100)

    assert ([1, 1, 0, 1, 1], 8) == (rows(database), deleted)


def test_no_more_goes_at_once_than_was_said(database: Database, records: SqliteRecords, clock: Clock) -> None:
    """The rest goes the next times, also of one array."""
    ended(records, "a", size=5)
    clock.now = T0 + 2 * DAY

    deleted = [records.delete_expired(limit=3) for _ in range(4)]

    assert ([3, 3, 1, 0], [0] * 5) == (deleted, rows(database))


def test_nothing_goes_before_its_time(database: Database, records: SqliteRecords, clock: Clock) -> None:
    """A day has not passed since the end."""
    ended(records, "a", size=2)
    clock.now = T0 + DAY - 1

    assert (0, [1, 1, 1, 1, 2]) == (records.delete_expired(limit=100), rows(database))


def test_records_are_kept_for_good_unless_told_otherwise(database: Database, clock: Clock) -> None:
    """Retention is a setting that is off."""
    records = SqliteRecords(database, changes=Queue(database, "record_changes", clock=clock), clock=clock)
    asked = ended(records, "a")
    clock.now = T0 + 100_000 * DAY

    assert (0, asked) == (records.delete_expired(limit=100), records.submission(asked.job_id))


def test_expired_records_go_while_the_plane_runs(database: Database, records: SqliteRecords, clock: Clock) -> None:
    """Nobody asks for it."""
    ended(records, "a", size=2)
    clock.now = T0 + 2 * DAY
    plane = SimpleNamespace(records=records, clock=clock)

    with expiring(plane, seconds=GLANCE_SECONDS):  # type: ignore[arg-type] - what it needs of a plane
        wait_until(lambda: not any(rows(database)), "what has expired is gone")

    assert [0] * 5 == rows(database)


@pytest.fixture
def for_good(database: Database, clock: Clock) -> SqliteRecords:
    """Records that are kept until they are deleted."""
    return SqliteRecords(database, changes=Queue(database, "record_changes", clock=clock), clock=clock)


def test_a_deletion_leaves_the_rows_of_children_for_later(
    database: Database, for_good: SqliteRecords, clock: Clock
) -> None:
    """It writes the same few rows however many children there are; nobody sees them any more."""
    written = []
    for key, size in (("a", 2), ("b", 50)):
        record = for_good.get(RecordKey(job_id=ended(for_good, key, size=size).job_id))
        assert record is not None
        with database.write() as connection:
            before = connection.total_changes
        for_good.delete(record, at=clock())
        written.append(connection.total_changes - before)

    assert (written[0], None) == (written[1], for_good.get(RecordKey(job_id="b", index=0)))
    assert {} == for_good.status_summary("b", size=50)


def test_children_of_a_deleted_array_go_some_at_a_time(
    database: Database, for_good: SqliteRecords, clock: Clock
) -> None:
    """Where records are kept for good, too."""
    record = for_good.get(RecordKey(job_id=ended(for_good, "a", size=5).job_id))
    assert record is not None
    for_good.delete(record, at=clock())

    deleted = [for_good.delete_expired(limit=3) for _ in range(3)]

    assert ([3, 3, 0], [0] * 5) == (deleted, rows(database))
