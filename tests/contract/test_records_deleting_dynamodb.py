"""What a deletion leaves in the table when children are still told of: nothing that DynamoDB never deletes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from moto import mock_aws

from controlplane.aws.dynamodb.records import DynamoRecords
from controlplane.records.record import RecordKey
from tests.builders import BATCH_JOB_ID, T0, bring, change, submission
from tests.contract.deployed import client, create_table
from tests.contract.intercepted import Intercepted
from tests.local.clocks import Clock

ARRAY = submission(key="given:array", arrayProperties={"size": 2})
KEY = RecordKey(job_id=ARRAY.job_id)
CHILD = RecordKey(job_id=BATCH_JOB_ID, index=1)


@pytest.fixture
def dynamodb() -> Iterator[Intercepted]:
    """An account in memory."""
    with mock_aws():
        yield Intercepted(client("dynamodb"))


def told(status: str) -> Any:
    """What Batch tells of the child."""
    return change(status, job_id=f"{BATCH_JOB_ID}:1", arrayProperties={"index": 1})


def delete_before(dynamodb: Intercepted, operation: str, records: DynamoRecords) -> None:
    """The array is deleted in the moment before the next call of this kind."""
    record = records.get(KEY)
    assert record is not None

    def meet(request: dict[str, Any]) -> None:
        dynamodb.meetings = {}
        records.delete(record, at=T0)

    dynamodb.meetings = {operation: meet}


@pytest.mark.parametrize("days", [0, 90], ids=["for good", "retention"])
@pytest.mark.parametrize("status", ["RUNNING", "SUCCEEDED"])
def test_what_is_told_while_the_array_is_deleted_goes_too(
    dynamodb: Intercepted, clock: Clock, status: str, days: int
) -> None:
    """Whether it moves the child or comes late; also where records are kept for good."""
    table = create_table(dynamodb)
    records = DynamoRecords(dynamodb, table=table, clock=clock, retention_days=days)
    records.create(ARRAY)
    bring(records, CHILD, told("STARTING" if status == "SUCCEEDED" else "FAILED"), ours=False)
    ended = change("FAILED", name=ARRAY.batch_job_name, arrayProperties={"size": 2})
    bring(records, KEY, ended, ours=True)
    delete_before(dynamodb, "batch_write_item", records)

    bring(records, CHILD, told(status), ours=False)

    items = dynamodb.scan(TableName=table)["Items"]
    left = [item["sk"]["S"] for item in items if "expiresAt" not in item]
    assert ([], None, True) == (left, records.get(CHILD), any(item["sk"]["S"].startswith("ROWS#") for item in items))


def test_who_closes_an_array_meanwhile_leaves_its_children_gone(dynamodb: Intercepted, clock: Clock) -> None:
    """What is told of them later must not be there again until the array would have expired."""
    table = create_table(dynamodb)
    records = DynamoRecords(dynamodb, table=table, clock=clock, retention_days=90)
    records.create(ARRAY)
    bring(records, CHILD, told("FAILED"), ours=False)
    ended = change("FAILED", name=ARRAY.batch_job_name, arrayProperties={"size": 2})
    bring(records, KEY, ended, ours=True)
    record = records.get(KEY)
    assert record is not None

    def meet(request: dict[str, Any]) -> None:
        if request["Key"]["sk"]["S"] == "SUBMISSION":
            dynamodb.meetings = {}
            records.delete(record, at=T0)

    dynamodb.meetings = {"update_item": meet}
    records.close(KEY, since=T0)
    bring(records, CHILD, told("SUCCEEDED"), ours=False)

    assert (None, {}) == (records.get(CHILD), dict(records.status_summary(BATCH_JOB_ID, size=2)))
