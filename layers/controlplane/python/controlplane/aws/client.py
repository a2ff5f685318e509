"""Clients that are made when they are first used, and whose calls don't hang: a function pays for its own alone."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Any

from botocore.config import Config
from botocore.session import Session

#: A call that hangs must end before its function does, the shortest of which has half a minute (seconds). The SDK's own
#: minute would outlast it. `in_time` is shorter still.
_NOT_HANGING = Config(connect_timeout=2, read_timeout=10)


class AtFirstCall:
    """Any client, by the same names. It is made once, whichever thread asks first."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._making = Lock()
        self._made: Any = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._made or self._first(), name)

    def _first(self) -> Any:
        with self._making:
            if self._made is None:
                self._made = self._make()
            return self._made


def new_session() -> Session:
    """A session of the SDK whose clients give up a call that hangs."""
    session = Session()
    session.set_default_client_config(_NOT_HANGING)
    return session
