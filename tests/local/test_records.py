"""What the embedded records do beside their port: they tell of each job that has become FAILED, once, and durably."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from batchplane_local.database import Database
from batchplane_local.queue import Queue
from batchplane_local.records import SqliteRecords
from controlplane.batch.state_change import from_event
from controlplane.job import Status
from controlplane.records.port import Merge
from controlplane.records.record import Outcome, RecordKey
from tests.builders import BATCH_JOB_ID, T0, bring, change, life, submission

OURS = submission()
KEY = RecordKey(job_id=OURS.job_id)


@pytest.fixture
def records(database: Database) -> tuple[SqliteRecords, Queue]:
    """Records, and the queue that they tell."""
    changes = Queue(database, "record_changes", clock=lambda: T0)
    return SqliteRecords(database, changes=changes), changes


def failing(job_id: str) -> Merge:
    """What tells that a job of nobody's has failed."""
    return Merge(key=RecordKey(job_id=job_id), changes=(change("FAILED", job_id=job_id),), ours=False)


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


def test_a_failure_that_comes_with_all_that_was_before_it_is_told_of_once(
    records: tuple[SqliteRecords, Queue],
) -> None:
    """Also where another end is told in the same delivery."""
    store, changes = records
    store.create(OURS)
    ended = [change(status, name=OURS.batch_job_name) for status in ("RUNNING", "FAILED", "FAILED", "SUCCEEDED")]
    bring(store, KEY, *ended, ours=True)

    assert [OURS.job_id] == told(changes)


def test_a_failure_that_batch_decides_on_is_told_of(records: tuple[SqliteRecords, Queue]) -> None:
    """The job was taken for a success until then."""
    store, changes = records
    store.create(OURS)
    bring(store, KEY, change("SUCCEEDED", name=OURS.batch_job_name), ours=True)

    for _ in range(2):
        store.decide(KEY, change("FAILED", name=OURS.batch_job_name))

    assert [OURS.job_id] == told(changes)


def test_each_failure_of_one_delivery_is_told_of(records: tuple[SqliteRecords, Queue]) -> None:
    """In the transaction that stores them all."""
    store, changes = records
    store.merge([failing(f"theirs-{n}") for n in range(3)])

    assert ["theirs-0", "theirs-1", "theirs-2"] == told(changes)


def test_a_record_that_cant_be_read_stops_no_other(records: tuple[SqliteRecords, Queue], database: Database) -> None:
    """Its error stands in its place."""
    store, changes = records
    store.merge([failing("spoilt")])
    with database.write() as connection:
        connection.execute("UPDATE jobs SET record = 'no record'")

    spoilt, whole = store.merge([failing("spoilt"), failing("whole")])

    assert (msgspec.DecodeError, Outcome.MERGED) == (type(spoilt), whole)
    assert ["spoilt", "whole"] == told(changes)


def test_a_database_that_fails_fails_every_merge_of_a_delivery(
    records: tuple[SqliteRecords, Queue], database: Database
) -> None:
    """Nothing of it is stored: all of it comes again."""
    store, changes = records
    with database.write() as connection:
        connection.execute("CREATE TRIGGER full BEFORE INSERT ON children BEGIN SELECT RAISE(ABORT, 'full'); END")
    child = Merge(key=RecordKey(job_id="b", index=1), changes=(change("RUNNING", job_id="b:1"),), ours=False)

    outcomes = store.merge([failing("theirs"), child])

    assert [sqlite3.IntegrityError] * 2 == [type(each) for each in outcomes]
    assert (None, []) == (store.get(RecordKey(job_id="theirs")), told(changes))


def test_two_merges_of_one_record_in_one_delivery_both_count(records: tuple[SqliteRecords, Queue]) -> None:
    """The second finds what the first has left: here another Batch job's id, there a child that is counted."""
    store, _ = records
    store.create(OURS)
    merges = [
        Merge(key=KEY, changes=(change("RUNNING", name=OURS.batch_job_name, job_id=each),), ours=True)
        for each in ("first", "second")
    ]
    child = RecordKey(job_id=BATCH_JOB_ID, index=1)
    merges += [
        Merge(key=child, changes=(change(status, job_id=f"{BATCH_JOB_ID}:1"),), ours=False)
        for status in ("RUNNING", "FAILED")
    ]

    outcomes = store.merge(merges)

    assert [Outcome.MERGED, Outcome.DUPLICATE, Outcome.MERGED, Outcome.MERGED] == list(outcomes)
    assert {Status.FAILED: 1} == store.status_summary(BATCH_JOB_ID, size=2)


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


def test_whoever_listens_to_a_record_hears_of_its_changes_alone(records: tuple[SqliteRecords, Queue]) -> None:
    """Once each is stored, and no more after listening has ended."""
    store, _ = records
    heard: list[bool] = []
    with store.listeners.listening(
        RecordKey(job_id="a"), lambda: heard.append(store.get(RecordKey(job_id="a")) is None)
    ):
        store.merge([failing("a")])
        store.merge([failing("b")])
    store.merge([failing("a")])

    assert [False] == heard
