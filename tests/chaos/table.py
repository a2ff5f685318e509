"""A DynamoDB table in memory, by the names of boto3's client: a hundred times as quick as moto, and held to it.

It does what the adapter asks for and no more; anything else is an error here. Callers share values, but no item.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from tests.chaos.expressions import Terms, changes, condition
from tests.template import one, plane_template

_Item = dict[str, Mapping[str, Any]]
_ANSWERED = frozenset({"TableName", "Key", "Item", "ConsistentRead", "ReturnValuesOnConditionCheckFailure"})
_EXPRESSIONS = frozenset({"ConditionExpression", "UpdateExpression", "KeyConditionExpression", "ProjectionExpression"})
_PLACEHOLDERS = frozenset({"ExpressionAttributeNames", "ExpressionAttributeValues"})
_PAGES = frozenset({"IndexName", "Limit", "ExclusiveStartKey", "ScanIndexForward"})


class Refused(ClientError):
    """A condition did not hold."""


class _Exceptions:
    ConditionalCheckFailedException = Refused


class TableInMemory:
    """One table with the indexes of the deployed one, empty at first."""

    exceptions = _Exceptions()

    def __init__(self) -> None:
        _, properties = one(plane_template(), "AWS::DynamoDB::Table")
        self._key = _key_names(properties)
        self._indexes = {each["IndexName"]: each for each in properties["GlobalSecondaryIndexes"]}
        self._items: dict[tuple[str, str], _Item] = {}
        #: Sort keys by partition, so that a query looks at no other.
        self._partitions: dict[str, set[str]] = {}

    def get_item(self, **request: Any) -> dict[str, Any]:
        """GetItem."""
        _check(request)
        item = self._items.get(_place(request["Key"]))
        return {} if item is None else {"Item": dict(item)}

    def put_item(self, **request: Any) -> dict[str, Any]:
        """PutItem."""
        _check(request)
        self._require(request, self._items.get(_place(request["Item"]), {}))
        self._keep(dict(request["Item"]))
        return {}

    def update_item(self, **request: Any) -> dict[str, Any]:
        """UpdateItem: of an item that is not there, too."""
        _check(request)
        old = self._items.get(_place(request["Key"]), {})
        self._require(request, old)
        base = old or dict(request["Key"])
        self._keep(changes(request["UpdateExpression"]).applied(_terms(request, dict(base))))
        return {}

    def batch_get_item(self, **request: Any) -> dict[str, Any]:
        """BatchGetItem: everything that was asked for."""
        responses = {}
        for table, asked in request["RequestItems"].items():
            assert len(asked["Keys"]) <= 100, f"BatchGetItem of {len(asked['Keys'])} keys"
            found = (self._items.get(_place(key)) for key in asked["Keys"])
            names = [_terms(asked, {}).name(each) for each in asked.get("ProjectionExpression", "").split(", ") if each]
            responses[table] = [_projected(dict(item), names) for item in found if item is not None]
        return {"Responses": responses, "UnprocessedKeys": {}}

    def batch_write_item(self, **request: Any) -> dict[str, Any]:
        """BatchWriteItem: everything that was given."""
        for writes in request["RequestItems"].values():
            assert len(writes) <= 25, f"BatchWriteItem of {len(writes)} items"
            for write in writes:
                if "DeleteRequest" in write:
                    self.let_go(*_place(write["DeleteRequest"]["Key"]))
                else:
                    self._keep(dict(write["PutRequest"]["Item"]))
        return {"UnprocessedItems": {}}

    def query(self, **request: Any) -> dict[str, Any]:
        """Query of the table or of an index."""
        _check(request)
        index = self._indexes.get(request.get("IndexName", ""))
        partition, sort = _key_names(index) if index else self._key
        admits = condition(request["KeyConditionExpression"])
        matching = [item for item in self._candidates(request, partition, sort) if admits(_terms(request, item))]

        def place(item: Mapping[str, Any]) -> tuple[str, str, str]:
            return item[sort]["S"], item["pk"]["S"], item["sk"]["S"]

        is_backward = request.get("ScanIndexForward") is False
        matching.sort(key=place, reverse=is_backward)
        start = request.get("ExclusiveStartKey")
        if start:
            passed = place(start)
            matching = [item for item in matching if (place(item) < passed if is_backward else place(item) > passed)]
        limit = request.get("Limit", len(matching) + 1)
        page = matching[:limit]
        answer: dict[str, Any] = {"Items": [dict(_projected(item, self._shown(index))) for item in page]}
        if len(page) == limit:
            answer["LastEvaluatedKey"] = _projected(page[-1], list(dict.fromkeys((*self._key, partition, sort))))
        return answer

    @property
    def items(self) -> list[_Item]:
        """All that there is."""
        return list(self._items.values())

    def let_go(self, partition_key: str, sort_key: str) -> None:
        """Delete an item, as DynamoDB does with what has expired, whenever it likes."""
        if self._items.pop((partition_key, sort_key), None) is not None:
            self._partitions[partition_key].discard(sort_key)

    def let_go_expired(self, *, now: int) -> None:
        """Delete every item that has expired at this time (epoch milliseconds)."""
        for place, item in list(self._items.items()):
            if "expiresAt" in item and int(item["expiresAt"]["N"]) * 1000 <= now:
                self.let_go(*place)

    def _candidates(self, request: Mapping[str, Any], partition: str, sort: str) -> list[_Item]:
        if partition != self._key[0]:
            return [item for item in self._items.values() if partition in item and sort in item]
        token = request["KeyConditionExpression"].partition("= ")[2].split()[0]
        value = request["ExpressionAttributeValues"][token]["S"]
        return [self._items[value, each] for each in sorted(self._partitions.get(value, ()))]

    def _shown(self, index: Mapping[str, Any] | None) -> Sequence[str]:
        """The attributes that a query gives; none named where it is all of them."""
        if index is None or index["Projection"]["ProjectionType"] == "ALL":
            return ()
        return (*self._key, *_key_names(index), *index["Projection"].get("NonKeyAttributes", ()))

    def _require(self, request: Mapping[str, Any], old: _Item) -> None:
        expression = request.get("ConditionExpression")
        if expression and not condition(expression)(_terms(request, old)):
            error = {"Code": "ConditionalCheckFailedException", "Message": "The conditional request failed"}
            answer: Any = {"Error": error} | ({"Item": dict(old)} if old else {})
            raise Refused(answer, "Write")

    def _keep(self, item: _Item) -> None:
        place = _place(item)
        self._items[place] = item
        self._partitions.setdefault(place[0], set()).add(place[1])


def _check(request: Mapping[str, Any]) -> None:
    unknown = request.keys() - _ANSWERED - _EXPRESSIONS - _PLACEHOLDERS - _PAGES
    assert not unknown, f"the table in memory knows nothing of {sorted(unknown)}"


def _terms(request: Mapping[str, Any], item: _Item) -> Terms:
    return Terms(item, request.get("ExpressionAttributeNames", {}), request.get("ExpressionAttributeValues", {}))


def _place(key: Mapping[str, Any]) -> tuple[str, str]:
    return key["pk"]["S"], key["sk"]["S"]


def _key_names(described: Mapping[str, Any]) -> tuple[str, str]:
    partition, sort = described["KeySchema"]
    return partition["AttributeName"], sort["AttributeName"]


def _projected(item: _Item, names: Sequence[str]) -> _Item:
    return {name: item[name] for name in names if name in item} if names else item
