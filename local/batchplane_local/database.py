"""One SQLite file, opened once for each thread, and its write transactions. Knows no table.

Write-ahead logging with `synchronous=NORMAL`: what is committed survives the death of the process at any moment, not a
loss of power. https://www.sqlite.org/wal.html
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from controlplane.errors import StoreUnavailable

#: How long a plane waits for another process's write, in milliseconds: a request waits for one that waits already, and
#: then itself, and is answered 503 in about the two seconds after which its caller is told to come back.
BUSY_MILLISECONDS = 1_000
#: How long whoever has nobody waiting may wait for a plane that writes, in milliseconds.
PATIENT_MILLISECONDS = 10_000
#: Pages of the write-ahead log, of 4 KiB each, after which a transaction works into the file what `checkpoint` has not,
#: and waits for the disk, with all who write: only where `checkpoint` does not come to it.
CHECKPOINT_PAGES = 32_000
#: Times that `checkpoint` works in what has come meanwhile before it keeps others out: what is left then came during
#: the last.
_PASSES = 2
#: Bytes of the file that are read without a system call for each page.
MAPPED_BYTES = 1 << 30
#: What may be over when somebody asks again: another process writes, the disk is full, or fails. The low byte of a code
#: is its kind: https://www.sqlite.org/rescode.html#primary_result_codes_versus_extended_result_codes
_NOT_NOW = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR})
_KIND = 0xFF
#: What a database raises that fails, for now or for good.
FAILURES = (sqlite3.Error, StoreUnavailable)


class Turns:
    """A lock that goes to whoever waits: one who takes it again and again would else have it before who it wakes."""

    def __init__(self) -> None:
        #: Held by the one who is next, until it is their turn.
        self._next = threading.Lock()
        self._taken = threading.Lock()

    @property
    def is_awaited(self) -> bool:
        """True while somebody waits for it."""
        return self._next.locked()

    def __enter__(self) -> None:
        with self._next:
            self._taken.acquire()

    def __exit__(self, *_: object) -> None:
        self._taken.release()


class Database:
    """A SQLite file that many threads read and one at a time writes. Raises StoreUnavailable where it can't be used."""

    def __init__(self, path: Path, *, busy_milliseconds: int = BUSY_MILLISECONDS) -> None:
        """Nothing is opened yet; no call waits longer for another process's write."""
        self._path = path
        self._busy_milliseconds = busy_milliseconds
        self._own = threading.local()
        self._opened: list[sqlite3.Connection] = []
        # SQLite's own waiting for a writer is a sleep that grows; a lock wakes the next thread at once.
        self._writing = Turns()
        #: Rows written that no `checkpoint` has worked into the file.
        self._unworked = 0
        #: The file, for `checkpoint`; None until it is first needed.
        self._file: int | None = None

    def create(self, schema: str) -> None:
        """Make the tables of a schema that are not there yet."""
        with self.write() as connection:
            for statement in filter(str.strip, schema.split(";")):
                connection.execute(statement)

    def read(self, statement: str, *values: Any) -> Sequence[tuple[Any, ...]]:
        """The rows that a query finds, as they are committed now."""
        try:
            return self._connection().execute(statement, values).fetchall()
        except sqlite3.OperationalError as error:
            raise _told(error) from error

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it is committed when the block ends well, none of it otherwise."""
        with self._writing:
            try:
                connection = self._connection()
                before = connection.total_changes
                connection.execute("BEGIN IMMEDIATE")
                try:
                    yield connection
                    connection.execute("COMMIT")
                    self._unworked += connection.total_changes - before
                except BaseException:
                    if connection.in_transaction:  # a full disk may have ended it already
                        connection.execute("ROLLBACK")
                    raise
            except sqlite3.OperationalError as error:
                raise _told(error) from error

    def checkpoint(self, *, least: int) -> None:
        """Work the log of at least so many written rows into the file, and begin it anew; of fewer, leave it.

        Nearly all of it beside those who write, and on the disk before they are kept out: only what they have written
        meanwhile is worked in while nobody writes, and it must be, or the log has no end to begin anew at.
        https://www.sqlite.org/wal.html#avoiding_excessively_large_wal_files
        """
        if self._unworked >= least:
            self._unworked = 0
            for _ in range(_PASSES):
                self._work_in()
                self._bring_to_the_disk()
            with self._writing:
                self._work_in()

    def close(self) -> None:
        """Close what every thread has opened. No thread may use the database any more."""
        while self._opened:
            self._opened.pop().close()
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _work_in(self) -> None:
        """As much of the log as no reader needs, and keep nobody waiting for it."""
        self.read("PRAGMA wal_checkpoint(PASSIVE)")

    def _bring_to_the_disk(self) -> None:
        """What is worked in, and so far in the system's memory.

        The descriptor stays open as long as the connections: closing it would take SQLite's locks from them.
        https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_
        """
        if self._file is None:
            self._file = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
        os.fdatasync(self._file)

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._own, "connection", None)
        if connection is None:
            # Only its own thread uses a connection, but whoever closes the database closes them all.
            connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
            connection.execute(f"PRAGMA busy_timeout = {self._busy_milliseconds}")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
            connection.execute(f"PRAGMA mmap_size = {MAPPED_BYTES}")
            self._own.connection = connection
            self._opened.append(connection)
        return connection


def _told(error: sqlite3.OperationalError) -> Exception:
    """What may be over soon, in the plane's words; anything else as it is."""
    kind = getattr(error, "sqlite_errorcode", 0) & _KIND
    return StoreUnavailable("The plane's database", str(error)) if kind in _NOT_NOW else error
