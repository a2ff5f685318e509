"""Working the database's log into its file, in a thread of its own, before a request must. Knows no table.

It waits for the disk, a tenth of a second for the longest log: whoever commits then would wait, and in the event loop's
thread every other request with them (docs/decisions/0031-requests-first.md).
"""

from __future__ import annotations

from collections.abc import Callable

from batchplane_local.database import Database
from batchplane_local.functions.ticker import Ticker
from batchplane_local.functions.worker import Worker

#: How often it looks, in seconds: the log grows by some megabytes meanwhile.
CHECKPOINT_SECONDS = 0.25
#: Fewer written rows are left in the log, which take a page of 4 KiB each or so: a page that is written again and again
#: goes into the file once.
LEAST_ROWS = 16_000


def checkpointing(
    database: Database,
    *,
    clock: Callable[[], int],
    seconds: float = CHECKPOINT_SECONDS,
    least: int = LEAST_ROWS,
) -> Worker:
    """Work the log into the file while the block runs."""
    return Ticker("checkpoints", lambda event, context: database.checkpoint(least=least), seconds=seconds, clock=clock)
