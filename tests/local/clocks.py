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
