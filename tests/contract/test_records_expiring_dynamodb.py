"""How the table lets go of what has ended: the attribute that DynamoDB deletes by, on every item of a job."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from moto import mock_aws

from controlplane.aws.dynamodb.records import DynamoRecords
from controlplane.records.port import Merge
from controlplane.records.record import Outcome, RecordKey, born
from tests.builders import T0, bring, change, submission
from tests.contract.deployed import client, create_table
from tests.contract.intercepted import Intercepted
from tests.local.clocks import Clock
from tests.metered import Metered
from tests.template import one, plane_template

DAYS = 7
DAY_SECONDS = 86_400
END = T0 + 10_000
#: Epoch seconds.
EXPIRY = END // 1000 + DAYS * DAY_SECONDS
#: When what ended then has expired, in epoch milliseconds.
AFTER = EXPIRY * 1000 + 1000
OURS = submission()
KEY = RecordKey(job_id=OURS.job_id)
ENDED = change("SUCCEEDED", name=OURS.batch_job_name, stoppedAt=END)


@pytest.fixture
def dynamodb() -> Iterator[Intercepted]:
    """An account in memory."""
    with mock_aws():
        yield Intercepted(client("dynamodb"))


@pytest.fixture
def table(dynamodb: Intercepted) -> str:
    """The plane's table, empty."""
    return create_table(dynamodb)


@pytest.fixture
def records(dynamodb: Intercepted, table: str, clock: Clock) -> DynamoRecords:
    """An empty store that keeps what has ended for a week."""
    return DynamoRecords(dynamodb, table=table, clock=clock, retention_days=DAYS)


def dies_before(dynamodb: Intercepted, kind: str) -> None:
    """From now on the function dies before it writes an item of this kind."""

    def meet(request: dict[str, Any]) -> None:
        if request.get("Key", request.get("Item"))["sk"]["S"] == kind:
            raise ConnectionError(kind)

    dynamodb.meetings = {"update_item": meet, "put_item": meet}


def lives_again(dynamodb: Intercepted) -> None:
    """Another function has taken the work over."""
    dynamodb.meetings = {}


def expiry(dynamodb: Any, table: str, kind: str, job_id: str = OURS.job_id) -> int | None:
    """When DynamoDB will delete an item of a job, by the attribute that the template names."""
    _, properties = one(plane_template(), "AWS::DynamoDB::Table")
    name = properties["TimeToLiveSpecification"]["AttributeName"]
    item = dynamodb.get_item(TableName=table, Key={"pk": {"S": job_id}, "sk": {"S": kind}}).get("Item", {})
    return int(item[name]["N"]) if name in item else None


def test_record_and_submission_expire_together(records: DynamoRecords, dynamodb: Intercepted, table: str) -> None:
    """So many days after the end, in epoch seconds."""
    records.create(OURS)
    before = [expiry(dynamodb, table, kind) for kind in ("RECORD", "SUBMISSION")]

    bring(records, KEY, ENDED, ours=True)

    after = [expiry(dynamodb, table, kind) for kind in ("RECORD", "SUBMISSION")]
    assert ([None, None], [EXPIRY, EXPIRY]) == (before, after)


def test_a_submission_that_was_left_expires_with_the_next_delivery(
    records: DynamoRecords, dynamodb: Intercepted, table: str
) -> None:
    """The function died between the two writes, and the event comes again."""
    records.create(OURS)
    dies_before(dynamodb, "SUBMISSION")
    (died,) = records.merge([Merge(key=KEY, changes=(ENDED,), ours=True)])
    lives_again(dynamodb)

    again = bring(records, KEY, ENDED, ours=True)

    assert (True, Outcome.LATE) == (isinstance(died, ConnectionError), again)
    assert EXPIRY == expiry(dynamodb, table, "SUBMISSION")


def test_a_second_end_moves_no_expiry(records: DynamoRecords, dynamodb: Intercepted, table: str) -> None:
    """It is counted from the first."""
    records.create(OURS)
    bring(records, KEY, ENDED, ours=True)
    bring(records, KEY, change("FAILED", name=OURS.batch_job_name, stoppedAt=END + 60_000), ours=True)

    assert [EXPIRY, EXPIRY] == [expiry(dynamodb, table, kind) for kind in ("RECORD", "SUBMISSION")]


