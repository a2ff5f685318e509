"""Which children of a larger array a job's own children stand for, written compactly. Does no I/O.

AWS Batch counts the children of every array from 0. A job that runs some children of another array again, or a part of
an array that is larger than Batch's own most, has children that each stand for one of these: that one's index is the
child's original index.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Some children of an array, in the order of their indices."""

    #: How many children that array has.
    of: int
    #: Their indices as ranges, each from its first to its last index: "3,7-9".
    indices: str

    @classmethod
    def choose(cls, indices: Sequence[int], *, of: int) -> Selection:
        """The children of these indices, which rise, of an array of so many."""
        return cls(of=of, indices=",".join(_texts(indices)))

    def __len__(self) -> int:
        return self._ends[-1]

    def __getitem__(self, place: int) -> int:
        """The original index of the child that Batch counts as this one. Raises IndexError."""
        if not 0 <= place < len(self):
            raise IndexError(place)
        number = bisect_right(self._ends, place)
        before = self._ends[number - 1] if number else 0
        return self._ranges[number].start + place - before

    @cached_property
    def _ranges(self) -> tuple[range, ...]:
        bounds = (text.partition("-") for text in self.indices.split(","))
        return tuple(range(int(first), int(last or first) + 1) for first, _, last in bounds)

    @cached_property
    def _ends(self) -> tuple[int, ...]:
        """How many children there are up to the end of each range."""
        return tuple(accumulate(map(len, self._ranges)))


def _texts(indices: Iterable[int]) -> Iterator[str]:
    for first, last in _runs(indices):
        yield str(first) if first == last else f"{first}-{last}"


def _runs(indices: Iterable[int]) -> Iterator[tuple[int, int]]:
    """The first and the last index of each run without a gap."""
    run: tuple[int, int] | None = None
    for index in indices:
        if run and index == run[1] + 1:
            run = (run[0], index)
            continue
        if run:
            yield run
        run = (index, index)
    if run:
        yield run
