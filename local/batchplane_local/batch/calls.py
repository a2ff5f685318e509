"""What other threads ask the engine's to do: run there in its order, and answered once what it changed is committed.

Commits nothing itself.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from batchplane_local.batch.refused import Refused, Stopped

_T = TypeVar("_T")


class Calls:
    """The calls that wait for an answer. Added from any thread; all else is for the engine's."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[Callable[[], Any], Future[Any]]] = deque()
        self._done: list[tuple[Future[Any], Any]] = []

    def add(self, call: Callable[[], _T]) -> Future[_T]:
        """A call; its future has Refused where it raises that, having changed nothing."""
        future: Future[_T] = Future()
        self._waiting.append((call, future))
        return future

    def run(self) -> None:
        """Run those that came in. Raises what one raises that is no refusal, and leaves those behind it waiting."""
        while self._waiting:
            call, future = self._waiting.popleft()
            try:
                self._done.append((future, call()))
            except Refused as refused:
                future.set_exception(refused)
            except Exception as error:
                future.set_exception(Stopped(f"the embedded Batch stopped: {error!r}"))
                raise

    def answer(self) -> None:
        """Give the answers of those that were run: what they changed is committed."""
        for future, answer in self._done:
            future.set_result(answer)
        self._done = []

    def refuse(self, why: str | None) -> None:
        """The engine stops: neither those that were run nor those that wait come to anything."""
        while self._waiting:
            self._done.append((self._waiting.popleft()[1], None))
        for future, _ in self._done:
            future.set_exception(Stopped(why))
        self._done = []
