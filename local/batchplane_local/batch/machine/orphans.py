"""Processes that an attempt leaves behind: found and ended. Knows attempts by their task ids alone.

The engine is the child subreaper (prctl(2)): what loses its parent becomes its child. Every process of an attempt is
in the attempt's session, or has left it by setsid and then still has the attempt's token in its environment.
What has both left the session and cleared its environment is not found: README.md says so.
"""

from __future__ import annotations

import ctypes
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from batchplane_local.batch.machine.processes import Process, inspect

#: The variable of an attempt's environment that holds `<data folder's id>/<task id>`.
TOKEN = "BATCH_ATTEMPT"  # noqa: S105 - a name; what it holds opens nothing
#: Seconds between two looks for processes of an earlier life.
_LOOK_EVERY = 0.005
#: Most bytes of the list of children.
_LISTED = 1 << 16
#: Of prctl.
_SET_CHILD_SUBREAPER = 36


def become_subreaper() -> None:
    """Have every descendant of this process that loses its parent become its child. It stays so."""
    ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


class Orphans:
    """The orphans among this process's children."""

    def __init__(self, folder: str, is_running: Callable[[str, int], bool]) -> None:
        #: Asked with a task id ("" where unknown) and a session: does that attempt still run?
        self._is_running = is_running
        self._prefix = f"{TOKEN}={folder}/".encode()
        #: Orphans that carried a token when they were last looked at.
        self._seen: set[int] = set()
        #: The children when the last two looks found none of them to be an attempt's: this process has others, too.
        self._others = self._candidates = b""
        # The kernel gives orphans to the first thread of the subreaper, which starts none of the attempts itself.
        pid = os.getpid()
        self._children = os.open(f"/proc/self/task/{pid}/children", os.O_RDONLY | os.O_CLOEXEC)

    def exist(self) -> bool:
        """True where this process may have an attempt's orphan for a child. Costs a microsecond.

        A process that is just reaching exec can be taken for another's: a look at all of them, now and then, finds it.
        """
        return self._listed() != self._others

    def end(self, sessions: set[int]) -> bool:
        """Kill and reap what ended attempts left, told by their sessions or by their tokens; True if there was none.

        Children of attempts that still run are let be, and reaped where they have died.
        """
        listed = self._listed()
        children = set(map(int, listed.split()))
        self._seen &= children
        found, are_others = False, True
        for process in filter(None, map(inspect, children)):
            task_id = _task_id(process.pid, self._prefix)
            if task_id:
                self._seen.add(process.pid)
            elif not self._is_ours(process, sessions):
                continue
            are_others = False
            if not self._is_running(task_id or "", process.session):
                # What it leaves in turn shows at the next look only, so there has to be one.
                found = True
                _end(process.pid)
            elif process.is_zombie:
                _reap(process.pid)
        if are_others:
            self._others, self._candidates = (listed if listed == self._candidates else b""), listed
        return not found

    def _listed(self) -> bytes:
        """This process's children but those that the engine started."""
        return os.pread(self._children, _LISTED, 0)

    def _is_ours(self, process: Process, sessions: set[int]) -> bool:
        """True for a process that no token tells of (a zombie has none) and that an attempt has left all the same."""
        in_session = process.session in sessions or self._is_running("", process.session)
        return in_session or (process.is_zombie and process.pid in self._seen)

    def close(self) -> None:
        """Close what is open."""
        os.close(self._children)


def end_earlier_life(folder: str, *, patience: float = 5.0) -> int:
    """Kill every process on this machine that carries a token of this data folder; how many there were.

    Waits until they are gone, `patience` seconds at most: raises TimeoutError after that.
    """
    prefix = f"{TOKEN}={folder}/".encode()
    killed: set[int] = set()
    deadline = time.monotonic() + patience
    clean_looks = 0
    # Twice: a process that is just reaching exec shows no environment for some microseconds.
    while clean_looks < 2:
        found = set(_carrying(prefix))
        clean_looks = 0 if found else clean_looks + 1
        for pid in found:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        killed |= found
        if time.monotonic() > deadline:
            raise TimeoutError(f"Processes {sorted(found)} of an earlier life can't be ended; end them and try again.")
        time.sleep(_LOOK_EVERY)
    return len(killed)


def _carrying(prefix: bytes) -> Iterator[int]:
    for entry in os.scandir("/proc"):
        if entry.name.isdecimal() and _task_id(int(entry.name), prefix):
            yield int(entry.name)


def task_id_of(pid: int, folder: str) -> str | None:
    """The task id that a process carries, where it is one of this data folder's."""
    return _task_id(pid, f"{TOKEN}={folder}/".encode())


def _task_id(pid: int, prefix: bytes) -> str | None:
    """The task id in a process's environment; None where it has none of this folder (a zombie has nothing)."""
    try:
        environment = Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return None
    for variable in environment.split(b"\0"):
        if variable.startswith(prefix):
            return variable[len(prefix) :].decode(errors="replace")
    return None


def _end(pid: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, signal.SIGKILL)
    _reap(pid)


def _reap(pid: int) -> None:
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
