"""The machine that attempts run on: starts their processes, signals them, and says when they and all theirs are gone.

Knows nothing of queues, retries or rows. Used on the engine's thread alone.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache

from batchplane_local.batch.jobs.attempt import Attempt
from batchplane_local.batch.jobs.retry import Ending
from batchplane_local.batch.loop import Loop
from batchplane_local.batch.machine.launch import Launcher, cannot_start
from batchplane_local.batch.machine.orphans import Orphans
from batchplane_local.batch.machine.slots import Slot, Slots

#: Milliseconds from SIGTERM to SIGKILL: https://docs.aws.amazon.com/batch/latest/userguide/job_timeouts.html.
_GRACE = 30_000
#: Seconds between two looks at what an attempt has left behind, and how many looks there are before it is given up.
_LOOK_EVERY, _LOOKS = 0.002, 2500


@dataclass(slots=True, eq=False)
class Running:
    """An attempt's process."""

    attempt: Attempt
    slot: Slot
    #: Also its session's and its group's id.
    pid: int
    pidfd: int


class Host:
    """Runs attempts as processes of this machine."""

    def __init__(
        self,
        *,
        loop: Loop,
        launcher: Launcher,
        slots: Slots,
        ended: Callable[[Attempt, Slot, Ending], None],
    ) -> None:
        self._loop = loop
        self._launcher = launcher
        self._slots = slots
        #: Called when an attempt that was started has ended and nothing of it runs any more.
        self._ended = ended
        self._by_key: dict[int, Running] = {}
        self._by_session: dict[int, Running] = {}
        self._orphans = Orphans(launcher.task_ids.folder, self._is_running)

    def start(self, attempt: Attempt, slot: Slot) -> Ending | None:
        """Start an attempt in a slot; its ending where it can't be started, and then `ended` isn't called."""
        try:
            launch = self._launcher.launch(attempt, slot.directory)
            pid = slot.spawner.start(launch.path, launch.arguments, launch.environment)
            pidfd = _pidfd(pid)
        except OSError as error:
            self._launcher.clear(attempt)
            return cannot_start(error)
        running = Running(attempt, slot, pid, pidfd)
        self._by_key[attempt.key] = self._by_session[pid] = running
        self._loop.add_reader(pidfd, self._exited, running)
        return None

    def end(self, attempt: Attempt, at: int) -> None:
        """SIGTERM for the attempt's process group now, and SIGKILL after the grace, unless that is under way."""
        if attempt.kill_at is None:
            attempt.kill_at = at + _GRACE
            if running := self._by_key.get(attempt.key):
                _signal_group(running.pid, signal.SIGTERM)

    def kill(self, attempt: Attempt, verdict: Ending) -> None:
        """SIGKILL for an attempt that still runs, which then has ended in this way, whatever its process says."""
        running = self._by_key.get(attempt.key)
        if running and running.attempt is attempt and attempt.verdict is None:
            attempt.verdict = verdict
            _signal_group(running.pid, signal.SIGKILL)

    @property
    def sessions(self) -> dict[int, Attempt]:
        """The attempts that run, by the ids of their sessions."""
        return {session: running.attempt for session, running in self._by_session.items()}

    def look(self, at: int) -> None:
        """Kill what was told to end and whose grace is over; reap orphans of running attempts that have died."""
        for running in self._by_key.values():
            if running.attempt.kill_at is not None and at >= running.attempt.kill_at:
                _signal_group(running.pid, signal.SIGKILL)
        self._orphans.end(set())

    def close(self) -> None:
        """Kill everything that runs and wait until it is gone; `ended` isn't called."""
        sessions = set(self._by_session)
        for running in self._by_key.values():
            self._loop.remove_reader(running.pidfd)
            _signal_group(running.pid, signal.SIGKILL)
            _wait(running)
        self._by_key.clear()
        self._by_session.clear()
        for _ in range(_LOOKS):
            if self._orphans.end(sessions):
                break
            time.sleep(_LOOK_EVERY)
        self._orphans.close()

    def _exited(self, running: Running) -> None:
        """The attempt's own process has ended; what it left behind ends now."""
        self._loop.remove_reader(running.pidfd)
        del self._by_key[running.attempt.key], self._by_session[running.pid]
        # What it left lost its parent when it ended, at the latest.
        if not self._orphans.exist():
            self._finish(running, _wait(running))
            return
        # Before it is reaped, while its id can't be another's.
        _signal_group(running.pid, signal.SIGKILL)
        self._bury(running, _wait(running), _LOOKS)

    def _bury(self, running: Running, exit_code: int | None, looks: int) -> None:
        """End what the attempt left behind, and finish when all of it is gone."""
        if self._orphans.end({running.pid}) or not looks:
            self._finish(running, exit_code)
        else:
            self._loop.call_later(_LOOK_EVERY, self._bury, running, exit_code, looks - 1)

    def _finish(self, running: Running, exit_code: int | None) -> None:
        if running.attempt.home is not None:
            self._launcher.clear(running.attempt)
        self._ended(running.attempt, running.slot, running.attempt.verdict or _exit(exit_code))

    def _is_running(self, task_id: str, session: int) -> bool:
        if session in self._by_session:
            return True
        ids = self._launcher.task_ids.read(task_id)
        running = self._by_key.get(ids[0]) if ids else None
        return running is not None and ids is not None and running.attempt.number == ids[1]


def _pidfd(pid: int) -> int:
    """A file that tells when the process has ended; without one, the process is ended and OSError raised."""
    try:
        return os.pidfd_open(pid)
    except OSError:
        _signal_group(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        raise


@cache
def _exit(code: int | None) -> Ending:
    """The ending of an attempt whose process has ended; there are few different ones."""
    return Ending(exit_code=code, reason=None, status_reason="Essential container in task exited")


def _signal_group(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def _wait(running: Running) -> int | None:
    """Reap the process; its exit code as a shell has it, 128 + n for signal n. None where someone else reaped it."""
    os.close(running.pidfd)
    try:
        code = os.waitstatus_to_exitcode(os.waitpid(running.pid, 0)[1])
    except ChildProcessError:
        return None
    return code if code >= 0 else 128 - code
