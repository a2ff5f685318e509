"""What the embedded records do beside their port: they tell of each job that has become FAILED, once, and durably."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from batchplane_local.database import Database
from batchplane_local.queue import Queue
from batchplane_local.records import SqliteRecords
from controlplane.record import RecordKey
from controlplane.state_change import from_event
from tests.builders import BATCH_JOB_ID, T0, bring, change, life, submission

OURS = submission()
KEY = RecordKey(job_id=OURS.job_id)


@pytest.fixture
def records(tmp_path: Path) -> Iterator[tuple[SqliteRecords, Queue]]:
    """Records, and the queue that they tell."""
    with closing(Database(tmp_path / "plane.sqlite")) as database:
        changes = Queue(database, "record_changes", clock=lambda: T0)
        yield SqliteRecords(database, changes=changes), changes


def told(changes: Queue) -> list[str]:
    """The ids of the jobs that were told of."""
    return [json.loads(message.body)["Keys"]["pk"]["S"] for message in changes.receive(100)]


def test_a_failure_is_told_of_once(records: tuple[SqliteRecords, Queue]) -> None:
    """Whatever is delivered again or late."""
    store, changes = records
    store.create(OURS)
    for each in [*life(OURS.batch_job_name, exit_codes=(3, 3)), *life(OURS.batch_job_name, exit_codes=(3, 3))]:
        bring(store, KEY, from_event(each), ours=True)

    assert [OURS.job_id] == told(changes)


def test_a_success_is_not_told_of(records: tuple[SqliteRecords, Queue]) -> None:
    """Nor is anything on the way to it."""
    store, changes = records
    store.create(OURS)
    for each in life(OURS.batch_job_name):
        bring(store, KEY, from_event(each), ours=True)

    assert [] == told(changes)


def test_a_failed_child_is_not_told_of(records: tuple[SqliteRecords, Queue]) -> None:
    """Children speak through their parent."""
    store, changes = records
    news = change("FAILED", job_id=f"{BATCH_JOB_ID}:1", arrayProperties={"index": 1})
    bring(store, RecordKey(job_id=BATCH_JOB_ID, index=1), news, ours=False)

    assert [] == told(changes)


def test_a_failure_is_told_as_the_tables_stream_tells_it(records: tuple[SqliteRecords, Queue]) -> None:
    """Keys, and the members that the stream's filter looks at."""
    store, changes = records
    bring(store, RecordKey(job_id=BATCH_JOB_ID), change("FAILED"), ours=False)
    (message,) = changes.receive(1)

    keys = {"pk": {"S": BATCH_JOB_ID}, "sk": {"S": "RECORD"}}
    image = {**keys, "status": {"S": "FAILED"}, "owner": {"S": "-"}}
    assert {"Keys": keys, "NewImage": image} == json.loads(message.body)


def test_records_outlive_the_process(tmp_path: Path) -> None:
    """What was returned from is in the file."""
    path = tmp_path / "plane.sqlite"
    with closing(Database(path)) as first:
        SqliteRecords(first, changes=Queue(first, "record_changes", clock=lambda: T0)).create(OURS)

    with closing(Database(path)) as second:
        reopened = SqliteRecords(second, changes=Queue(second, "record_changes", clock=lambda: T0))
        assert OURS == reopened.submission(OURS.job_id)
