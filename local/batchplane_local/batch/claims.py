"""The claim file: which attempts have been started since the last commit. Knows nothing else of them.

An attempt must be on record before its process exists, or a process that is killed at the wrong moment would leave a
job that runs twice as the same attempt. A commit for every attempt would cost a tenth of the speed; one write to
this file costs a microsecond and survives the death of the process just as well. A commit makes the claims before
it needless: each names the commit that it was made before, and a later commit writes over it.
"""

from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import NamedTuple

#: The commit that will cover the claim, the job's row, the attempt's number, the slot, the environment's row.
_RECORD = struct.Struct("<QQIII4x")


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

    def uncovered(self, generation: int) -> list[Claim]:
        """The claims that were made after the last commit, in their order; `generation` counts the commits."""
        claims = []
        content = os.pread(self._file, os.fstat(self._file).st_size, 0)
        for offset in range(0, len(content) - _RECORD.size + 1, _RECORD.size):
            covering, *claim = _RECORD.unpack_from(content, offset)
            if covering != generation + 1:
                break
            claims.append(Claim(*claim))
        return claims

    def add(self, claim: Claim, generation: int) -> None:
        """Write a claim down, before its process is made."""
        if self._covering != generation + 1:
            self._covering, self._end = generation + 1, 0
        os.pwrite(self._file, _RECORD.pack(self._covering, *claim), self._end)
        self._end += _RECORD.size
        if self._sync:
            os.fdatasync(self._file)

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)
