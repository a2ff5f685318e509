"""Who writes to the plane's database, and when."""

from __future__ import annotations

import threading
from contextlib import suppress

from batchplane_local.database import Database

#: No test waits longer, in seconds, or writes more often.
PATIENCE_SECONDS, MOST_WRITES = 20, 5000
WAITERS = 20
#: Writes of the other thread between a thread's wish and its turn: the one under way, and what it does before it waits.
MOST_BEFORE = 20


def test_who_waits_to_write_is_next(database: Database) -> None:
    """A thread that writes again and again keeps no other from it."""
    before = []
    for _ in range(WAITERS):
        wishes, has_written = threading.Event(), threading.Event()

        def write_once(wishes: threading.Event = wishes, has_written: threading.Event = has_written) -> None:
            wishes.set()
            with database.write():
                has_written.set()

        waiting = threading.Thread(target=write_once)
        with database.write():
            waiting.start()
            wishes.wait(PATIENCE_SECONDS)
        before.append(written_until(database, has_written))
        waiting.join(PATIENCE_SECONDS)

    assert max(before) <= MOST_BEFORE


def written_until(database: Database, has_written: threading.Event) -> int:
    """How often this thread writes, without a pause, before another has."""
    for number in range(MOST_WRITES):
        if has_written.is_set():
            return number
        with database.write():
            pass
    return MOST_WRITES


def test_a_write_that_fails_keeps_nobody_waiting(database: Database) -> None:
    """Nothing of it is kept, and the next may write."""
    for _ in range(2):
        with suppress(LookupError), database.write() as connection:
            connection.execute("CREATE TABLE left_over (n)")
            raise LookupError

    assert [] == database.read("SELECT name FROM sqlite_master WHERE name = 'left_over'")
