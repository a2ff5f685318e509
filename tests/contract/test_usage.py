"""What owners use is counted, by either plane's store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import pytest
from moto import mock_aws

from batchplane_local.queue import Queue
from batchplane_local.records import SqliteRecords
from batchplane_local.usage import SqliteUsage
from controlplane.accepting.gate import MINUTE, InFlight, Usage
from controlplane.aws.dynamodb.records import DynamoRecords
from controlplane.aws.dynamodb.usage import DynamoUsage
from controlplane.batch.state_change import StateChange
from controlplane.records.parts import parts_of
from controlplane.records.port import Records, brought, ended_unsubmitted
from controlplane.records.record import JobRecord, RecordKey
from controlplane.submissions.submission import Submission
from tests.builders import T0, bring, change, submission
from tests.contract.conftest import PLANES, NewDatabase
from tests.contract.deployed import OneAtATime, client, create_table
from tests.template import quota_template

ADA = "user/ada"
RIVALS = 8


KINDS = {
    "single": submission(key="given:1", vcpus=2),
    "array": submission(key="given:2", arrayProperties={"size": 10}, vcpus=2),
    "in parts": submission(key="given:3", arrayProperties={"size": 20_000}, vcpus=2),
    "gang": replace(submission(key="given:4"), num_nodes=3, vcpus=6),
}


@dataclass(frozen=True, kw_only=True)
class Store:
    """The port, and the records that it counts."""

    usage: Usage
    records: Records


@pytest.fixture(params=PLANES)
def store(request: pytest.FixtureRequest, new_database: NewDatabase) -> Iterator[Store]:
    """Both, empty."""
    if request.param == "embedded":
        database = new_database()
        records = SqliteRecords(database, changes=Queue(database, "record_changes", clock=lambda: T0))
        yield Store(usage=SqliteUsage(database), records=records)
    else:
        with mock_aws():
            dynamodb = OneAtATime(client("dynamodb"))
            table = create_table(dynamodb, quota_template())
            yield Store(
                usage=DynamoUsage(dynamodb, table=table, clock=lambda: T0),
                records=DynamoRecords(dynamodb, table=table, clock=lambda: T0),
            )


def test_an_owner_who_has_nothing_uses_nothing(store: Store) -> None:
    """Nor does what nobody has submitted count for anybody."""
    bring(store.records, RecordKey(job_id="theirs"), change("RUNNING", job_id="theirs"), ours=False)

    assert InFlight(jobs=0, vcpus=0) == store.usage.in_flight(ADA)


def test_jobs_are_in_flight_until_they_are_over(store: Store) -> None:
    """Whatever status they are in; an array is one job, and all its children's vCPUs. Others' count for others."""
    single = submission(key="given:1", vcpus=2)
    array = submission(key="given:2", arrayProperties={"size": 10}, vcpus=3)
    for each in (single, array, submission(key="given:3", owner="user/bob", vcpus=7)):
        store.records.create(each)
    key = RecordKey(job_id=single.job_id)
    seen = [store.usage.in_flight(ADA)]
    bring(store.records, key, change("RUNNING", name=single.batch_job_name), ours=True)
    seen.append(store.usage.in_flight(ADA))
    bring(store.records, key, change("FAILED", name=single.batch_job_name), ours=True)
    seen.append(store.usage.in_flight(ADA))

    assert [InFlight(jobs=2, vcpus=32)] * 2 + [InFlight(jobs=1, vcpus=30)] == seen


def test_an_array_in_parts_is_counted_once(store: Store) -> None:
    """Its parts are in flight with it."""
    whole = submission(arrayProperties={"size": 20_000}, vcpus=2)
    for each in (whole, *parts_of(whole)):
        store.records.create(each)

    assert InFlight(jobs=1, vcpus=40_000) == store.usage.in_flight(ADA)


def test_an_array_that_has_ended_counts_no_more(store: Store) -> None:
    """Though the sweep has yet to see its children's ends."""
    array = submission(arrayProperties={"size": 10})
    store.records.create(array)
    ended = change("SUCCEEDED", name=array.batch_job_name, arrayProperties={"size": 10})
    bring(store.records, RecordKey(job_id=array.job_id), ended, ours=True)

    assert InFlight(jobs=0, vcpus=0) == store.usage.in_flight(ADA)
    assert 1 == len(store.records.list_open(limit=9).records)


