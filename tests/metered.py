"""A DynamoDB client over moto that counts what AWS would bill: calls, and capacity units from the sizes of items.

moto's own ConsumedCapacity is a constant. The rules are of
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html and, for indexes,
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.ThroughputConsiderations.Writes
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from controlplane.aws.dynamodb.item_size import item_size

Item = Mapping[str, Mapping[str, Any]]
#: Bytes that one write unit takes, and one read unit of a strongly consistent read.
WRITE_UNIT, READ_UNIT = 1024, 4096


class Metered:
    """A client by the same names. All writes must go through it: what a write is billed depends on the item before."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._tables: dict[str, _Table] = {}
        #: Items by table and key, as the last write left them.
        self._items: dict[tuple[str, ...], Item] = {}
        self.reset()

    def reset(self) -> None:
        """Count from nothing again."""
        #: Calls by their operation.
        self.calls: Counter[str] = Counter()
        #: Write units by what they are for: `table`, or an index's name.
        self.write_units: Counter[str] = Counter()
        self.read_units = 0.0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def put_item(self, **request: Any) -> Any:
        """PutItem: the larger of the new item and the old one."""
        key = self._key(request["TableName"], request["Item"])
        with self._writing("PutItem", request["TableName"], key) as written:
            answer = self._client.put_item(**request)
            written(request["Item"])
        return answer

    def update_item(self, **request: Any) -> Any:
        """UpdateItem: the whole item, before or after, however little of it changes; a refused one is billed too."""
        with self._writing("UpdateItem", request["TableName"], request["Key"]) as written:
            answer = self._client.update_item(**request, ReturnValues="ALL_NEW")
            written(answer.pop("Attributes"))
        return answer

    def delete_item(self, **request: Any) -> Any:
        """DeleteItem: the item that goes."""
        with self._writing("DeleteItem", request["TableName"], request["Key"]) as written:
            answer = self._client.delete_item(**request)
            written({})
        return answer

    def batch_write_item(self, **request: Any) -> Any:
        """BatchWriteItem: one call, and each item by itself. Puts alone are known here, and none that is left."""
        self.calls["BatchWriteItem"] += 1
        items = [
            (table, each["PutRequest"]["Item"]) for table, writes in request["RequestItems"].items() for each in writes
        ]
        with ExitStack() as bills:
            written = [bills.enter_context(self._billing(table, self._key(table, item))) for table, item in items]
            answer = self._client.batch_write_item(**request)
            for (_, item), bill in zip(items, written, strict=True):
                bill(item)
        return answer

    def get_item(self, **request: Any) -> Any:
        """GetItem: half a unit where it need not be strongly consistent."""
        self.calls["GetItem"] += 1
        answer = self._client.get_item(**request)
        self._read([answer.get("Item", {})], is_consistent=request.get("ConsistentRead", False), apart=True)
        return answer

    def batch_get_item(self, **request: Any) -> Any:
        """BatchGetItem: each item by itself; one that is not there takes a unit too."""
        self.calls["BatchGetItem"] += 1
        answer = self._client.batch_get_item(**request)
        for table, asked in request["RequestItems"].items():
            found = answer["Responses"].get(table, [])
            absent: list[Item] = [{} for _ in range(len(asked["Keys"]) - len(found))]
            self._read([*found, *absent], is_consistent=asked.get("ConsistentRead", False), apart=True)
        return answer

    def query(self, **request: Any) -> Any:
        """Query: the sum of the items read, filtered ones included, as if they were one."""
        self.calls["Query"] += 1
        unfiltered = {name: value for name, value in request.items() if name != "FilterExpression"}
        read = self._client.query(**unfiltered) if "FilterExpression" in request else None
        answer = self._client.query(**request)
        self._read((read or answer)["Items"], is_consistent=request.get("ConsistentRead", False), apart=False)
        return answer

    def _read(self, items: Sequence[Item], *, is_consistent: bool, apart: bool) -> None:
        sizes = [item_size(item) for item in items] if apart else [sum(map(item_size, items))]
        self.read_units += sum(max(1, _ceil(size, READ_UNIT)) for size in sizes) * (1 if is_consistent else 0.5)

    @contextmanager
    def _writing(self, operation: str, table: str, key: Item) -> Iterator[Callable[[Item], None]]:
        """Count a write by itself, also where it is refused."""
        self.calls[operation] += 1
        with self._billing(table, key) as written:
            yield written

    @contextmanager
    def _billing(self, table: str, key: Item) -> Iterator[Callable[[Item], None]]:
        """Count the units of a write; what it makes of the item is told within, and remembered."""
        place = (table, *(str(value) for value in key.values()))
        if place not in self._items:
            self._items[place] = self._client.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item", {})
        before = after = self._items[place]

        def written(item: Item) -> None:
            nonlocal after
            after = self._items[place] = item

        try:
            yield written
        finally:
            self.write_units["table"] += max(1, _ceil(max(item_size(before), item_size(after)), WRITE_UNIT))
            for index in self._table(table).indexes:
                self.write_units[index.name] += index.writes(before, after)

    def _key(self, table: str, item: Item) -> Item:
        return {name: item[name] for name in self._table(table).key}

    def _table(self, name: str) -> _Table:
        if name not in self._tables:
            self._tables[name] = _Table(self._client.describe_table(TableName=name)["Table"])
        return self._tables[name]


class _Table:
    """What a table is keyed and indexed by."""

    def __init__(self, description: Mapping[str, Any]) -> None:
        self.key = [each["AttributeName"] for each in description["KeySchema"]]
        self.indexes = [_Index(each, self.key) for each in description.get("GlobalSecondaryIndexes", [])]


class _Index:
    """A global secondary index: an entry of its own for each item that has its key."""

    def __init__(self, description: Mapping[str, Any], table_key: Sequence[str]) -> None:
        self.name: str = description["IndexName"]
        self._key = [each["AttributeName"] for each in description["KeySchema"]]
        projection = description["Projection"]
        named = projection.get("NonKeyAttributes", [])
        self._projected = None if projection["ProjectionType"] == "ALL" else {*self._key, *table_key, *named}

    def writes(self, before: Item, after: Item) -> int:
        """Write units of going from one item to another: a changed key is taken out and put in."""
        old, new = self._entry(before), self._entry(after)
        if old == new:
            return 0
        units = [max(1, _ceil(item_size(entry), WRITE_UNIT)) for entry in (old, new) if entry]
        moved = old and new and any(old[name] != new[name] for name in self._key)
        return sum(units) if moved else max(units)

    def _entry(self, item: Item) -> Item:
        if not all(name in item for name in self._key):
            return {}
        return {name: value for name, value in item.items() if self._projected is None or name in self._projected}


def _ceil(size: int, unit: int) -> int:
    return -(-size // unit)
