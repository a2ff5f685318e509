"""One UpdateItem, built by saying what it sets and requires. Does no I/O.

Every name goes through a placeholder, for many of Batch's words are reserved in DynamoDB's expressions:
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ReservedWords.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


class Update:
    """Sets, removals and conditions, and the placeholders that they use."""

    def __init__(self) -> None:
        self._sets: list[str] = []
        self._adds: list[str] = []
        self._removes: list[str] = []
        self._conditions: list[str] = []
        self._names: dict[str, str] = {}
        self._values: dict[str, Mapping[str, Any]] = {}

    def name(self, attribute: str) -> str:
        """The placeholder of an attribute's name."""
        placeholder = f"#{attribute}"
        self._names[placeholder] = attribute
        return placeholder

    def value(self, value: Mapping[str, Any]) -> str:
        """The placeholder of a value."""
        placeholder = f":v{len(self._values)}"
        self._values[placeholder] = value
        return placeholder

    def set(self, item: Mapping[str, Mapping[str, Any]]) -> Update:
        """Set attributes."""
        self._sets += [f"{self.name(attribute)} = {self.value(value)}" for attribute, value in item.items()]
        return self

    def set_once(self, item: Mapping[str, Mapping[str, Any]]) -> Update:
        """Set attributes that are not there yet."""
        for attribute, value in item.items():
            name = self.name(attribute)
            self._sets.append(f"{name} = if_not_exists({name}, {self.value(value)})")
        return self

    def add(self, attribute: str, number: int) -> Update:
        """Add to a number, or to nothing."""
        self._adds.append(f"{self.name(attribute)} {self.value({'N': str(number)})}")
        return self

    def remove(self, attributes: Iterable[str]) -> Update:
        """Take attributes away."""
        self._removes += [self.name(attribute) for attribute in attributes]
        return self

    def require(self, condition: str) -> Update:
        """Add a condition; all must hold."""
        self._conditions.append(condition)
        return self

    def request(self) -> dict[str, Any]:
        """UpdateItem's arguments."""
        parts = [
            f"SET {', '.join(self._sets)}" if self._sets else "",
            f"ADD {', '.join(self._adds)}" if self._adds else "",
            f"REMOVE {', '.join(self._removes)}" if self._removes else "",
        ]
        request: dict[str, Any] = {"UpdateExpression": " ".join(part for part in parts if part)}
        if self._conditions:
            request["ConditionExpression"] = " AND ".join(self._conditions)
        if self._names:
            request["ExpressionAttributeNames"] = self._names
        if self._values:
            request["ExpressionAttributeValues"] = self._values
        return request
