"""Work over many things, as the plane's stages ask for it. Knows nothing of what is done, and starts no thread."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol, TypeVar

_Given = TypeVar("_Given")
_Answer = TypeVar("_Answer")


class FanOut(Protocol):
    """Does work over many things: `map`, or threads. What the work raises, it raises."""

    def __call__(self, work: Callable[[_Given], _Answer], over: Sequence[_Given], /) -> Iterable[_Answer]:
        """Do it, wait for all, and return the answers in their order."""
        ...


def in_groups(things: Sequence[_Given], most: int) -> Iterator[Sequence[_Given]]:
    """Things in their order, as many at a time as one call takes."""
    for start in range(0, len(things), most):
        yield things[start : start + most]
