"""A folder's layout: its own version's is read, another's is refused."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from batchplane_local.batch.database.store import Store
from batchplane_local.batch.refused import OtherLayout


def test_another_layout_is_refused_in_words(tmp_path: Path) -> None:
    """They name the file and both numbers, and say what to do; the file stays as it was."""
    path = tmp_path / "batch.sqlite3"
    with closing(Store(path, synchronous="NORMAL")), closing(sqlite3.connect(path)) as db:
        (ours,) = db.execute("PRAGMA user_version").fetchone()
        db.execute("PRAGMA user_version = 9999")
    with pytest.raises(OtherLayout) as refused:
        Store(path, synchronous="NORMAL")
    assert str(refused.value) == (
        f"{path} was written by another version of the embedded Batch: its layout has the number 9999, this version "
        f"reads {ours}. Open it with the version that wrote it, or start in an empty folder."
    )
