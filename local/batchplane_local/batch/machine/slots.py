"""Places to run in: a slot is a working directory, a pipe and a log file, used by one attempt after another.

A slot's folder is used again only if it was left empty and as it was; otherwise it is moved out of the way, removed
in the background, and made anew. That, and not making a log file for every job, is half of the engine's speed.
"""

from __future__ import annotations

import os
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from batchplane_local.batch.machine.intake import Intake
from batchplane_local.batch.machine.spawn import Spawner

#: Of a slot's folder and of its working directory.
_MODE = 0o700
#: Nanoseconds within which two changes of a directory may carry the same time: more than a tick of any kernel's clock.
_TICK = 20_000_000


class Slot:
    """One working directory, one pipe to write to, and the log file behind it."""

    __slots__ = ("_made", "_taken_at", "directory", "intake", "is_watched", "log_path", "number", "spawner")

    def __init__(self, folder: Path, number: int, source: int) -> None:
        """`source` is the file that commands read from."""
        self.number = number
        #: Absolute path of the working directory.
        self.directory = str(folder / str(number) / "work")
        self.log_path = folder / str(number) / "log"
        Path(self.directory).mkdir(parents=True, mode=_MODE, exist_ok=True)
        self._made = self._identity()
        self._taken_at = 0
        self.intake = Intake(self._open())
        #: True once somebody waits for what comes through the pipe.
        self.is_watched = False
        #: Starts commands that run in the working directory and write to the pipe.
        self.spawner = Spawner(directory=self.directory, source=source, output=self.intake.sink)

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
            made, self._made = self._made, self._identity()
            # Whatever is done to a directory changes its time; only within one tick of the clock might that not show.
            if made == self._made and self._taken_at - made[1] > _TICK:
                return True
            return made[0] == self._made[0] and not os.listdir(self.directory)  # noqa: PTH208
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

    def _identity(self) -> tuple[tuple[int, int, int], int]:
        """Which directory it is, with which mode and owner; and when anything was last done to it."""
        found = os.lstat(self.directory)
        return (found.st_ino, found.st_mode, found.st_uid), found.st_ctime_ns

    def _open(self) -> int:
        return os.open(self.log_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


class Slots:
    """As many slots as there are attempts at a time; a free one is used before another is made."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "slots"
        self._trash = folder / "trash"
        self._janitor = ThreadPoolExecutor(1, thread_name_prefix="batch-janitor")
        self._nothing = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
        self._free: list[Slot] = []
        self._made = 0
        self._thrown = 0
        self._folder.mkdir(mode=_MODE, exist_ok=True)
        self._trash.mkdir(mode=_MODE, exist_ok=True)

    def sweep(self) -> None:
        """Remove what an earlier life left; only before the first slot is taken."""
        for leftover in self._folder.iterdir():
            self._throw(leftover)
        for leftover in self._trash.iterdir():
            self._janitor.submit(shutil.rmtree, leftover, ignore_errors=True)

    def take(self) -> Slot:
        """A clean slot. Raises OSError where another can't be made."""
        if self._free:
            slot = self._free.pop()
        else:
            self._made += 1
            slot = Slot(self._folder, self._made, self._nothing)
        slot.take()
        return slot

    def give_back(self, slot: Slot, *, has_output: bool) -> None:
        """The attempt has ended, and what it wrote has been taken care of."""
        if not slot.is_clean():
            self._throw(Path(slot.directory))
            slot.make_anew()
        slot.intake.make_blocking()
        if has_output:
            slot.empty_log()
        self._free.append(slot)

    def close(self) -> None:
        """Close every free slot, and end the janitor once it has removed what it was given."""
        for slot in self._free:
            slot.close()
        os.close(self._nothing)
        self._janitor.shutdown()

    def _throw(self, path: Path) -> None:
        """Move something out of the way and have it removed."""
        self._thrown += 1
        target = self._trash / f"{os.getpid()}-{self._thrown}"
        try:
            path.rename(target)
        except FileNotFoundError:
            return
        self._janitor.submit(shutil.rmtree, target, ignore_errors=True)
