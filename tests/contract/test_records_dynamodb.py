"""What is true of records in a DynamoDB table alone: what a second write finds, and what goes when."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from moto import mock_aws

from controlplane.aws.dynamodb.records import DynamoRecords
from controlplane.records.record import Outcome, RecordKey
from tests.builders import T0, bring, change, refusal, submission
from tests.contract.deployed import client, create_table
from tests.contract.intercepted import Intercepted
from tests.local.clocks import Clock

DAYS = 7
#: Milliseconds.
DAY = 86_400_000
OURS = submission()
KEY = RecordKey(job_id=OURS.job_id)
NAME = OURS.batch_job_name


@pytest.fixture
def dynamodb() -> Iterator[Intercepted]:
    """An account in memory."""
    with mock_aws():
        yield Intercepted(client("dynamodb"))


@pytest.fixture
def records(dynamodb: Intercepted, clock: Clock) -> DynamoRecords:
    """An empty store that keeps what has ended for a week."""
    return DynamoRecords(dynamodb, table=create_table(dynamodb), clock=clock, retention_days=DAYS)


def test_a_late_job_that_a_rival_has_forestalled_is_a_duplicate(dynamodb: Intercepted, records: DynamoRecords) -> None:
    """Between the write that was too late and the one for history, another job of Batch's has taken the record."""
    records.create(OURS)
    bring(records, KEY, refusal(), ours=True)

    def settle_before_history(request: dict[str, Any]) -> None:
        if "attribute_exists(#pk)" in request["ConditionExpression"]:
            dynamodb.meetings = {}
            records.settle(OURS.job_id, "another")

    dynamodb.meetings = {"update_item": settle_before_history}

    assert Outcome.DUPLICATE is bring(records, KEY, change("RUNNING", name=NAME), ours=True)


def test_a_submission_stays_as_long_as_its_record(dynamodb: Intercepted, records: DynamoRecords, clock: Clock) -> None:
    """Two ends disagree, and the function dies before it lets the submission go: the earlier end then does."""
    records.create(OURS)

    def die(request: dict[str, Any]) -> None:
        if request["Key"]["sk"]["S"] == "SUBMISSION":
            raise ConnectionError

    dynamodb.meetings = {"update_item": die}
    with pytest.raises(ConnectionError):
        bring(records, KEY, change("SUCCEEDED", name=NAME, stoppedAt=T0 + 2 * DAY), ours=True)
    dynamodb.meetings = {}
    bring(records, KEY, change("FAILED", name=NAME, stoppedAt=T0 + DAY), ours=True)
    clock.now = T0 + (DAYS + 1) * DAY + 2000

    assert OURS == records.create(submission(now=clock.now))
