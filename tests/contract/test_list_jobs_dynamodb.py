"""What a page of a list reads of the table: entries that tell nothing of a status, and few records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from moto import mock_aws

from controlplane.aws.dynamodb.index_entry import LARGEST_ENTRY
from controlplane.aws.dynamodb.item_size import item_size
from controlplane.aws.dynamodb.listing import READ_LIMIT
from controlplane.aws.dynamodb.records import DynamoRecords
from controlplane.aws.dynamodb.submission_item import submission_to_item
from controlplane.batch.state_change import from_event
from controlplane.job import Status
from controlplane.records.job_filter import JobFilter
from controlplane.records.record import RecordKey
from controlplane.submissions.submission import Submission
from tests.builders import T0, bring, change, life, submission
from tests.contract.deployed import client, create_table
from tests.contract.weighed import Weighed
from tests.metered import Metered

ADA = JobFilter(owner="user/ada")
#: No list of these tests has more pages.
PAGES = 20
#: Items of one BatchWriteItem.
WRITTEN_AT_ONCE = 25


@pytest.fixture
def dynamodb() -> Iterator[Weighed]:
    """An account in memory, whose reads are weighed."""
    with mock_aws():
        yield Weighed(client("dynamodb"))


@pytest.fixture
def table(dynamodb: Weighed) -> str:
    """The plane's table, empty."""
    return create_table(dynamodb)


@pytest.fixture
def records(dynamodb: Weighed, table: str) -> DynamoRecords:
    """An empty store."""
    return DynamoRecords(dynamodb, table=table, clock=lambda: T0)


def made(count: int, **document: object) -> list[Submission]:
    """Submissions, one a second."""
    return [submission(key=f"given:{n}", now=T0 + n * 1000, **document) for n in range(count)]


def heavy(records: DynamoRecords, count: int) -> None:
    """Store jobs of some 13 KB each: ten attempts, of which each tells all that it may."""
    told = {"container": {"exitCode": 1, "reason": "r" * 255, "logStreamName": "s" * 512}, "statusReason": "w" * 400}
    attempts = [told | {"startedAt": T0 + n, "stoppedAt": T0 + n} for n in range(10)]
    for each in made(count):
        records.create(each)
        news = change("FAILED", name=each.batch_job_name, job_id=each.job_id, attempts=attempts)
        bring(records, RecordKey(job_id=each.job_id), news, ours=True)


def unborn(dynamodb: Weighed, table: str, submissions: Sequence[Submission]) -> None:
    """Store submissions alone, as if their records were gone."""
    for start in range(0, len(submissions), WRITTEN_AT_ONCE):
        some = submissions[start : start + WRITTEN_AT_ONCE]
        puts = [{"PutRequest": {"Item": submission_to_item(each)}} for each in some]
        dynamodb.batch_write_item(RequestItems={table: puts})


def test_a_page_reads_its_entries_one_more_and_its_records(records: DynamoRecords, dynamodb: Weighed) -> None:
    """The one more tells whether it is the last page."""
    for each in made(8):
        records.create(each)

    records.list_jobs(ADA, limit=5)

    assert (6, 5) == (len(dynamodb.entries), len(dynamodb.items))


def test_what_an_entry_tells_is_filtered_before_a_record_is_read(records: DynamoRecords, dynamodb: Weighed) -> None:
    """Name, type, tags, queue and time: the records that are read are those that are shown."""
    for each in made(6, jobName="align", tags={"team": "red"}) + [submission(key="given:other", now=T0 + 100)]:
        records.create(each)
    wanted = replace(ADA, name_prefix="AL", tags={"team": "red"}, created_from=T0 + 2000)

    page = records.list_jobs(wanted, limit=10)

    assert 4 == len(page.records) == len(dynamodb.items) == len(dynamodb.entries)


@pytest.mark.parametrize("statuses", [frozenset(), frozenset({Status.FAILED}), frozenset({Status.SUCCEEDED})])
def test_a_page_of_heavy_records_reads_a_megabyte_at_most(
    records: DynamoRecords, dynamodb: Weighed, statuses: frozenset[Status]
) -> None:
    """It ends before, with a cursor; so every page does, and together they show each job once."""
    heavy(records, 90)
    shown: list[str] = []
    cursor: str | None = None

    for _ in range(PAGES):
        dynamodb.forget()
        page = records.list_jobs(replace(ADA, statuses=statuses), limit=200, cursor=cursor)
        assert dynamodb.weight <= READ_LIMIT
        shown += (record.key.job_id for record in page.records)
        cursor = page.cursor
        if cursor is None:
            break

    expected = [] if Status.SUCCEEDED in statuses else [each.job_id for each in reversed(made(90))]
    assert (None, expected) == (cursor, shown)


def test_a_page_that_filters_much_out_reads_a_megabyte_at_most(
    records: DynamoRecords, dynamodb: Weighed, table: str
) -> None:
    """An empty page may have a cursor: it says where the looking goes on."""
    unborn(dynamodb, table, made(1200, jobName="n" * 100, tags={f"tag-{n}": "v" for n in range(50)}))

    page = records.list_jobs(replace(ADA, name_prefix="other"), limit=10)

    assert ((), True) == (page.records, page.cursor is not None)
    assert READ_LIMIT // 2 < dynamodb.weight <= READ_LIMIT


def test_a_page_reads_no_record_twice(records: DynamoRecords, dynamodb: Weighed) -> None:
    """However often it must go on for want of what it looks for."""
    for each in made(70):
        records.create(each)

    records.list_jobs(replace(ADA, statuses=frozenset({Status.FAILED})), limit=3)

    read = [item["pk"]["S"] for item in dynamodb.items]
    assert 70 == len(read) == len(set(read))


def test_a_submission_whose_record_is_gone_is_in_no_list(records: DynamoRecords, dynamodb: Weighed, table: str) -> None:
    """DynamoDB deletes what has expired item by item."""
    gone, there = made(2)
    unborn(dynamodb, table, [gone])
    records.create(there)

    page = records.list_jobs(ADA, limit=1)
    last = records.list_jobs(ADA, limit=1, cursor=page.cursor)

    assert [there.job_id] == [record.key.job_id for record in (*page.records, *last.records)]


def test_a_life_writes_the_lists_once_and_what_is_open_twice(dynamodb: Weighed, table: str) -> None:
    """At its birth, and at its end: no change of a status writes an index."""
    metered = Metered(dynamodb)
    records = DynamoRecords(metered, table=table, clock=lambda: T0)
    (job,) = made(1)
    records.create(job)

    for told in life(job.batch_job_name, attempts=3):
        bring(records, RecordKey(job_id=job.job_id), from_event(told), ours=True)

    assert {"byOwner": 1, "byQueue": 1, "open": 2} == {
        name: units for name, units in metered.write_units.items() if name != "table"
    }


def test_the_largest_submission_has_an_entry_within_its_bound() -> None:
    """Whatever its tags hold."""
    tags = {f"{n:02d}{'k' * 100}": "ä" * 50 for n in range(50)}
    item = submission_to_item(submission(owner="o" * 256, jobName="n" * 128, tags=tags))
    projected = ("pk", "sk", "owner", "jobQueue", "created", "jobName", "type", "tagDigests")

    assert item_size({name: item[name] for name in projected}) + len("q" * 128) <= LARGEST_ENTRY
