"""The deletion of what has expired, and of deleted arrays' children, little by little, in a thread of its own.

The part of DynamoDB's time to live. Nobody waits for it: what is to go is hidden from every reader at once.
"""

from __future__ import annotations

from batchplane_local.functions.ticker import Ticker
from batchplane_local.functions.worker import Worker
from batchplane_local.plane import LocalPlane

#: How often it looks, in seconds; most rows that go each time, so that no write waits for long.
EXPIRY_SECONDS = 1.0
ROWS_A_TURN = 500


def expiring(plane: LocalPlane, *, seconds: float = EXPIRY_SECONDS) -> Worker:
    """Delete what expires while the block runs; where records are kept for good, what is left of deleted arrays."""
    return Ticker(
        "expired records",
        lambda event, context: plane.records.delete_expired(limit=ROWS_A_TURN),
        seconds=seconds,
        clock=plane.clock,
    )
