"""Which names of files are safe: in a working directory, and in a key of the IOBucket. Writes nothing."""

from __future__ import annotations

import re
from pathlib import Path

from batchplane_runner.errors import NameRefused

#: Bytes of a name in UTF-8; the plane refuses longer ones.
MAX_NAME_BYTES = 512
#: What no IOBucket key of ours holds: control characters, line separators, backslash, '%', halves of characters.
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\\%\ud800-\udfff]")


def check_name(name: object) -> str:
    """The name, if it is a plain relative path with "/" between its parts. Raises NameRefused."""
    if (
        isinstance(name, str)
        and not _FORBIDDEN.search(name)
        and 0 < len(name.encode()) <= MAX_NAME_BYTES
        and not any(part in ("", ".", "..") for part in name.split("/"))
    ):
        return name
    raise NameRefused(
        f"the file name {ascii(name)} is refused: it must be a relative path of 1 to {MAX_NAME_BYTES} bytes,"
        " without '..', backslash, '%' or control characters"
    )


def inside(path: Path, name: str, folder: Path) -> Path:
    """The file that a path in a folder leads to, by symbolic links too. Raises NameRefused if that is outside."""
    file = path.resolve()
    if file.is_relative_to(folder.resolve()):
        return file
    raise NameRefused(f"the file {ascii(name)} is refused: a symbolic link leads it out of {folder}")


def place(name: object, folder: Path) -> Path:
    """Where a file of this name lies in a folder. Raises NameRefused if that is outside, by its words or by a link."""
    path = folder / check_name(name)
    if path.parent.resolve().is_relative_to(folder.resolve()):
        return path
    raise NameRefused(f"the file name {ascii(name)} is refused: a symbolic link leads it out of {folder}")
