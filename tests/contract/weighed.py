"""A DynamoDB client that keeps what was read, and weighs it: DynamoDB bills items that are filtered out later, too."""

from __future__ import annotations

from typing import Any

from controlplane.aws.dynamodb.item_size import item_size


class Weighed:
    """A client by the same names."""

    def __init__(self, client: Any) -> None:
        self._client = client
        #: What Query has returned, of whichever index.
        self.entries: list[dict[str, Any]] = []
        #: What BatchGetItem has returned.
        self.items: list[dict[str, Any]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def query(self, **request: Any) -> Any:
        """Query; nothing may be filtered out unseen."""
        assert "FilterExpression" not in request
        answer = self._client.query(**request)
        self.entries += answer["Items"]
        return answer

    def batch_get_item(self, **request: Any) -> Any:
        """BatchGetItem."""
        answer = self._client.batch_get_item(**request)
        for items in answer["Responses"].values():
            self.items += items
        return answer

    @property
    def weight(self) -> int:
        """Bytes of all that was read."""
        return sum(map(item_size, [*self.entries, *self.items]))

    def forget(self) -> None:
        """Begin anew."""
        self.entries.clear()
        self.items.clear()
