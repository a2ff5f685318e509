"""Deaths of the process, at the n-th call of any port: what was done by then stays, and nothing after it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Crash(BaseException):
    """The process died here. No `except Exception` hears of it."""


class Crashes:
    """Dies at the n-th call of any port, before or after it has its effect; never, where n is None."""

    def __init__(self, at: int | None = None, *, after: bool = False) -> None:
        self.calls = 0
        self._at = at
        self._after = after

    def arm(self, at: int | None, *, after: bool = False) -> None:
        """Die at the n-th call from now on; never, where n is None."""
        self.calls, self._at, self._after = 0, at, after

    def over(self, port: Any) -> Any:
        """The same port, with this death in it."""
        return _Dying(port, self)

    def call(self, operation: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """One call of a port."""
        is_here = self.calls == self._at
        self.calls += 1
        if is_here and not self._after:
            raise Crash
        answer = operation(*arguments, **named)
        if is_here:
            raise Crash
        return answer


class _Dying:
    def __init__(self, port: Any, crashes: Crashes) -> None:
        self._port = port
        self._crashes = crashes

    def __getattr__(self, name: str) -> Any:
        member = getattr(self._port, name)
        if not callable(member):
            return member
        return lambda *arguments, **named: self._crashes.call(member, *arguments, **named)
