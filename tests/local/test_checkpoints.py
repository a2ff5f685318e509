"""What is committed comes into the database's file without a transaction that waits for it."""

from __future__ import annotations

import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from batchplane_local.checkpoints import checkpointing
from batchplane_local.database import Database
from tests.builders import T0
from tests.waiting import GLANCE_SECONDS, PATIENCE_SECONDS


@pytest.fixture
def told(database: Database) -> Database:
    """A database whose log holds one table, and two rows of two transactions."""
    database.create("CREATE TABLE told (words TEXT)")
    for words in ("one", "two"):
        with database.write() as connection:
            connection.execute("INSERT INTO told VALUES (?)", (words,))
    return database


def in_the_file(folder: Path) -> list[str]:
    """What a reader finds who has the file and no log of it."""
    copy = folder / "copy.sqlite"
    shutil.copy(folder / "plane.sqlite", copy)
    with closing(sqlite3.connect(copy)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'told'").fetchall():
            return []
        return [words for (words,) in connection.execute("SELECT words FROM told")]


def test_a_log_of_enough_transactions_is_worked_in(told: Database, tmp_path: Path) -> None:
    """All of it."""
    told.checkpoint(least=3)

    assert ["one", "two"] == in_the_file(tmp_path)


def test_a_log_of_fewer_transactions_is_left(told: Database, tmp_path: Path) -> None:
    """A plane that does little does not write its file for each of them."""
    told.checkpoint(least=4)

    assert [] == in_the_file(tmp_path)


def test_what_was_worked_in_counts_no_more(told: Database, tmp_path: Path) -> None:
    """The next time only newer transactions do."""
    told.checkpoint(least=3)
    with told.write() as connection:
        connection.execute("INSERT INTO told VALUES ('three')")
    told.checkpoint(least=3)

    assert ["one", "two"] == in_the_file(tmp_path)


def test_it_is_worked_in_while_the_plane_runs(told: Database, tmp_path: Path) -> None:
    """By nobody who writes."""
    file, until = tmp_path / "plane.sqlite", time.monotonic() + PATIENCE_SECONDS
    small = file.stat().st_size
    with checkpointing(told, clock=lambda: T0, seconds=GLANCE_SECONDS, least=1):
        while file.stat().st_size == small and time.monotonic() < until:
            time.sleep(GLANCE_SECONDS)

    assert ["one", "two"] == in_the_file(tmp_path)
