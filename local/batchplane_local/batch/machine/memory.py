"""Which attempts use more memory than their jobs asked for: looked at on a thread of its own. Ends none itself.

Sampled: what rises and falls between two looks isn't seen. A look costs a line of /proc for each process of the
machine; the memory that a tree shares is only told apart (PSS) where the sum of what is resident is above the limit.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping

from batchplane_local.batch.jobs.attempt import Attempt
from batchplane_local.batch.machine.orphans import task_id_of
from batchplane_local.batch.machine.processes import by_session, processes, proportional
from batchplane_local.batch.names import TaskIds

#: Rest after a look, in the look's own length: looking never takes more than a fiftieth of one processor.
_REST = 50
_log = logging.getLogger(__name__)


class MemoryWatch:
    """The thread that looks at the memory of the attempts that run."""

    def __init__(self, *, task_ids: TaskIds, above: Callable[[Attempt], None]) -> None:
        self._task_ids = task_ids
        #: Called on this thread with an attempt that uses more than it may.
        self._above = above
        #: The attempts that ran at the last look of the engine, by session.
        self._ran: Mapping[int, Attempt] = {}
        #: Those to be looked at; empty while there is nothing to do.
        self._watched: Mapping[int, Attempt] = {}
        self._asked = threading.Event()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="batch-memory", daemon=True)

    def start(self) -> None:
        """Be ready to look."""
        self._thread.start()

    def look(self, running: Mapping[int, Attempt]) -> None:
        """Look at the attempts that run, by session, unless a look is under way; costs the caller microseconds.

        Those that this is the first look at are let be: most jobs end before the second.
        """
        before, self._ran = self._ran, running
        if not self._watched:
            self._watched = {session: attempt for session, attempt in running.items() if before.get(session) is attempt}
            if self._watched:
                self._asked.set()

    def close(self) -> None:
        """Look no more."""
        self._closed.set()
        self._asked.set()
        self._thread.join()

    def _run(self) -> None:
        self._asked.wait()
        while not self._closed.is_set():
            self._asked.clear()
            began = time.monotonic()
            try:
                self._sample(self._watched)
            except Exception:
                _log.exception("The memory of the jobs that run could not be looked at; it is tried again")
            self._closed.wait((time.monotonic() - began) * _REST)
            self._watched = {}
            self._asked.wait()

    def _sample(self, watched: Mapping[int, Attempt]) -> None:
        tasks = {self._task_ids.of(attempt.key, attempt.number): session for session, attempt in watched.items()}

        def session_of_orphan(pid: int) -> int | None:
            task_id = task_id_of(pid, self._task_ids.folder)
            return tasks.get(task_id) if task_id else None

        for session, tree in by_session(processes(), set(watched), session_of_orphan).items():
            attempt = watched[session]
            limit = attempt.submission.need.memory << 20
            if 0 < limit < sum(process.resident for process in tree) and limit < sum(map(proportional, tree)):
                self._above(attempt)
