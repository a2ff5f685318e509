"""Which children of a larger array a job's own children stand for, written compactly. Does no I/O.

AWS Batch counts the children of every array from 0. The children of a job that runs some of another array again each
stand for one of these: that one's index is the child's original index.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True, kw_only=True)
class Indices:
    """Some children of an array, in the order of their indices."""

    #: How many children that array has.
    of: int
    #: The index that the first bit is of.
    first: int
    #: A bit for each index from there on, set for those that are chosen: the lowest bit of each byte first, in base64.
    bits: str

    @classmethod
    def choose(cls, indices: Sequence[int], *, of: int) -> Indices:
        """The children of these indices, at least one, of an array of so many."""
        first = min(indices)
        bitmap = bytearray((max(indices) - first) // 8 + 1)
        for index in indices:
            bitmap[(index - first) // 8] |= 1 << (index - first) % 8
        return cls(of=of, first=first, bits=b64encode(bitmap).decode())

    def __len__(self) -> int:
        return len(self._indices)

    def __getitem__(self, place: int) -> int:
        """The original index of the child that Batch counts as this one. Raises IndexError."""
        if place < 0:
            raise IndexError(place)
        return self._indices[place]

    @cached_property
    def _indices(self) -> Sequence[int]:
        bitmap = enumerate(b64decode(self.bits))
        return [self.first + 8 * place + bit for place, byte in bitmap if byte for bit in range(8) if byte >> bit & 1]
