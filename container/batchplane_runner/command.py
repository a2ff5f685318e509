"""The command: started without a shell in a process group of its own, waited for, and its exit code. Moves no file."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NoReturn

from batchplane_runner.errors import CommandMissing, CommandNotExecutable, CommandNotFound
from batchplane_runner.signals import AWAITED, PASSED_ON, held

#: How a process id travels to the guard.
_PID_BYTES = 8


def run_command(argv: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a command to its end: its exit code, or 128 + n if signal n ended it. Raises CommandNotFound and kin.

    What it left running in its process group ends with it, as everything does when a container's first process ends.
    """
    if not argv:
        raise CommandMissing("no command was given: name one after the runner, or in the job definition's command")
    with held() as mask, _guarded() as announce:

        def begin() -> None:
            announce()
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)

        child = _start(argv, environment, begin)
        child.returncode = _wait(child.pid)
        _send(child.pid, signal.SIGKILL)
    return child.returncode if child.returncode >= 0 else 128 - child.returncode


def _start(argv: Sequence[str], environment: Mapping[str, str], begin: Callable[[], None]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(argv, env=environment, start_new_session=True, preexec_fn=begin)
    except FileNotFoundError as error:
        raise CommandNotFound(f"the command {argv[0]!r} was not found ({error.strerror})") from error
    except (OSError, ValueError) as error:
        raise CommandNotExecutable(f"the command {argv[0]!r} can't be executed ({error})") from error


def _wait(child: int) -> int:
    """The child's exit code, negative for a signal; what comes in the meantime is passed on to its group."""
    while True:
        number = signal.sigwait(AWAITED)
        if number in PASSED_ON:
            _send(child, number)
        elif (code := _bury(child)) is not None:
            return code


def _bury(child: int) -> int | None:
    """Bury all that has ended, also orphans, which a container's first process inherits; the child's exit code."""
    code = None
    with contextlib.suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            if ended[0] == child:
                code = os.waitstatus_to_exitcode(ended[1])
    return code


@contextlib.contextmanager
def _guarded() -> Iterator[Callable[[], object]]:
    """While this lasts, another process kills the command's group if this one is killed.

    A container takes all its processes with it. Beside the embedded AWS Batch there is no container, and SIGKILL for
    the runner must not leave its command running. The command announces itself before it begins, by what is yielded:
    were it announced from here, a moment would be left in which nobody guards it.
    """
    reading, writing = os.pipe()
    if os.fork() == 0:
        _stand_guard(reading, writing)
    os.close(reading)
    try:
        yield lambda: os.write(writing, os.getpid().to_bytes(_PID_BYTES, "big"))
        os.write(writing, b".")
    finally:
        os.close(writing)


def _stand_guard(reading: int, writing: int) -> NoReturn:
    """Wait until the runner says that all is over, or until it is gone without a word."""
    try:
        os.setsid()  # A signal to the runner's own group must not reach the guard.
        os.close(writing)
        group = os.read(reading, _PID_BYTES)
        if group and not os.read(reading, 1):
            _send(int.from_bytes(group, "big"), signal.SIGKILL)
    finally:
        os._exit(0)


def _send(group: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
