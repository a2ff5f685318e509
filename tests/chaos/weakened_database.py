"""SQLite's file with one promise of a transaction broken: that it is alone, or that it is all or nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.chaos.baton import Baton
from tests.chaos.seams import SeamedConnection, SeamedDatabase


class NotAlone(SeamedDatabase):
    """Others write between any two statements of a transaction."""

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """Each statement by itself."""
        yield _Resting(self._connection(), self._baton)  # type: ignore[misc] - it has what is used


class NotWhole(SeamedDatabase):
    """What a transaction has done until it fails stays."""

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """Committed whatever happens."""
        self._baton.rest()
        with self._writing:
            connection = self._connection()
            connection.execute("BEGIN IMMEDIATE")
            self._is_writing = True
            try:
                yield SeamedConnection(connection, self._faults)  # type: ignore[misc] - it has what is used
            finally:
                self._is_writing = False
                connection.execute("COMMIT")


class _Resting:
    def __init__(self, connection: sqlite3.Connection, baton: Baton) -> None:
        self._connection = connection
        self._baton = baton

    def execute(self, statement: str, values: Any = ()) -> Any:
        self._baton.rest()
        return self._connection.execute(statement, values)

    def executemany(self, statement: str, values: Any) -> Any:
        self._baton.rest()
        return self._connection.executemany(statement, values)
