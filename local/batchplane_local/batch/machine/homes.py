"""Working directories of attempts that run as another user, who can't reach the data folder. Starts nothing.

They lie in the machine's folder for temporary files, in one folder that belongs to one data folder.
"""

from __future__ import annotations

import errno
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from batchplane_local.batch.machine.accounts import Account
from batchplane_local.batch.machine.trash import remove

#: Everyone may pass, nobody may look.
_PASSED_BY_ALL = 0o711
_OWN = 0o700


class Homes:
    """The working directories of one embedded Batch that belong to other users."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._janitor = ThreadPoolExecutor(1, thread_name_prefix="batch-homes")
        self._sweep()

    def make(self, name: str, account: Account) -> str:
        """A new directory that belongs to an account. Raises OSError where it can't be made."""
        if not self._is_ours():
            self._folder.mkdir()
            self._folder.chmod(_PASSED_BY_ALL)
        home = self._folder / name
        home.mkdir(_OWN)
        os.chown(home, account.uid, account.gid)
        return str(home)

    def remove(self, home: str) -> None:
        """Remove a directory in which nothing runs any more, soon."""
        self._janitor.submit(remove, Path(home))

    def close(self) -> None:
        """Remove all of them."""
        self._janitor.shutdown()
        self._sweep()

    def _sweep(self) -> None:
        with suppress(FileExistsError):
            if self._is_ours():
                remove(self._folder)

    def _is_ours(self) -> bool:
        """True where the folder is there; never to be mistaken for one that another user has laid in its place."""
        try:
            found = self._folder.lstat()
        except FileNotFoundError:
            return False
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
            raise FileExistsError(errno.EEXIST, "belongs to another user: remove it", str(self._folder))
        return True