def news(asked: Submission, status: str) -> StateChange:
    """What Batch tells of a job, an array, or a gang."""
    size = {"arrayProperties": {"size": 10}} if asked.size else {}
    nodes = {"nodeProperties": {"numNodes": asked.num_nodes}} if asked.num_nodes else {}
    return change(status, name=asked.batch_job_name, **size, **nodes)


def told_of(records: Records, record: JobRecord, asked: Submission) -> None:
    """Batch tells of its end, twice."""
    for _ in range(2):
        bring(records, record.key, news(asked, "FAILED"), ours=True)


def refused(records: Records, record: JobRecord, asked: Submission) -> None:
    """Batch does not take it, or it is withdrawn before Batch has it."""
    brought(records, ended_unsubmitted(record, reason="no", at=T0))


def lost(records: Records, record: JobRecord, asked: Submission) -> None:
    """Batch has forgotten it."""
    records.lose(record.key, at=T0)
    records.close(record.key, since=T0)


def deleted(records: Records, record: JobRecord, asked: Submission) -> None:
    """It has ended, and goes; late news comes of it."""
    bring(records, record.key, news(asked, "FAILED"), ours=True)
    records.delete(record, at=T0)
    bring(records, record.key, news(asked, "RUNNING"), ours=True)


@pytest.mark.parametrize("asked", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("end", [told_of, refused, lost, deleted])
def test_whatever_ends_a_job_it_is_counted_until_then(
    store: Store, asked: Submission, end: Callable[[Records, JobRecord, Submission], None]
) -> None:
    """And given back once: what another job has in flight stays counted."""
    store.records.create(submission(key="given:other", vcpus=1))
    for each in (asked, *(parts_of(asked) if asked.is_split else ())):
        store.records.create(each)
    before = store.usage.in_flight(ADA)
    record = store.records.get(RecordKey(job_id=asked.job_id))
    assert record is not None
    end(store.records, record, asked)

    assert (InFlight(jobs=2, vcpus=asked.vcpus + 1), InFlight(jobs=1, vcpus=1)) == (before, store.usage.in_flight(ADA))


@pytest.mark.parametrize("asked", KINDS.values(), ids=KINDS)
def test_a_lost_job_that_batch_tells_of_again_is_counted_again(store: Store, asked: Submission) -> None:
    """As often as it is lost and found."""
    store.records.create(asked)
    seen = []
    for status in ("RUNNABLE", "RUNNING"):
        store.records.lose(RecordKey(job_id=asked.job_id), at=T0)
        store.records.close(RecordKey(job_id=asked.job_id), since=T0)
        bring(store.records, RecordKey(job_id=asked.job_id), news(asked, status), ours=True)
        seen.append(store.usage.in_flight(ADA))

    assert [InFlight(jobs=1, vcpus=asked.vcpus)] * 2 == seen


def test_a_minute_has_room_for_so_many(store: Store) -> None:
    """What does not fit whole fits in part; the next minute, and another owner, have room of their own."""
    counts = [store.usage.take(ADA, count=count, most=5, at=T0) for count in (2, 2, 3, 1, 0)]
    bobs = store.usage.take("user/bob", count=9, most=5, at=T0)
    next_minutes = store.usage.take(ADA, count=1, most=5, at=T0 + MINUTE)
    others = (bobs, next_minutes)

    assert ([2, 2, 1, 0, 0], (5, 1)) == (counts, others)


def test_a_quota_that_was_lowered_lets_nothing_through(store: Store) -> None:
    """What was taken before stays counted."""
    store.usage.take(ADA, count=5, most=5, at=T0)

    assert 0 == store.usage.take(ADA, count=1, most=3, at=T0)


def test_of_many_who_take_at_once_no_more_than_fit_do(store: Store) -> None:
    """The rate is exact."""
    with ThreadPoolExecutor(RIVALS) as rivals:
        taken = list(rivals.map(lambda _: store.usage.take(ADA, count=3, most=10, at=T0), range(RIVALS)))

    assert 10 == sum(taken)
