"""Two clients as one: each call is made of both, which must answer alike."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

#: What an answer is looked at for.
_MEMBERS = ("Item", "Items", "Responses", "UnprocessedKeys", "UnprocessedItems")


class Mirrored:
    """The first one's answers, as long as they are the second one's, too."""

    def __init__(self, client: Any, other: Any) -> None:
        self._client = client
        self._other = other
        self.exceptions = client.exceptions

    def __getattr__(self, name: str) -> Any:
        def call(**request: Any) -> Any:
            answers = [_answer(getattr(each, name), request) for each in (self._client, self._other)]
            said, expected = (_said(answer) for answer in answers)
            assert expected == said, f"{name} of {request} is answered otherwise"
            if isinstance(answers[0], ClientError):
                raise answers[0]
            return answers[0]

        return call


def _answer(operation: Any, request: dict[str, Any]) -> Any:
    try:
        return operation(**request)
    except ClientError as error:
        return error


def _said(answer: Any) -> dict[str, Any]:
    """What an answer or a refusal says; items in the order of what is in them, for BatchGetItem has none."""
    said = answer.response | {"code": answer.response["Error"]["Code"]} if isinstance(answer, ClientError) else answer
    members = {name: said[name] for name in (*_MEMBERS, "code") if said.get(name)}
    for table, items in members.get("Responses", {}).items():
        members["Responses"] = {table: sorted(items, key=lambda item: str(sorted(item.items(), key=str)))}
    return members
