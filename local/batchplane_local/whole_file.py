"""Writing a small file so that a reader sees the old one or the new one, whole. Does nothing else."""

from __future__ import annotations

from pathlib import Path
from tempfile import NamedTemporaryFile


def write_whole(path: Path, content: bytes) -> None:
    """Put this content in place of a file, readable by this user alone (mode 0600)."""
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name[:100]}.", delete=False) as part:
        beside = Path(part.name)
        try:
            part.write(content)
            part.flush()
            beside.replace(path)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
