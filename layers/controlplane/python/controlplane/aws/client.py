"""A client that is made when it is first used: a function pays for those alone that its work needs."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Any


class AtFirstCall:
    """Any client, by the same names. It is made once, whichever thread asks first."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._making = Lock()
        self._made: Any = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._made or self._first(), name)

    def _first(self) -> Any:
        with self._making:
            if self._made is None:
                self._made = self._make()
            return self._made
