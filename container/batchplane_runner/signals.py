"""What SIGTERM and SIGINT mean at each moment of the run: its end, a message for the command, or nothing any more.

AWS Batch terminates a job with SIGTERM, and SIGKILL 30 seconds later; both go to the container's first process, the
runner: https://docs.aws.amazon.com/batch/latest/userguide/job_timeouts.html
"""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from types import FrameType
from typing import NoReturn

from batchplane_runner.errors import Stopped

PASSED_ON = frozenset({signal.SIGTERM, signal.SIGINT})
#: What the runner waits for while the command runs.
AWAITED = PASSED_ON | {signal.SIGCHLD}


def stop_on_signal() -> None:
    """From now on either signal ends the run. A first process that handles none would not even die of them."""
    for number in PASSED_ON:
        signal.signal(number, _stop)


@contextlib.contextmanager
def held() -> Iterator[set[int]]:
    """While this lasts, what comes is held for `sigwait`: a handler could miss the moment before a wait begins.

    Yields the mask from before, which the command must get back. Afterwards both signals are ignored: the outputs are
    uploaded in the seconds that are left.
    """
    # Some systems hold no SIGCHLD that nobody handles.
    signal.signal(signal.SIGCHLD, _notice)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, AWAITED)
    try:
        yield {int(number) for number in before}
    finally:
        for number in PASSED_ON:
            signal.signal(number, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _stop(number: int, _frame: FrameType | None) -> NoReturn:
    raise Stopped(number)


def _notice(_number: int, _frame: FrameType | None) -> None:
    pass
