"""Registered job definitions, in the table: an item each, all under one partition key, by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from controlplane.aws.dynamodb.record_item import Item
from controlplane.aws.dynamodb.table import Table
from controlplane.aws.dynamodb.update import Update
from controlplane.definitions.registered import RegisteredDefinition

#: The partition key of them all. No job id is so long, or so short.
_COLLECTION = "definitions"


class DynamoDefinitions:
    """The port `controlplane.definitions.registered.DefinitionRegistry` over the table of records."""

    def __init__(self, client: Any, *, table: str, clock: Callable[[], int]) -> None:
        self._table = Table(client, table, clock=clock)

    def find(self, name: str) -> RegisteredDefinition | None:
        """One strongly consistent read."""
        item = self._table.get(_key(name))
        return _from_item(item) if item else None

    def list_registered(self) -> Sequence[RegisteredDefinition]:
        """A query a megabyte, some 2,000 definitions."""
        request = {
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": _COLLECTION}},
            "ConsistentRead": True,
        }
        return [each for each in map(_from_item, self._table.walk(request)) if each.is_active]

    def keep(self, definition: RegisteredDefinition) -> bool:
        """A conditional put."""
        condition = "attribute_not_exists(pk) OR revision < :revision"
        values = {":revision": {"N": str(definition.revision)}}
        return self._table.put(_to_item(definition), condition=condition, values=values) is None

    def retire(self, definition: RegisteredDefinition) -> bool:
        """A conditional update."""
        update = Update().set({"isActive": {"BOOL": False}})
        update.require(f"{update.name('arn')} = {update.value({'S': definition.arn})}")
        return self._table.update(_key(definition.name), update) is None


def _key(name: str) -> Item:
    return {"pk": {"S": _COLLECTION}, "sk": {"S": name}}


def _to_item(definition: RegisteredDefinition) -> Item:
    return _key(definition.name) | {
        "arn": {"S": definition.arn},
        "revision": {"N": str(definition.revision)},
        "image": {"S": definition.image},
        "runner": {"BOOL": definition.runner},
        "vcpus": {"N": str(definition.vcpus)},
        "memory": {"N": str(definition.memory)},
        "gpus": {"N": str(definition.gpus)},
        "registeredBy": {"S": definition.owner},
        "registeredAt": {"N": str(definition.registered_at)},
        "told": {"S": msgspec.json.encode(definition.told).decode()},
        "isActive": {"BOOL": definition.is_active},
    }


def _from_item(item: Item) -> RegisteredDefinition:
    return RegisteredDefinition(
        name=item["sk"]["S"],
        arn=item["arn"]["S"],
        image=item["image"]["S"],
        runner=item["runner"]["BOOL"],
        vcpus=int(item["vcpus"]["N"]),
        memory=int(item["memory"]["N"]),
        gpus=int(item["gpus"]["N"]),
        owner=item["registeredBy"]["S"],
        registered_at=int(item["registeredAt"]["N"]),
        told=msgspec.json.decode(item["told"]["S"]),
        is_active=item["isActive"]["BOOL"],
    )
