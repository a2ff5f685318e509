"""Who wants to hear that something may have changed, by its key. Safe for any thread; keeps nothing that was told."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

_Key = TypeVar("_Key", bound=Hashable)


class Listeners(Generic[_Key]):
    """Those who listen now, by key."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_key: dict[_Key, set[Callable[[], object]]] = {}

    @contextmanager
    def listening(self, key: _Key, hear: Callable[[], object]) -> Iterator[None]:
        """Hear of one thing while the block runs, from whatever thread changes it: `hear` must not wait."""
        with self._lock:
            self._by_key.setdefault(key, set()).add(hear)
        try:
            yield
        finally:
            with self._lock:
                left = self._by_key[key]
                left.discard(hear)
                if not left:
                    del self._by_key[key]

    def tell(self, keys: Iterable[_Key]) -> None:
        """Say that these may have changed."""
        if not self._by_key:
            return  # nobody listens: the many changes of arrays cost nothing
        with self._lock:
            told = [hear for key in keys for hear in self._by_key.get(key, ())]
        for hear in told:
            hear()

    def tell_all(self) -> None:
        """Say so of everything that somebody listens to."""
        self.tell(list(self._by_key))
