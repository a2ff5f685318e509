"""What jobs leave behind is moved out of the way at once, and removed in the background. Never fails: it warns.

Jobs run as we do and may leave anything: trees that nobody may write to, links, files where folders were, mounts.
"""

from __future__ import annotations

import ctypes
import logging
import os
import secrets
import shutil
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

_MODE = 0o700
#: Of umount2(2): take the mount away now, whoever still uses it.
_DETACH = 2
_log = logging.getLogger(__name__)


class Trash:
    """A folder, in the same file system as what is thrown into it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._janitor = ThreadPoolExecutor(1, thread_name_prefix="batch-janitor")
        self._folder.mkdir(mode=_MODE, exist_ok=True)

    def sweep(self) -> None:
        """Remove what an earlier life left in it."""
        for leftover in self._folder.iterdir():
            self._janitor.submit(remove, leftover)

    def throw(self, path: Path) -> bool:
        """Move something out of the way, and have it removed; False where it can't be moved."""
        target = self._folder / secrets.token_hex(8)
        try:
            try:
                path.rename(target)
            except OSError:
                self._allow_to_move(path)
                path.rename(target)
        except FileNotFoundError:
            return True
        except OSError as error:
            _log.warning("%s, which a job has left, can't be moved away: %s", path, error)
            return False
        self._janitor.submit(remove, target)
        return True

    def close(self) -> None:
        """End once all that was thrown has been removed."""
        self._janitor.shutdown()

    def _allow_to_move(self, path: Path) -> None:
        """A folder moves only if it and the one around it may be written to, and if there is a trash to move it to."""
        self._folder.mkdir(mode=_MODE, exist_ok=True)
        path.parent.chmod(_MODE)
        if path.is_dir() and not path.is_symlink():
            path.chmod(_MODE)


def remove(path: Path) -> None:
    """Remove a file or a tree, but nothing that is mounted in it."""
    if path.is_symlink() or not path.is_dir():
        path.unlink(missing_ok=True)
        return
    for mount in _mounts_below(path):
        # A mount may show what lies elsewhere, even in this very file system.
        if _C.umount2(os.fsencode(mount), _DETACH):
            _log.warning(
                "%s is mounted where a job has run, and stays there: %s", mount, os.strerror(ctypes.get_errno())
            )
            return
    shutil.rmtree(path, ignore_errors=True)
    if path.exists():
        _open_up(path)
        shutil.rmtree(path, ignore_errors=True)


def _open_up(path: Path) -> None:
    """Allow ourselves to change every folder of a tree."""
    with suppress(OSError):
        path.chmod(_MODE)
    for root, folders, _ in os.walk(path):
        for folder in folders:
            name = Path(root, folder)
            if not name.is_symlink():
                with suppress(OSError):
                    name.chmod(_MODE)


def _mounts_below(path: Path) -> list[str]:
    """The mount points in a tree, the innermost first: proc_pid_mountinfo(5)."""
    with Path("/proc/self/mountinfo").open("rb") as lines:
        points = [line.split()[4].decode("unicode_escape").encode("latin-1") for line in lines]
    within = os.fsencode(path.resolve()) + b"/"
    return sorted((os.fsdecode(point) for point in points if point.startswith(within)), key=len, reverse=True)


_C = ctypes.CDLL(None, use_errno=True)
