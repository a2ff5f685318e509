"""What is true of children in a DynamoDB table alone: what comes first, what is tried again, what one failure costs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from moto import mock_aws

from controlplane.aws.dynamodb.records import DynamoRecords
from controlplane.errors import NotYet
from controlplane.job import Status
from controlplane.records.port import Merge
from controlplane.records.record import Outcome, RecordKey
from tests.builders import BATCH_JOB_ID, T0, bring, change
from tests.contract.deployed import client, create_table
from tests.contract.intercepted import Intercepted
from tests.contract.test_children import key, of, told
from tests.metered import Metered

DAY = 24 * 60 * 60


class Table:
    """Records over an empty table, whose calls can be met and are counted."""

    def __init__(self) -> None:
        self.now = T0
        self.metered = Metered(client("dynamodb"))
        self.client = Intercepted(self.metered)
        self.name = create_table(self.metered)
        self.records = self.opened()

    def opened(self, client: Any = None, *, retention_days: int = 0) -> DynamoRecords:
        """The records, as another function would open them."""
        client = client or self.client
        return DynamoRecords(client, table=self.name, clock=lambda: self.now, retention_days=retention_days)

    def items(self) -> list[dict[str, Any]]:
        """All that is stored."""
        found: list[dict[str, Any]] = self.metered.scan(TableName=self.name)["Items"]
        return found

    def spent(self) -> int:
        """Write units so far."""
        return self.metered.write_units.total()


@pytest.fixture
def table() -> Iterator[Table]:
    """An empty one."""
    with mock_aws():
        yield Table()


class Crash(BaseException):
    """The function has died."""


def crash(_request: Any) -> None:
    """Die before the call."""
    raise Crash


def test_what_is_told_is_kept_before_the_states_move(table: Table) -> None:
    """A delivery that dies between is made again, and loses nothing; until then nobody sees it."""
    table.client.meetings["put_item"] = crash
    with pytest.raises(Crash):
        table.records.merge([of(7, told(7, "RUNNING"))])
    unseen = (table.records.get(key(7)), dict(table.records.status_summary(BATCH_JOB_ID, size=9)))

    table.client.meetings.clear()
    outcome = bring(table.records, key(7), told(7, "RUNNING"), ours=False)

    found = table.records.get(key(7))
    assert found is not None
    assert ((None, {}), Outcome.MERGED, Status.RUNNING) == (unseen, outcome, found.status)


def test_states_do_not_move_where_nothing_could_be_kept(table: Table) -> None:
    """The error stands in the outcome's place."""

    def fail(_request: Any) -> None:
        raise ConnectionError("gone")

    table.client.meetings["batch_write_item"] = fail

    (came_of,) = table.records.merge([of(7, told(7, "RUNNING"))])

    assert isinstance(came_of, ConnectionError)
    assert [] == table.items()


def test_states_that_cannot_be_read_fail_their_merges_alone(table: Table) -> None:
    """A job beside them is recorded."""

    def fail(_request: Any) -> None:
        raise ConnectionError("gone")

    table.client.meetings["batch_get_item"] = fail
    job = Merge(key=RecordKey(job_id="job"), changes=(change("RUNNING", job_id="job"),), ours=False)

    child, other = table.records.merge([of(7, told(7, "RUNNING")), job])

    assert (True, Outcome.MERGED) == (isinstance(child, ConnectionError), other)


def test_what_dynamodb_refuses_fails_its_own_block_alone(table: Table) -> None:
    """A reason of more than an item may hold, in one call with another block's."""
    endless = "".join(chr(0x4E00 + place * 7919 % 20_000) for place in range(300_000))
    merges = [of(7, told(7, "FAILED", statusReason=endless)), of(1007, told(1007, "FAILED"))]

    refused, taken = table.records.merge(merges)

    assert (True, Outcome.MERGED) == (isinstance(refused, Exception), taken)


@pytest.mark.parametrize("known", [[], [of(0, told(0, "FAILED"))]])
def test_a_rival_between_the_read_and_the_write_is_merged_with(table: Table, known: list[Merge]) -> None:
    """The states are written on the version that was read, or on there being none; what beats that is taken in."""
    rival = table.opened(table.metered)
    rival.merge(known)

    def first(_request: Any) -> None:
        table.client.meetings.clear()
        rival.merge([of(7, told(7, "SUCCEEDED")), of(8, told(8, "RUNNING"))])

    table.client.meetings["put_item"] = first

    outcomes = table.records.merge([of(7, told(7, "RUNNING")), of(9, told(9, "RUNNING"))])

    assert [Outcome.LATE, Outcome.MERGED] == list(outcomes)
    summary = table.records.status_summary(BATCH_JOB_ID, size=10)
    assert (1, 2) == (summary[Status.SUCCEEDED], summary[Status.RUNNING])


def test_who_is_beaten_every_time_gives_up(table: Table) -> None:
    """And says what to do; the delivery is made again."""
    rival = table.opened(table.metered)
    indices = iter(range(100, 999))

    def first(_request: Any) -> None:
        index = next(indices)
        rival.merge([of(index, told(index, "RUNNING"))])

    table.client.meetings["put_item"] = first

    (came_of,) = table.records.merge([of(7, told(7, "RUNNING"))])

    assert isinstance(came_of, NotYet)
    assert "#00 was written by others 16 times in a row: deliver this again" in str(came_of)