def test_an_array_expires_once_it_is_closed(records: DynamoRecords, dynamodb: Intercepted, table: str) -> None:
    """Until then the sweep must find it."""
    array = submission(key="given:array", arrayProperties={"size": 2})
    records.create(array)
    ended = change("SUCCEEDED", name=array.batch_job_name, stoppedAt=END, arrayProperties={"size": 2})
    bring(records, RecordKey(job_id=array.job_id), ended, ours=True)
    before = [expiry(dynamodb, table, kind, array.job_id) for kind in ("RECORD", "SUBMISSION")]

    records.close(RecordKey(job_id=array.job_id), since=END)

    after = [expiry(dynamodb, table, kind, array.job_id) for kind in ("RECORD", "SUBMISSION")]
    assert ([None, None], [EXPIRY, EXPIRY]) == (before, after)


def test_an_alert_expires_too(records: DynamoRecords, dynamodb: Intercepted, table: str, clock: Clock) -> None:
    """Counted from when it was sent."""
    clock.now = END
    records.claim_alert(OURS.job_id, at=END - 5000, lease=1000)
    claimed = expiry(dynamodb, table, "ALERT")

    records.close_alert(OURS.job_id)

    assert (EXPIRY - 5, EXPIRY) == (claimed, expiry(dynamodb, table, "ALERT"))


@pytest.mark.parametrize(("days", "writes"), [(0, 1), (DAYS, 2)])
def test_an_end_costs_one_write_more_where_it_lets_go(
    dynamodb: Intercepted, table: str, days: int, writes: int
) -> None:
    """Nothing is paid for a retention that a deployment hasn't got."""
    metered = Metered(dynamodb)
    records = DynamoRecords(metered, table=table, clock=Clock(), retention_days=days)
    records.create(OURS)
    bring(records, KEY, change("RUNNING", name=OURS.batch_job_name), ours=True)
    before = metered.calls["UpdateItem"]

    bring(records, KEY, ENDED, ours=True)

    assert writes == metered.calls["UpdateItem"] - before


def test_a_job_whose_record_dynamodb_deleted_first_starts_anew(
    records: DynamoRecords, dynamodb: Intercepted, table: str, clock: Clock
) -> None:
    """A function died before its submission expired, and no event came again: its age tells."""
    records.create(OURS)
    dynamodb.delete_item(TableName=table, Key={"pk": {"S": OURS.job_id}, "sk": {"S": "RECORD"}})
    clock.now = AFTER
    again = replace(OURS, created_at=AFTER)

    earlier = records.create(again)

    assert (None, again, born(again)) == (earlier, records.submission(OURS.job_id), records.get(KEY))


def test_a_submission_whose_record_was_never_written_is_not_forgotten(
    records: DynamoRecords, dynamodb: Intercepted, clock: Clock
) -> None:
    """A function died between the two: the one who comes next finishes the first one's work."""
    dies_before(dynamodb, "RECORD")
    with pytest.raises(ConnectionError):
        records.create(OURS)
    lives_again(dynamodb)
    clock.now = T0 + 60_000

    earlier = records.create(replace(OURS, created_at=clock.now))

    assert (OURS, born(OURS)) == (earlier, records.get(KEY))


def test_an_old_job_that_runs_still_is_left_as_it_is(records: DynamoRecords, clock: Clock) -> None:
    """Days are counted from the end."""
    records.create(OURS)
    clock.now = AFTER

    earlier = records.create(replace(OURS, created_at=AFTER))

    assert (OURS, born(OURS)) == (earlier, records.get(KEY))


def test_of_two_who_start_an_expired_job_anew_one_does(
    records: DynamoRecords, dynamodb: Intercepted, clock: Clock
) -> None:
    """Both have seen the old one; the other is faster, and its submission is what was asked."""
    records.create(OURS)
    bring(records, KEY, ENDED, ours=True)
    clock.now = AFTER
    mine, other = (replace(OURS, created_at=AFTER + late) for late in (0, 1))

    def let_the_other_go_first(request: dict[str, Any]) -> None:
        if "createdAt" in request["ConditionExpression"]:
            lives_again(dynamodb)
            records.create(other)

    dynamodb.meetings = {"put_item": let_the_other_go_first}

    earlier = records.create(mine)

    assert (other, other, born(other)) == (earlier, records.submission(OURS.job_id), records.get(KEY))
