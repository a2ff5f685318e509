"""Once a job has been over for as long as jobs are kept, nothing of it is left in either store, whatever its life was.

DynamoDB deletes by an attribute, which moto leaves alone: here every item must have it, and none too early.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

import pytest
from moto import mock_aws

from batchplane_local.database import Database
from batchplane_local.queue import Queue
from batchplane_local.records import SqliteRecords
from controlplane.aws.dynamodb.records import DynamoRecords
from controlplane.batch.port import Batch
from controlplane.reconciling.array_sweep import ArraySweep
from controlplane.reconciling.inquiry import Inquiry
from controlplane.reconciling.job_sweep import JobSweep
from controlplane.recording.recorder import Recorder
from controlplane.records.port import Records
from controlplane.records.split_arrays import SplitArrays
from controlplane.submissions.queue import Submissions
from tests.contract.conftest import PLANES, NewDatabase
from tests.contract.deployed import client, create_table
from tests.contract.expiring_lives import DAY, LIVES, Stage
from tests.flow.reconciling.standing_batch import StandingBatch
from tests.local.clocks import Clock

DAYS = 30
#: Runs of the sweep until nothing is open, each some hours after the one before; and rows that go at a time.
RUNS, HOURS, ROWS = 40, 5, 1000
TABLES = ("jobs", "submissions", "alerts", "arrays", "children", "deleted_jobs")


@dataclass(kw_only=True)
class Kept:
    """A store, and what is in it."""

    records: Records
    clock: Clock
    #: What is left when all that is kept for a time has been kept for it.
    left: Callable[[], list[Any]]


@pytest.fixture(params=PLANES)
def kept(request: pytest.FixtureRequest, new_database: NewDatabase, clock: Clock) -> Iterator[Kept]:
    """An empty store that keeps what is over for some days."""
    if request.param == "embedded":
        yield _embedded(new_database(), clock)
        return
    with mock_aws():
        dynamodb = client("dynamodb")
        table = create_table(dynamodb)
        records = DynamoRecords(dynamodb, table=table, clock=clock, retention_days=DAYS)
        yield Kept(
            records=records,
            clock=clock,
            left=lambda: list(_too_early_or_never(_items(dynamodb, table))),
        )


def _embedded(database: Database, clock: Clock) -> Kept:
    changes = Queue(database, "record_changes", clock=clock)
    records = SqliteRecords(database, changes=changes, retention_days=DAYS, clock=clock)

    def left() -> list[Any]:
        clock.now += (DAYS + 1) * DAY
        while records.delete_expired(limit=ROWS):
            pass
        return [row for table in TABLES for row in database.read(f"SELECT '{table}', * FROM {table}")]  # noqa: S608

    return Kept(records=records, clock=clock, left=left)


def _items(dynamodb: Any, table: str) -> list[dict[str, Any]]:
    pages = dynamodb.get_paginator("scan").paginate(TableName=table)
    return [item for page in pages for item in page["Items"] if item["sk"] != {"S": "BOOKMARK"}]


def _too_early_or_never(items: list[dict[str, Any]]) -> Iterator[str]:
    """Items without an expiry, or with one before that of a record: in each life all that there is goes with one.

    What is told of children after a deletion is gone at once, and its tombstone later.
    """
    records = [item for item in items if item["sk"] == {"S": "RECORD"} and "deletedAt" not in item]
    ends = [int(item["expiresAt"]["N"]) for item in records if "expiresAt" in item]
    for item in items:
        expires_at = int(item["expiresAt"]["N"]) if "expiresAt" in item else 0
        if expires_at < max(ends, default=1):
            yield f"{item['pk']['S']} {item['sk']['S']} expires at {expires_at}, records at {sorted({*ends})}"


def sweep(kept: Kept) -> None:
    """Sweep until nothing is open. Batch knows nothing any more."""
    batch = Batch(StandingBatch())
    recorder = Recorder(records=kept.records, batch=batch, clock=kept.clock)
    arrays = SplitArrays(records=kept.records)  # an array in parts is handed on, and brought to where they are
    submissions = cast("Submissions", SimpleNamespace(send=lambda job_id, **_: arrays.gather(job_id)))
    for _ in range(RUNS):
        kept.clock.now += HOURS * 3_600_000
        for each in (JobSweep(records=kept.records, submissions=submissions), ArraySweep(records=kept.records)):
            now = kept.clock()
            inquiry = Inquiry(
                records=kept.records, batch=batch, recorder=recorder, clock=kept.clock, now=now, bounds=each.bounds
            )
            each.run(inquiry)
        if not kept.records.list_open(limit=1).records:
            return
    raise AssertionError(f"{kept.records.list_open(limit=9).records} are open after {RUNS} runs")


@pytest.mark.parametrize("life", LIVES)
def test_nothing_is_left_of_a_job_that_has_been_over_for_long(kept: Kept, life: str) -> None:
    """No row; no item without an expiry, and none that goes before the record that it belongs to."""
    LIVES[life](Stage(records=kept.records, clock=kept.clock))
    sweep(kept)

    assert [] == kept.left()
