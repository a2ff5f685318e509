"""What SIGTERM and SIGINT mean at each moment of the run. Decides nothing else.

AWS Batch terminates a job with SIGTERM, and SIGKILL 30 seconds later; both go to the container's first process, the
runner: https://docs.aws.amazon.com/batch/latest/userguide/job_timeouts.html
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable
from functools import partial
from types import FrameType

from batchplane_runner.errors import Stopped

PASSED_ON = (signal.SIGTERM, signal.SIGINT)


class SignalRelay:
    """Stops the run, or passes the signal on, or lets the run come to its end."""

    def __init__(self) -> None:
        self._held: list[int] = []
        self._take: Callable[[int], object] = _stop

    def install(self) -> None:
        """Take both signals from now on. A first process that handles none would not even die of them."""
        for number in PASSED_ON:
            signal.signal(number, self._receive)

    def hold(self) -> None:
        """The command is about to start: keep what comes until `pass_to`."""
        self._take = self._held.append

    def pass_to(self, group: int) -> None:
        """The command runs in this process group: it gets what was held, and what comes."""
        self._take = partial(_send, group)
        for number in self._held:
            _send(group, number)

    def let_be(self) -> None:
        """The command has ended: its outputs are uploaded in the seconds that are left."""
        self._take = _let_be

    def _receive(self, number: int, _frame: FrameType | None) -> None:
        self._take(number)


def _stop(number: int) -> None:
    raise Stopped(number)


def _send(group: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, number)


def _let_be(_number: int) -> None:
    pass
