"""Who writes to the plane's database, and when."""

from __future__ import annotations

import threading
import time
from contextlib import suppress

from batchplane_local.database import Database, Turns

#: No test waits longer, and between two looks, in seconds.
PATIENCE_SECONDS, GLANCE_SECONDS = 10, 0.001


def test_who_waits_is_next() -> None:
    """One who takes the lock again and again keeps no other from it."""
    turns, has_had = Turns(), threading.Event()

    def wait() -> None:
        with turns:
            has_had.set()

    waiting = threading.Thread(target=wait)
    until = time.monotonic() + PATIENCE_SECONDS
    with turns:
        waiting.start()
        while not turns.is_awaited and time.monotonic() < until:
            time.sleep(GLANCE_SECONDS)
        was_awaited = turns.is_awaited
    with turns:
        was_next = has_had.is_set()
    waiting.join(PATIENCE_SECONDS)

    assert (True, True, False) == (was_awaited, was_next, turns.is_awaited)


def test_a_write_that_fails_keeps_nobody_waiting(database: Database) -> None:
    """Nothing of it is kept, and the next may write."""
    for _ in range(2):
        with suppress(LookupError), database.write() as connection:
            connection.execute("CREATE TABLE left_over (n)")
            raise LookupError

    assert [] == database.read("SELECT name FROM sqlite_master WHERE name = 'left_over'")
