"""The machine's clock, in the plane's unit. The one place of this package that asks for the time."""

from __future__ import annotations

import time


def epoch_milliseconds() -> int:
    """Now."""
    return time.time_ns() // 1_000_000
