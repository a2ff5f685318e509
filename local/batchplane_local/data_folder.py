"""Where everything of one embedded plane lies, and the lock that keeps a second plane out. Opens nothing else."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


class FolderRefused(Exception):
    """No plane can be opened over this folder."""


def default_folder(environment: Mapping[str, str], home: Path) -> Path:
    """The folder of this user's plane: BATCHPLANE_DATA, or `batchplane` among the user's data."""
    named = environment.get("BATCHPLANE_DATA")
    if named:
        return Path(named)
    return Path(environment.get("XDG_DATA_HOME") or home / ".local" / "share") / "batchplane"


@dataclass(frozen=True)
class DataFolder:
    """One folder."""

    path: Path

    @property
    def is_plane(self) -> bool:
        """True once a plane has been opened over it."""
        return self._lock.exists()

    @property
    def credentials(self) -> Path:
        """What the client reads."""
        return self.path / "plane.json"

    @property
    def aws_config(self) -> Path:
        """What other Batch clients read."""
        return self.path / "aws-config"

    @property
    def database(self) -> Path:
        """Records, queues, tokens, and which key has which bytes."""
        return self.path / "plane.sqlite"

    @property
    def batch(self) -> Path:
        """The embedded Batch."""
        return self.path / "batch"

    @property
    def io_bucket(self) -> Path:
        """Inputs and outputs."""
        return self.path / "io"

    @property
    def mail(self) -> Path:
        """Alerts."""
        return self.path / "mail"

    @property
    def _lock(self) -> Path:
        return self.path / "lock"

    def prepare(self) -> None:
        """Make the folder, closed to every other user (mode 0700). Raises FolderRefused where others' files lie."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self.is_plane and any(self.path.iterdir()):
            raise FolderRefused(f"{self.path} holds other files: name an empty folder, or none, with --data.")
        self.path.chmod(0o700)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep every other plane out while the block runs. Raises FolderRefused; a killed plane leaves no lock."""
        with self._lock.open("a+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.seek(0)
                raise FolderRefused(
                    f"The plane of process {file.read().strip()} runs over {self.path}: use that one, "
                    "stop it, or name another folder with --data."
                ) from None
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            yield
