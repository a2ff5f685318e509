"""A client whose calls can be met before they are made: to fail, to answer otherwise, to let others go first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

#: Given the request; what it returns is the answer, unless it is None: then the call is made.
Meeting = Callable[[dict[str, Any]], Any]


class Intercepted:
    """A client by the same names."""

    def __init__(self, client: Any) -> None:
        self._client = client
        #: What meets each call, by the operation's name in Python.
        self.meetings: dict[str, Meeting] = {}

    def __getattr__(self, name: str) -> Any:
        member = getattr(self._client, name)
        return self._met(name, member) if callable(member) and name != "exceptions" else member

    def _met(self, name: str, operation: Callable[..., Any]) -> Callable[..., Any]:
        def call(**request: Any) -> Any:
            answer = self.meetings[name](request) if name in self.meetings else None
            return operation(**request) if answer is None else answer

        return call
