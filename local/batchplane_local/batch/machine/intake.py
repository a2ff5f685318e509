"""A pipe that commands write to, and the file that what they write is moved to. Knows no attempt.

A command that opens `/dev/stdout` or `/dev/stderr` anew opens the pipe, which can't be emptied, where it would empty a
file. The pipe serves one attempt after another. Used by one thread at a time.
"""

from __future__ import annotations

import fcntl
import logging
import os
from termios import FIONREAD

_log = logging.getLogger(__name__)


class Intake:
    """One pipe, and how much of what came through it lies in the file."""

    __slots__ = ("_waiting", "file", "sink", "size", "source")

    def __init__(self, file: int) -> None:
        #: Where everything goes; not opened for appending, for Linux moves nothing into such files.
        self.file = file
        #: Bytes in it.
        self.size = 0
        #: What is read from, and what commands write to.
        self.source, self.sink = os.pipe2(os.O_CLOEXEC)
        self._waiting = bytearray(4)

    def take_in(self) -> int:
        """Move what waits, and no more, to the file; how much lies there then."""
        fcntl.ioctl(self.source, FIONREAD, self._waiting)
        if waiting := int.from_bytes(self._waiting, "little"):
            self._move(waiting)
        return self.size

    def make_blocking(self) -> None:
        """Make commands wait where the pipe is full: the command before may have asked for something else."""
        fcntl.fcntl(self.sink, fcntl.F_SETFL, 0)

    def close(self) -> None:
        """Close the pipe; the file stays open."""
        os.close(self.source)
        os.close(self.sink)

    def _move(self, waiting: int) -> None:
        while waiting:
            try:
                moved = os.splice(self.source, self.file, waiting, offset_dst=self.size)
            except OSError as error:
                _log.warning("%d bytes of a job's output are lost, they can't be written: %s", waiting, error)
                moved = len(os.read(self.source, waiting))
            else:
                self.size += moved
            waiting -= moved
