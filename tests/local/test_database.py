"""A database that can't be used now says so in the plane's words; what is wrong for good stays what it is."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from batchplane_local.database import BUSY_MILLISECONDS, Database
from controlplane.errors import StoreUnavailable


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """One table, and no patience with other writers."""
    with closing(Database(tmp_path / "plane.sqlite")) as database:
        database.create("CREATE TABLE told (words TEXT)")
        with database.write() as connection:
            connection.execute("PRAGMA busy_timeout = 0")
        yield database


def tell(database: Database, words: str) -> None:
    """Write something."""
    with database.write() as connection:
        connection.execute("INSERT INTO told VALUES (?)", (words,))


def fill(database: Database) -> None:
    """No page more: as on a disk that is full."""
    (pages,) = database.read("PRAGMA page_count")[0]
    database.read(f"PRAGMA max_page_count = {pages}")


def test_another_process_that_writes_is_waited_for_later(database: Database, tmp_path: Path) -> None:
    """After the patience of one call."""
    with closing(sqlite3.connect(tmp_path / "plane.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="The plane's database .* is locked"):
            tell(database, "mine")


def test_a_request_is_told_before_its_caller_would_come_back() -> None:
    """Though it waits for its turn after one who has just begun to wait for another process."""
    assert 2 * BUSY_MILLISECONDS <= 1000 * StoreUnavailable.retry_after


def test_a_database_is_as_patient_as_it_is_told(tmp_path: Path) -> None:
    """One call waits so long for another process."""
    with closing(Database(tmp_path / "plane.sqlite", busy_milliseconds=7)) as database:
        assert [(7,)] == database.read("PRAGMA busy_timeout")


def test_a_full_disk_keeps_nothing_of_a_transaction(database: Database) -> None:
    """And what is written when there is room again is kept."""
    fill(database)
    with pytest.raises(StoreUnavailable, match="disk is full"):
        tell(database, "x" * 100_000)
    database.read("PRAGMA max_page_count = 1000000")
    tell(database, "small")

    assert [("small",)] == database.read("SELECT words FROM told")


def test_a_wrong_statement_stays_wrong(database: Database) -> None:
    """It is a fault of ours, and asking again mends nothing."""
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        database.read("SELECT * FROM nowhere")
