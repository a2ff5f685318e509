"""The calls of one DynamoDB table. Knows no attribute but the keys and whether an item is to be seen.

A write that is refused costs no read: what refused it comes back with the refusal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from controlplane.aws.dynamodb.record_item import Item
from controlplane.aws.dynamodb.retention import has_expired
from controlplane.aws.dynamodb.tombstone import is_deleted
from controlplane.aws.dynamodb.update import Update
from controlplane.errors import NotYet

#: Most keys of one BatchGetItem, and most items of one BatchWriteItem.
#: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
GET_LIMIT, PUT_LIMIT = 100, 25
#: How often what DynamoDB leaves of a request is asked for again before it fails.
_TRIES = 16


class Table:
    """One table, through boto3's client."""

    def __init__(self, client: Any, name: str, *, clock: Callable[[], int]) -> None:
        self._client = client
        self._name = name
        #: Epoch milliseconds.
        self.clock = clock

    def has(self, item: Item) -> bool:
        """Whether an item that was read is to be seen: DynamoDB deletes what has expired within some days."""
        return not (has_expired(item, now=self.clock()) or is_deleted(item))

    def get(self, key: Item) -> Item | None:
        """One strongly consistent read."""
        answer = self._client.get_item(TableName=self._name, Key=key, ConsistentRead=True)
        item: Item = answer.get("Item", {})
        return item if item and self.has(item) else None

    def read(self, keys: Iterable[Item], *, names: Sequence[str] = (), is_consistent: bool = True) -> list[Item]:
        """The items of these keys, in no order, or these attributes of them; also what has expired.

        DynamoDB may leave some of a request for the next. Raises NotYet where it always does.
        """
        asked: dict[str, Any] = {"ConsistentRead": is_consistent}
        if names:
            asked |= {
                "ProjectionExpression": ", ".join(f"#{name}" for name in names),
                "ExpressionAttributeNames": {f"#{name}": name for name in names},
            }
        waiting = [{"pk": key["pk"], "sk": key["sk"]} for key in keys]
        found: list[Item] = []
        for _ in range(_TRIES + len(waiting) // GET_LIMIT):
            if not waiting:
                return found
            answer = self._client.batch_get_item(RequestItems={self._name: asked | {"Keys": waiting[:GET_LIMIT]}})
            found += answer["Responses"].get(self._name, [])
            left = answer.get("UnprocessedKeys", {}).get(self._name, {}).get("Keys", [])
            waiting = left + waiting[GET_LIMIT:]
        raise _left("unread", waiting)

    def query(self, request: Mapping[str, Any]) -> tuple[list[Item], Item | None]:
        """Items in order, as Query's arguments ask, and the key to go on from; None at the end."""
        answer = self._client.query(**request, TableName=self._name)
        return answer["Items"], answer.get("LastEvaluatedKey") or None

    def walk(self, request: Mapping[str, Any]) -> Iterator[Item]:
        """All items in order, as Query's arguments ask, page by page as they are asked for."""
        items, following = self.query(request)
        yield from items
        while following is not None:
            items, following = self.query({**request, "ExclusiveStartKey": following})
            yield from items

    def put_all(self, items: Sequence[Item]) -> None:
        """Put up to `PUT_LIMIT` items, each by itself, whatever is there. Raises NotYet where DynamoDB leaves some."""
        self._write_all([{"PutRequest": {"Item": item}} for item in items])

    def delete_all(self, items: Sequence[Item]) -> None:
        """Delete up to `PUT_LIMIT` items by their keys, as they are put."""
        keys = ({"pk": item["pk"], "sk": item["sk"]} for item in items)
        self._write_all([{"DeleteRequest": {"Key": key}} for key in keys])

    def _write_all(self, requests: Sequence[Any]) -> None:
        waiting = list(requests)
        for _ in range(_TRIES):
            answer = self._client.batch_write_item(RequestItems={self._name: waiting})
            waiting = answer.get("UnprocessedItems", {}).get(self._name, [])
            if not waiting:
                return
        raise _left("unwritten", waiting)

    def put(
        self, item: Item, *, condition: str = "attribute_not_exists(pk)", values: Mapping[str, Any] | None = None
    ) -> Item | None:
        """Put an item if a condition holds, which is that there is none: None; otherwise the one that is there."""
        request = {"Item": item, "ConditionExpression": condition}
        return self._conditional(
            self._client.put_item, request | ({"ExpressionAttributeValues": values} if values else {})
        )

    def update(self, key: Item, update: Update) -> Item | None:
        """Update an item if the conditions hold: None; otherwise the item as it is, empty where there is none."""
        return self.update_as({"Key": key} | update.request())

    def update_as(self, request: Mapping[str, Any]) -> Item | None:
        """The same for UpdateItem's own arguments."""
        return self._conditional(self._client.update_item, request)

    def _conditional(self, operation: Any, request: Mapping[str, Any]) -> Item | None:
        try:
            operation(**request, TableName=self._name, ReturnValuesOnConditionCheckFailure="ALL_OLD")
        except self._client.exceptions.ConditionalCheckFailedException as refusal:
            old: Item = refusal.response.get("Item", {})
            return old
        return None


def _left(what: str, waiting: Sequence[Any]) -> NotYet:
    return NotYet(f"DynamoDB left {len(waiting)} items {what} {_TRIES} times in a row: try this again later.")
