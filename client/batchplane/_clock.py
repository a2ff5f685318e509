"""Time, as it is given to whatever needs it. Nothing here is read at import."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Clock:
    """The time of day, a stopwatch, and a way to wait."""

    #: The time of day, in UTC.
    now: Callable[[], datetime] = _now
    #: Seconds since some moment; never runs backwards.
    monotonic: Callable[[], float] = time.monotonic
    #: Waits for so many seconds.
    sleep: Callable[[float], None] = time.sleep


def from_milliseconds(milliseconds: int | None) -> datetime | None:
    """The moment that epoch milliseconds name."""
    return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC)


def to_milliseconds(moment: datetime) -> int:
    """Epoch milliseconds of a moment; one without a zone is this machine's."""
    return round(moment.timestamp() * 1000)
