"""A file that a job left under outputs/, and ways to have it here. Writes only where it is told to."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from batchplane._errors import AnswerMalformed, FileFailed
from batchplane._plane_api import PlaneApi
from batchplane._transfer import download


@dataclass(frozen=True, kw_only=True)
class Output:
    """One output of a job, with a link to it that is good for minutes: list the outputs again for a new one."""

    #: Relative to the job's outputs/; for an array job it begins with the child's index and "/".
    name: str
    #: Bytes.
    size: int
    #: Opens the file to whoever holds it, and so is not shown.
    link: str = field(repr=False)
    api: PlaneApi = field(repr=False, compare=False)

    @classmethod
    def from_wire(cls, api: PlaneApi, output: Mapping[str, Any]) -> Output:
        """Read a member of `outputs`. Raises AnswerMalformed."""
        try:
            return cls(name=str(output["name"]), size=int(output["size"]), link=str(output["url"]), api=api)
        except (KeyError, TypeError, ValueError) as error:
            raise AnswerMalformed from error

    def read(self) -> bytes:
        """The whole file in memory. Raises TransferFailed."""
        return download(self.api, self.link, name=self.name, size=self.size, write=b"".join)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the file to a path, piece by piece, replacing what is there; the path. Raises FileFailed.

        The path is the file's, never a folder's: a job chooses the names of its outputs, and a name such as
        "../x" must not choose where a file lands.
        """
        target = Path(path)

        def write(chunks: Iterator[bytes]) -> None:
            with _written_whole(target) as file:
                file.writelines(chunks)

        try:
            download(self.api, self.link, name=self.name, size=self.size, write=write)
        except OSError as error:
            raise FileFailed(f"The output {self.name!r} can't be written to {target} ({error.strerror})") from error
        return target


@contextmanager
def _written_whole(target: Path) -> Iterator[BinaryIO]:
    """A file beside its place, moved there if the block ends well and removed if it does not."""
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with beside.open("wb") as file:
            yield file
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
