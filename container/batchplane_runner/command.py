"""The command: started without a shell in a process group of its own, waited for, and its exit code. Moves no file."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence

from batchplane_runner.errors import CommandMissing, CommandNotExecutable, CommandNotFound
from batchplane_runner.signals import SignalRelay


def run_command(argv: Sequence[str], environment: Mapping[str, str], relay: SignalRelay) -> int:
    """Run a command to its end: its exit code, or 128 + n if signal n ended it. Raises CommandNotFound and kin.

    What it left running in its process group ends with it, as everything does when a container's first process ends.
    """
    if not argv:
        raise CommandMissing("no command was given: name one after the runner, or in the job definition's command")
    relay.hold()
    child = _start(argv, environment)
    group = child.pid
    guard = _guard(group)
    relay.pass_to(group)
    child.returncode = _wait(group)
    relay.let_be()
    _kill(group)
    os.write(guard, b".")
    os.close(guard)
    return child.returncode if child.returncode >= 0 else 128 - child.returncode


def _start(argv: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(argv, env=environment, start_new_session=True)  # noqa: S603 - running it is the purpose
    except FileNotFoundError as error:
        raise CommandNotFound(f"the command {argv[0]!r} was not found ({error.strerror})") from error
    except (OSError, ValueError) as error:
        raise CommandNotExecutable(f"the command {argv[0]!r} can't be executed ({error})") from error


def _wait(child: int) -> int:
    """The child's exit code, negative for a signal. Buries orphans too: a container's first process inherits them."""
    while True:
        process, status = os.wait()
        if process == child:
            return os.waitstatus_to_exitcode(status)


def _guard(group: int) -> int:
    """Leave a process behind that kills the group if this one is killed; writing to what is returned dismisses it.

    A container takes all its processes with it. Beside the embedded AWS Batch there is no container, and SIGKILL for
    the runner must not leave its command running.
    """
    reading, writing = os.pipe()
    if os.fork():
        os.close(reading)
        return writing
    try:
        os.setsid()  # A signal to the runner's own group must not reach the guard.
        os.close(writing)
        if not os.read(reading, 1):
            _kill(group)
    finally:
        os._exit(0)


def _kill(group: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)
