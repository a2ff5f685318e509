"""The claim file: which attempts have been started since the last commit. Knows nothing else of them.

An attempt must be on record before its process exists, or a process that is killed at the wrong moment would leave a
job that runs twice as the same attempt. A commit for every attempt would cost a tenth of the speed; a store into this
file, which is mapped into memory, costs less than a microsecond and survives the death of the process just as well. A
commit makes the claims before it needless: each names the commit that it was made before, and a later commit writes
over it.
"""

from __future__ import annotations

import mmap
import os
import struct
from pathlib import Path
from typing import NamedTuple

#: The job's row, the attempt's number, the slot, the environment's row; and last, because a record counts once it is
#: there and the process may be killed before, the commit that will cover the claim.
_RECORD = struct.Struct("<QIII4xQ")
#: Bytes that the file grows by: a page, as much as most commits need.
_GROWTH = mmap.PAGESIZE


class Claim(NamedTuple):
    """An attempt that was about to be started."""

    job: int
    attempt: int
    slot: int
    #: The compute environment's key in the catalogue.
    environment: int


class Claims:
    """The claim file of one data folder, open."""

    def __init__(self, path: Path, *, sync: bool) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._sync = sync
        self._covering = 0
        self._end = 0
        self._memory = self._mapped(-(-os.fstat(self._file).st_size // _GROWTH) * _GROWTH or _GROWTH)

    def uncovered(self, generation: int) -> list[Claim]:
        """The claims that were made after the last commit, in their order; `generation` counts the commits."""
        claims = []
        for offset in range(0, len(self._memory) - _RECORD.size + 1, _RECORD.size):
            *claim, covering = _RECORD.unpack_from(self._memory, offset)
            if covering != generation + 1:
                break
            claims.append(Claim(*claim))
        return claims

    def add(self, claim: Claim, generation: int) -> None:
        """Write a claim down, before its process is made. Raises OSError where the disk is full."""
        if self._covering != generation + 1:
            self._covering, self._end = generation + 1, 0
        if self._end + _RECORD.size > len(self._memory):
            self._grow()
        _RECORD.pack_into(self._memory, self._end, *claim, self._covering)
        self._end += _RECORD.size
        if self._sync:
            os.fdatasync(self._file)

    def close(self) -> None:
        """Close the file."""
        self._memory.close()
        os.close(self._file)

    def _grow(self) -> None:
        self._memory.close()
        self._memory = self._mapped(os.fstat(self._file).st_size + _GROWTH)

    def _mapped(self, size: int) -> mmap.mmap:
        # A store into a page for which the disk has no room would be a signal, not an error.
        os.posix_fallocate(self._file, 0, size)
        return mmap.mmap(self._file, size)
