"""Clocks for tests: time passes when they say so."""

from __future__ import annotations

from dataclasses import dataclass

from tests.builders import T0


@dataclass
class Clock:
    """A clock that is moved by hand."""

    now: int = T0

    def __call__(self) -> int:
        """Epoch milliseconds."""
        return self.now

    def move(self, *, seconds: float) -> None:
        """Let time pass."""
        self.now += round(seconds * 1000)


@dataclass
class Seconds:
    """A clock that runs while somebody sleeps."""

    now: float = 100.0

    def __call__(self) -> float:
        """The time, in seconds."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds
