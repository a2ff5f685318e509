"""Many calls of one client, several at a time: `controlplane.fan_out` by threads. Knows nothing of what is called."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

_Given = TypeVar("_Given")
_Answer = TypeVar("_Answer")


class Threads:
    """A fan-out over so many threads, which are started when there is work for them, and then kept."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="fan-out")

    def __call__(self, work: Callable[[_Given], _Answer], over: Sequence[_Given], /) -> Iterable[_Answer]:
        """Each thread takes every `count`th: handing over one by one costs more than shares of unequal length."""
        if len(over) < 2:
            return [work(each) for each in over]
        shares = [over[start :: self._count] for start in range(min(self._count, len(over)))]
        done = list(self._pool.map(lambda share: [work(each) for each in share], shares))
        return [done[place % len(shares)][place // len(shares)] for place in range(len(over))]
