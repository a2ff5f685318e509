"""A file of a job in the IOBucket, and ways to have it here. Writes only where it is told to."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from batchplane._errors import AnswerMalformed, FileFailed
from batchplane._plane_api import PlaneApi, members
from batchplane._transfer import download


@dataclass(frozen=True, kw_only=True)
class JobFile:
    """One output or input of a job, with a link to it that is good for minutes: list them again for a new one."""

    #: Relative to outputs/, where an array job's begins with the child's index and "/"; or to the working directory.
    name: str
    #: Bytes.
    size: int
    #: Opens the file to whoever holds it, and so is not shown.
    link: str = field(repr=False)
    api: PlaneApi = field(repr=False, compare=False)

    @classmethod
    def from_wire(cls, api: PlaneApi, output: Mapping[str, Any]) -> JobFile:
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
            raise FileFailed(f"{self.name!r} can't be written to {target} ({error.strerror})") from error
        return target

    def save_below(self, folder: str | os.PathLike[str]) -> Path:
        """Write the file below a folder under its own name; the path. Raises FileFailed where that leads out of it."""
        target = _place(self.name, Path(folder))
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise FileFailed(f"{target.parent} can't be made ({error.strerror})") from error
        return self.save(target)


def _place(name: str, folder: Path) -> Path:
    """Where a file of this name lies below a folder. Raises FileFailed where that is elsewhere, or by a link."""
    parts = name.split("/")
    is_plain = not any(part in ("", ".", "..") or "\\" in part or ":" in part for part in parts) and name.isprintable()
    target = folder.joinpath(*parts)
    if not is_plain or not target.parent.resolve().is_relative_to(folder.resolve()):
        raise FileFailed(f"The file {name!r} is not saved: its name leads out of {folder}, or is none here")
    return target


def files_of(api: PlaneApi, path: str, kind: str) -> Iterator[JobFile]:
    """The files of a job, page by page as they are asked for; `kind` is inputs or outputs."""
    cursor: str | None = None
    while True:
        page = api.get(f"{path}/{kind}", cursor=cursor)
        for each in members(page, kind):
            if each.get("url") is not None:  # what has expired is named, and has none
                yield JobFile.from_wire(api, each)
        cursor = page.get("cursor")
        if cursor is None:
            return


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
