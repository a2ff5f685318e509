"""Where a run may be torn: at each call of DynamoDB's client and each statement of SQLite, dice say what goes wrong.

A process dies before or after a write; an answer is lost; the SDK makes a call again whose answer was lost; DynamoDB
leaves a part of what it was given. Between two calls another actor may go on.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

from batchplane_local.database import Database
from tests.chaos.baton import Baton
from tests.flow.crashes import Crash

_WRITES = frozenset({"put_item", "update_item", "batch_write_item"})
_READS = frozenset({"get_item", "batch_get_item", "query"})
#: Statements of one transaction, about.
_STATEMENTS = 30


class Faults:
    """Dice for what goes wrong at one call; nothing does while they are at rest."""

    def __init__(self, dice: Random, *, rate: float) -> None:
        self._dice = dice
        self.rate = rate

    def pick(self, *kinds: str) -> str | None:
        """What goes wrong here, of what may; None where nothing does."""
        return self._dice.choice(kinds) if self._dice.random() < self.rate else None

    def statement(self) -> None:
        """What may go wrong at a statement: rarely, for a transaction has hundreds, and would never come off."""
        if self._dice.random() < self.rate / _STATEMENTS:
            raise self._dice.choice((Crash(), _no_disk()))

    def around(self, write: Callable[[], Any], lost: Callable[[], Exception], *more: str) -> Any:
        """Make a write, before or after which the process dies or the answer is lost; it may be made again."""
        fault = self.pick("death before", "death after", "lost before", "lost after", *more)
        if fault == "death before":
            raise Crash
        if fault == "lost before":
            raise lost()
        answer = write()
        if fault == "death after":
            raise Crash
        if fault == "lost after":
            raise lost()
        return write() if fault == "again" else answer


class SeamedClient:
    """DynamoDB's client, torn."""

    def __init__(self, client: Any, *, baton: Baton, faults: Faults) -> None:
        self._client = client
        self._baton = baton
        self._faults = faults

    def __getattr__(self, name: str) -> Any:
        member = getattr(self._client, name)
        if name not in _WRITES | _READS:
            return member
        return lambda **request: self._call(name, member, request)

    def _call(self, name: str, operation: Callable[..., Any], request: dict[str, Any]) -> Any:
        self._baton.rest()
        if name in ("batch_get_item", "batch_write_item") and self._faults.pick("left"):
            return _in_part(name, operation, request)
        if name in _READS:
            return operation(**request)
        return self._faults.around(lambda: operation(**request), _no_answer, "again")


class SeamedDatabase(Database):
    """SQLite's file, torn. A transaction excludes all others, so nobody goes on within one."""

    def __init__(self, path: Path, *, baton: Baton, faults: Faults) -> None:
        super().__init__(path)
        self._baton = baton
        self._faults = faults
        self._is_writing = False

    def read(self, statement: str, *values: Any) -> Any:
        """A query, before which another may go on."""
        if not self._is_writing:
            self._baton.rest()
        return super().read(statement, *values)

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """A transaction; the process may die before and after it and at each statement."""
        self._baton.rest()
        with super().write() as connection:
            self._is_writing = True
            try:
                yield SeamedConnection(connection, self._faults)  # type: ignore[misc] - it has what is used
            finally:
                self._is_writing = False
        self._faults.around(lambda: None, _no_disk)


class SeamedConnection:
    """A connection whose statements may be the last ones."""

    def __init__(self, connection: sqlite3.Connection, faults: Faults) -> None:
        self._connection = connection
        self._faults = faults

    def execute(self, statement: str, values: Any = ()) -> sqlite3.Cursor:
        """One statement."""
        self._faults.statement()
        return self._connection.execute(statement, values)

    def executemany(self, statement: str, values: Any) -> sqlite3.Cursor:
        """One statement, many times."""
        self._faults.statement()
        return self._connection.executemany(statement, values)


def _in_part(name: str, operation: Callable[..., Any], request: dict[str, Any]) -> Any:
    """Half of a batch; the rest is answered as unprocessed."""
    ((table, asked),) = request["RequestItems"].items()
    items = asked["Keys"] if name == "batch_get_item" else asked
    half = len(items) // 2
    done, left = items[:half], items[half:]
    if name == "batch_get_item":
        answer = operation(RequestItems={table: asked | {"Keys": done}}) if done else {"Responses": {table: []}}
        return answer | {"UnprocessedKeys": {table: {"Keys": left}}}
    if done:
        operation(RequestItems={table: done})
    return {"UnprocessedItems": {table: left}}


def _no_answer() -> Exception:
    return ConnectionError("the answer was lost")


def _no_disk() -> Exception:
    return sqlite3.OperationalError("disk I/O error")
