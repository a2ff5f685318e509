"""What a walk over open records reads of the index: about as much as it shows, from wherever it goes on."""

from __future__ import annotations

from typing import Any

from moto import mock_aws

from controlplane.aws.dynamodb.record_item import OPEN_SHARDS
from controlplane.aws.dynamodb.records import DynamoRecords
from controlplane.records.record import RecordKey
from tests.builders import T0, bring, change, submission
from tests.contract.deployed import client, create_table
from tests.contract.intercepted import Intercepted
from tests.contract.weighed import Weighed
from tests.metered import Metered

JOBS, PAGE = 96, 16
#: What each shard may be asked for beyond what is shown: an entry to compare, and a part of a page.
BEYOND = PAGE + 2 * OPEN_SHARDS


@mock_aws()
def test_a_page_of_what_is_open_reads_each_shard_from_where_it_begins() -> None:
    """Keys alone, and not all of them again for every page."""
    dynamodb = Weighed(client("dynamodb"))
    records = DynamoRecords(dynamodb, table=create_table(dynamodb), clock=lambda: T0)
    for n in range(JOBS):
        records.create(submission(key=f"given:{n}", now=T0 + n))
    read: list[int] = []
    cursor: str | None = None

    for _ in range(JOBS // PAGE):
        dynamodb.forget()
        cursor = records.list_open(limit=PAGE, cursor=cursor).cursor
        read.append(len(dynamodb.entries))

    assert cursor is None
    assert max(read) <= PAGE + BEYOND


@mock_aws()
def test_what_ends_between_the_index_and_its_record_is_not_open() -> None:
    """An index is a moment behind."""
    dynamodb = Intercepted(client("dynamodb"))
    records = DynamoRecords(dynamodb, table=create_table(dynamodb), clock=lambda: T0)
    ended, running = (submission(key=f"given:{n}") for n in range(2))
    records.create(ended)
    records.create(running)

    def end_before_the_read(_: dict[str, Any]) -> None:
        bring(records, RecordKey(job_id=ended.job_id), change("FAILED", name=ended.batch_job_name), ours=True)

    dynamodb.meetings = {"batch_get_item": end_before_the_read}

    assert [running.job_id] == [record.key.job_id for record in records.list_open(limit=10).records]


@mock_aws()
def test_what_is_known_is_asked_for_by_keys_and_answered_by_them() -> None:
    """A look for jobs never heard of brings no records."""
    dynamodb = Weighed(client("dynamodb"))
    records = DynamoRecords(dynamodb, table=create_table(dynamodb), clock=lambda: T0)
    job = submission()
    records.create(job)

    records.known([RecordKey(job_id=job.job_id)])

    assert [{"pk": {"S": job.job_id}}] == dynamodb.items


@mock_aws()
def test_what_is_known_costs_half_a_unit_a_key() -> None:
    """Jobs are looked for minutes after they came, and one that seems unheard of is merged like any other."""
    dynamodb = Metered(client("dynamodb"))
    records = DynamoRecords(dynamodb, table=create_table(dynamodb), clock=lambda: T0)
    job = submission()
    records.create(job)
    dynamodb.reset()

    records.known([RecordKey(job_id=job.job_id), RecordKey(job_id="unheard")])

    assert 1.0 == dynamodb.read_units
