"""Work in a thread of its own, from `start` to `stop`, or while a block runs. Knows nothing of the work."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from typing import Self


class Worker(ABC):
    """A thread that works until it is stopped."""

    def __init__(self, name: str) -> None:
        #: Set once it shall end.
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after what it is at."""
        self._stopping.set()
        self._wake()
        if self._thread.is_alive():
            self._thread.join()

    def _wake(self) -> None:  # noqa: B027 - one that waits for nothing but its end need not be woken
        """Have it see that it is to end, though it waits for something else."""

    @abstractmethod
    def _run(self) -> None:
        """Work, and return when it is to end."""
