"""How tests wait: until what must happen has happened, within a bound that no slow or busy machine meets."""

from __future__ import annotations

import time
from collections.abc import Callable

#: The longest that a test waits for one thing, in seconds.
PATIENCE_SECONDS = 60
#: Between two looks, in seconds.
GLANCE_SECONDS = 0.01


def wait_until(holds: Callable[[], object], what: str) -> None:
    """Wait until something holds. Raises AssertionError, with the words for what did not come."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        if time.monotonic() > until:
            raise AssertionError(f"{what}: not within {PATIENCE_SECONDS} s")
        time.sleep(GLANCE_SECONDS)
