"""The units that tests and benchmarks count, by the rules of DynamoDB's documentation."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from moto import mock_aws

from tests.contract.deployed import client, create_table
from tests.metered import Metered

KEY = {"pk": {"S": "j1"}, "sk": {"S": "RECORD"}}


@pytest.fixture
def metered() -> Iterator[Metered]:
    """A client of an account without tables."""
    with mock_aws():
        yield Metered(client("dynamodb"))


@pytest.fixture
def table(metered: Metered) -> str:
    """The plane's table, empty."""
    return create_table(metered)


def test_a_write_takes_a_unit_for_every_kilobyte_of_the_item(metered: Metered, table: str) -> None:
    """Of the item, not of the change."""
    metered.put_item(TableName=table, Item=KEY | {"text": {"S": "x" * 2000}})
    metered.update_item(
        TableName=table,
        Key=KEY,
        UpdateExpression="SET #n = :n",
        ExpressionAttributeNames={"#n": "n"},
        ExpressionAttributeValues={":n": {"N": "1"}},
    )

    assert ({"PutItem": 1, "UpdateItem": 1}, {"table": 4}) == (metered.calls, +metered.write_units)


def test_a_smaller_item_is_billed_as_the_larger_one_before(metered: Metered, table: str) -> None:
    """DynamoDB takes the larger of both sizes."""
    metered.put_item(TableName=table, Item=KEY | {"text": {"S": "x" * 2000}})
    metered.put_item(TableName=table, Item=KEY)

    assert 4 == metered.write_units["table"]


def test_a_refused_write_is_billed(metered: Metered, table: str) -> None:
    """A condition that does not hold saves nothing."""
    with pytest.raises(metered.exceptions.ConditionalCheckFailedException):
        metered.put_item(TableName=table, Item=KEY, ConditionExpression="attribute_exists(pk)")

    assert 1 == metered.write_units["table"]


def test_items_written_together_are_billed_each_by_itself(metered: Metered, table: str) -> None:
    """One call, and two units for what are two items of half a kilobyte."""
    items = [KEY | {"sk": {"S": str(place)}, "text": {"S": "x" * 500}} for place in range(2)]
    metered.batch_write_item(RequestItems={table: [{"PutRequest": {"Item": item}} for item in items]})

    assert ({"BatchWriteItem": 1}, {"table": 2}) == (metered.calls, +metered.write_units)


def test_an_index_is_written_when_its_entry_changes(metered: Metered, table: str) -> None:
    """Put in, left alone, and taken out."""
    item = KEY | {"open": {"S": "1"}, "openSince": {"S": "0001#j1"}}
    metered.put_item(TableName=table, Item=item)
    metered.put_item(TableName=table, Item=item | {"text": {"S": "new"}})
    metered.put_item(TableName=table, Item=KEY)

    assert 2 == metered.write_units["open"]


def test_a_read_takes_a_unit_for_every_four_kilobytes(metered: Metered, table: str) -> None:
    """Half of it where it need not be strongly consistent; what is not there takes one too."""
    metered.put_item(TableName=table, Item=KEY | {"text": {"S": "x" * 5000}})
    metered.get_item(TableName=table, Key=KEY, ConsistentRead=True)
    metered.get_item(TableName=table, Key=KEY)
    metered.batch_get_item(RequestItems={table: {"Keys": [KEY, KEY | {"sk": {"S": "ALERT"}}], "ConsistentRead": True}})

    assert 2 + 1 + 2 + 1 == metered.read_units


def test_a_query_reads_its_items_as_one(metered: Metered, table: str) -> None:
    """Ten small items are less than a unit together."""
    for place in range(10):
        metered.put_item(TableName=table, Item=KEY | {"sk": {"S": str(place)}})
    metered.query(
        TableName=table,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": "j1"}},
        ConsistentRead=True,
    )

    assert 1 == metered.read_units
