"""The files a command left under outputs/: their names, sizes and digests. Reads only that folder."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from batchplane_runner.errors import FileFailed
from batchplane_runner.exchange import CHUNK_BYTES


@dataclass(frozen=True)
class OutputFile:
    """One file to upload."""

    path: Path
    #: Relative to outputs/, with "/" between its parts.
    name: str
    #: Bytes.
    size: int
    #: Hexadecimal.
    sha256: str

    @classmethod
    def read(cls, path: Path, name: str) -> OutputFile:
        """Measure a file, holding no more than a piece of it in memory. Raises FileFailed."""
        digest, size = hashlib.sha256(), 0
        try:
            with path.open("rb") as file:
                while chunk := file.read(CHUNK_BYTES):
                    digest.update(chunk)
                    size += len(chunk)
        except OSError as error:
            raise FileFailed(f"the output {ascii(name)} can't be read ({error.strerror})") from error
        return cls(path=path, name=name, size=size, sha256=digest.hexdigest())

    def to_wire(self) -> dict[str, object]:
        """A member of `uploads` in `POST /runner/links`."""
        return {"name": self.name, "size": self.size, "sha256": self.sha256}


def output_paths(folder: Path) -> Iterator[tuple[Path, str]]:
    """Each regular file below a folder with its relative name, in the order of names.

    A symbolic link to a file counts as that file, wherever it leads. One to a folder is not entered: it may lead round
    in a circle.
    """
    for parent, folders, files in os.walk(folder):
        folders.sort()
        for file in sorted(files):
            path = Path(parent, file)
            if path.is_file():
                yield path, path.relative_to(folder).as_posix()