def test_what_dynamodb_leaves_for_later_is_asked_for_again(table: Table) -> None:
    """Of reads and of writes, under load."""
    left = {"batch_get_item": 2, "batch_write_item": 2}

    def leave(operation: str, name: str, empty: dict[str, Any]) -> Any:
        def meet(request: dict[str, Any]) -> Any:
            left[operation] -= 1
            return empty | {name: request["RequestItems"]} if left[operation] >= 0 else None

        return meet

    table.client.meetings["batch_get_item"] = leave("batch_get_item", "UnprocessedKeys", {"Responses": {}})
    table.client.meetings["batch_write_item"] = leave("batch_write_item", "UnprocessedItems", {})

    assert Outcome.MERGED is bring(table.records, key(7), told(7, "RUNNING"), ours=False)
    assert table.records.get(key(7)) is not None


@pytest.mark.parametrize(
    ("operation", "answer", "named"),
    [
        ("batch_get_item", {"Responses": {}, "UnprocessedKeys": {}}, "1 items unread"),
        ("batch_write_item", {"UnprocessedItems": {}}, "1 items unwritten"),
    ],
)
def test_what_dynamodb_always_leaves_fails_in_the_end(
    table: Table, operation: str, answer: dict[str, Any], named: str
) -> None:
    """A bound, so that a function ends and its messages come again."""
    name = next(each for each in answer if each.startswith("Unprocessed"))
    table.client.meetings[operation] = lambda request: answer | {name: request["RequestItems"]}

    (came_of,) = table.records.merge([of(7, told(7, "RUNNING"))])

    assert isinstance(came_of, NotYet)
    assert named in str(came_of)


def test_every_page_of_what_was_told_is_read(table: Table) -> None:
    """DynamoDB answers a megabyte at a time, and less where it likes."""
    for status in ("RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED"):
        bring(table.records, key(7), told(7, status), ours=False)

    def small(request: dict[str, Any]) -> Any:
        return table.metered.query(**request | {"Limit": 1})

    table.client.meetings["query"] = small

    found = table.records.get(key(7))
    assert found is not None
    assert [2, 3, 4, 5] == sorted(found.history)


def test_a_repeated_delivery_of_the_newest_writes_nothing(table: Table) -> None:
    """That it is known, the states say."""
    merges = [of(index, told(index, "RUNNING")) for index in range(20)]
    table.records.merge(merges)
    before = table.spent()

    outcomes = table.records.merge(merges)

    assert ([Outcome.LATE] * 20, before) == (list(outcomes), table.spent())


def test_a_repeated_delivery_leaves_no_second_copy(table: Table) -> None:
    """What is not the newest is written again, under the name that it has."""
    late = [of(index, told(index, "STARTING")) for index in range(20)]
    table.records.merge([of(index, told(index, "RUNNING")) for index in range(20)])
    table.records.merge(late)
    before = table.items()

    table.records.merge(late)

    assert before == table.items()


def closed_array(table: Table) -> DynamoRecords:
    """An array of ours whose children have ended and which was closed, with a day of retention."""
    records = table.opened(retention_days=1)
    parent = RecordKey(job_id=BATCH_JOB_ID)
    bring(records, parent, change("SUCCEEDED", arrayProperties={"size": 1500}), ours=False)
    for index in (0, 1, 1499):
        bring(records, key(index), told(index, "SUCCEEDED"), ours=False)
    records.close(parent, since=T0)
    return records


def test_with_retention_all_items_of_the_children_expire(table: Table) -> None:
    """Those that come after the array was closed too."""
    records = closed_array(table)
    records.merge([of(5, told(5, "SUCCEEDED")), of(0, told(0, "RUNNING"))])

    children = [item for item in table.items() if "#" in item["pk"]["S"]]

    assert {str(T0 // 1000 + DAY)} == {item["expiresAt"]["N"] for item in children}


def test_without_retention_nothing_expires(table: Table) -> None:
    """It is kept for good."""
    bring(table.records, key(0), told(0, "SUCCEEDED"), ours=False)
    table.records.close(RecordKey(job_id=BATCH_JOB_ID), since=T0)

    assert not [item for item in table.items() if "expiresAt" in item]


@pytest.mark.parametrize(("late", "is_there"), [(DAY * 1000 - 1, True), (DAY * 1000, False)])
def test_expired_children_are_not_there(table: Table, late: int, is_there: bool) -> None:
    """DynamoDB deletes them days later; nobody sees them until then."""
    records = closed_array(table)
    table.now = T0 + late

    seen = (
        records.get(key(1499)) is not None,
        len(records.children(BATCH_JOB_ID, size=1500, first=0, limit=9)) == 3,
        sum(records.status_summary(BATCH_JOB_ID, size=1500).values()) == 3,
    )

    assert (is_there,) * 3 == seen


def test_the_children_of_an_array_are_in_no_index(table: Table) -> None:
    """Their states change too often, and nobody asks so."""
    bring(table.records, key(0), told(0, "RUNNING"), ours=False)

    assert {"table"} == {name for name, units in table.metered.write_units.items() if units}
