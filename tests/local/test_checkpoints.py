"""What is committed comes into the database's file without a transaction that waits for it."""

from __future__ import annotations

import shutil
import sqlite3
import threading
import time
from contextlib import closing, suppress
from pathlib import Path

import pytest

from batchplane_local.checkpoints import checkpointing
from batchplane_local.database import Database
from tests.builders import T0
from tests.waiting import GLANCE_SECONDS, PATIENCE_SECONDS


@pytest.fixture
def told(database: Database) -> Database:
    """A database whose log holds one table, and two rows of one transaction."""
    database.create("CREATE TABLE told (words TEXT)")
    with database.write() as connection:
        connection.execute("INSERT INTO told VALUES ('one'), ('two')")
    return database


def in_the_file(folder: Path) -> list[str]:
    """What a reader finds who has the file and no log of it."""
    copy = folder / "copy.sqlite"
    shutil.copy(folder / "plane.sqlite", copy)
    with closing(sqlite3.connect(copy)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'told'").fetchall():
            return []
        return [words for (words,) in connection.execute("SELECT words FROM told")]


def until_in_the_file(folder: Path, words: str) -> list[str]:
    """The same, once these words are there, or when patience is at its end."""
    until = time.monotonic() + PATIENCE_SECONDS
    while words not in (found := in_the_file(folder)) and time.monotonic() < until:
        time.sleep(GLANCE_SECONDS)
    return found


def write(database: Database, words: str) -> None:
    """One row, in a transaction of its own."""
    with database.write() as connection:
        connection.execute("INSERT INTO told VALUES (?)", (words,))


def length_of_the_log(folder: Path) -> int:
    """In bytes. It grows only where it isn't begun anew."""
    return (folder / "plane.sqlite-wal").stat().st_size


def test_a_log_of_enough_rows_is_worked_in(told: Database, tmp_path: Path) -> None:
    """However few transactions wrote them: what a burst writes comes in few."""
    told.checkpoint(least=2)

    assert ["one", "two"] == in_the_file(tmp_path)


def test_a_log_of_fewer_rows_is_left(told: Database, tmp_path: Path) -> None:
    """A plane that does little does not write its file for each of them."""
    told.checkpoint(least=3)

    assert [] == in_the_file(tmp_path)


def test_what_was_worked_in_counts_no_more(told: Database, tmp_path: Path) -> None:
    """The next time only newer rows do."""
    told.checkpoint(least=2)
    write(told, "three")
    told.checkpoint(least=2)

    assert ["one", "two"] == in_the_file(tmp_path)


def test_a_row_that_was_not_kept_does_not_count(told: Database, tmp_path: Path) -> None:
    """The log holds none of it."""
    with suppress(LookupError), told.write() as connection:
        connection.execute("INSERT INTO told VALUES ('three')")
        raise LookupError
    told.checkpoint(least=3)

    assert [] == in_the_file(tmp_path)


def test_it_is_worked_in_beside_who_writes_and_to_its_end_after(told: Database, tmp_path: Path) -> None:
    """What they write meanwhile, too; the log is then begun anew, and no transaction has to work it in."""
    checkpoint = threading.Thread(target=told.checkpoint, kwargs={"least": 2})
    with told.write() as connection:
        checkpoint.start()
        beside = until_in_the_file(tmp_path, "two")
        connection.execute("INSERT INTO told VALUES ('three')")
    checkpoint.join(PATIENCE_SECONDS)
    before = length_of_the_log(tmp_path)
    write(told, "four")

    assert (["one", "two"], ["one", "two", "three"]) == (beside, in_the_file(tmp_path))
    assert before == length_of_the_log(tmp_path)


def test_a_closed_database_holds_no_file_open(told: Database, tmp_path: Path) -> None:
    """Neither its connections nor what is brought to the disk."""
    told.checkpoint(least=2)
    told.close()
    held = [each.readlink() for each in Path("/proc/self/fd").iterdir() if each.is_symlink()]

    assert [] == [each for each in held if each.is_relative_to(tmp_path)]


def test_it_is_worked_in_while_the_plane_runs(told: Database, tmp_path: Path) -> None:
    """By nobody who writes."""
    with checkpointing(told, clock=lambda: T0, seconds=GLANCE_SECONDS, least=1):
        worked_in = until_in_the_file(tmp_path, "two")

    assert ["one", "two"] == worked_in
