"""Places to run in: a slot is a working directory, a pipe and a log file, used by one attempt after another.

A slot's folder is used again only if it was left empty and as it was; otherwise it is moved out of the way, removed
in the background, and made anew. That, and not making a log file for every job, is half of the engine's speed.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from batchplane_local.batch.machine.intake import Intake
from batchplane_local.batch.machine.spawn import Spawner
from batchplane_local.batch.machine.trash import Trash

#: Of a slot's folder and of its working directory.
_MODE = 0o700
#: Nanoseconds within which two changes of a directory may carry the same time: more than a tick of any kernel's clock.
_TICK = 20_000_000


class Slot:
    """One working directory, one pipe to write to, and the log file behind it."""

    __slots__ = (
        "_made",
        "_source",
        "_taken_at",
        "directory",
        "intake",
        "is_spoilt",
        "is_watched",
        "log_path",
        "number",
        "spawner",
    )

    def __init__(self, folder: Path, source: int) -> None:
        """`source` is the file that commands read from. Raises OSError."""
        self._source = source
        self._taken_at = 0
        #: True where its folder can't serve another attempt, so that it has to move.
        self.is_spoilt = False
        #: True once somebody waits for what comes through the pipe.
        self.is_watched = False
        self._lay_out(folder)
        self.intake = Intake(self._open())
        #: Starts commands that run in the working directory and write to the pipe.
        self.spawner = self._spawner()

    def move(self, folder: Path) -> None:
        """Go on in another folder, with the same pipe. Raises OSError, and then must move once more."""
        self._lay_out(folder)
        log = self._open()
        os.close(self.intake.file)
        self.intake.file, self.intake.size = log, 0
        self.spawner.close()
        self.spawner = self._spawner()
        self.is_spoilt = False

    def keep_log(self, path: Path) -> None:
        """Keep the log file under another path, and have a new one."""
        self.log_path.rename(path)
        os.close(self.intake.file)
        self.intake.file, self.intake.size = self._open(), 0

    def log_size(self) -> int:
        """Bytes that the attempt has written so far."""
        return self.intake.take_in()

    def read_log(self, size: int, offset: int = 0) -> bytes:
        """At most so many bytes of the log from an offset on."""
        return os.pread(self.intake.file, min(size, max(0, self.intake.size - offset)), offset)

    def empty_log(self) -> None:
        """What was written has been taken care of."""
        os.ftruncate(self.intake.file, 0)
        self.intake.size = 0

    def take(self) -> None:
        """An attempt will run here."""
        self._taken_at = time.time_ns()

    def is_clean(self) -> bool:
        """True where the working directory is empty and as it was made."""
        try:
            # Whatever is done to a directory changes its time; only within one tick of the clock might that not show.
            if self._made != self._identity():
                return False
            return self._taken_at - self._made[-1] > _TICK or not os.listdir(self.directory)  # noqa: PTH208
        except OSError:
            return False

    def make_anew(self) -> None:
        """The working directory has been moved away: make another."""
        Path(self.directory).mkdir(mode=_MODE)
        self._made = self._identity()

    def close(self) -> None:
        """Close the pipe and the log file."""
        self.spawner.close()
        self.intake.close()
        os.close(self.intake.file)

    def _lay_out(self, folder: Path) -> None:
        self.number = int(folder.name)
        #: Absolute path of the working directory.
        self.directory = str(folder / "work")
        self.log_path = folder / "log"
        Path(self.directory).mkdir(parents=True, mode=_MODE)
        self._made = self._identity()

    def _spawner(self) -> Spawner:
        return Spawner(directory=self.directory, source=self._source, output=self.intake.sink)

    def _identity(self) -> tuple[int, ...]:
        """Which directory it is, with which mode and owners; and, at the end, when anything was last done to it."""
        found = os.lstat(self.directory)
        return found.st_ino, found.st_mode, found.st_uid, found.st_gid, found.st_ctime_ns

    def _open(self) -> int:
        return os.open(self.log_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


class Slots:
    """As many slots as there are attempts at a time; a free one is used before another is made."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "slots"
        self._trash = Trash(folder / "trash")
        self._nothing = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
        self._free: list[Slot] = []
        #: The highest number that a folder was given.
        self._last = 0
        self._folder.mkdir(mode=_MODE, exist_ok=True)

    def sweep(self) -> None:
        """Remove what an earlier life left; only before the first slot is taken."""
        self._trash.sweep()
        for leftover in self._folder.iterdir():
            self._trash.throw(leftover)

    def take(self) -> Slot:
        """A clean slot. Raises OSError where there is none and another can't be made."""
        slot = self._free.pop() if self._free else Slot(self._next_folder(), self._nothing)
        if slot.is_spoilt:
            try:
                slot.move(self._next_folder())
            except OSError:
                self._free.append(slot)
                raise
        slot.take()
        return slot

    def give_back(self, slot: Slot, *, has_output: bool) -> None:
        """The attempt has ended, and what it wrote has been taken care of."""
        if not slot.is_clean():
            self._tidy(slot)
        slot.intake.make_blocking()
        if has_output:
            slot.empty_log()
        self._free.append(slot)

    def close(self) -> None:
        """Close every free slot, and the trash."""
        for slot in self._free:
            slot.close()
        os.close(self._nothing)
        self._trash.close()

    def _tidy(self, slot: Slot) -> None:
        """Another working directory in the place of this one; where that can't be, the slot has to move."""
        slot.is_spoilt = slot.is_spoilt or not self._trash.throw(Path(slot.directory))
        if not slot.is_spoilt:
            try:
                slot.make_anew()
            except OSError:
                slot.is_spoilt = True

    def _next_folder(self) -> Path:
        """A folder that isn't there: one that couldn't be removed keeps its number."""
        self._last += 1
        while (folder := self._folder / str(self._last)).exists():
            self._last += 1
        return folder
