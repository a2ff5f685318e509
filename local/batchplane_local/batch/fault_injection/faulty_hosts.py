"""Faults on demand of the machine: attempts that lose their host, queues whose jobs stay RUNNABLE.

Used on the engine's thread alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from batchplane_local.batch.fault_injection.faults import Faults
from batchplane_local.batch.jobs.attempt import Attempt
from batchplane_local.batch.jobs.endings import host_lost
from batchplane_local.batch.jobs.placement import Queue
from batchplane_local.batch.machine.host import Host


class FaultyHosts:
    """The hosts of one embedded Batch, as they are to go wrong."""

    def __init__(self, *, host: Host, folder_id: str) -> None:
        self._host = host
        self._lost = host_lost(folder_id)
        #: None where nothing is to go wrong.
        self.faults: Faults | None = None
        #: When attempts that are to lose their host do, in epoch milliseconds, by their job's row.
        self._moments: dict[int, tuple[int, Attempt]] = {}

    def started(self, attempt: Attempt, at: int) -> None:
        """An attempt has started: it may lose its host, now or later."""
        after = self.faults.host_lost_after(attempt.key, attempt.number) if self.faults else None
        if after == 0:
            self.lose([attempt])
        elif after is not None:
            self._moments[attempt.key] = (at + after, attempt)

    def look(self, at: int) -> None:
        """End what is to have lost its host by now."""
        due = [key for key, (moment, _) in self._moments.items() if at >= moment]
        self.lose(self._moments.pop(key)[1] for key in due)

    def lose(self, attempts: Iterable[Attempt]) -> None:
        """These attempts lose their host, where they still run."""
        for attempt in attempts:
            self._host.kill(attempt, self._lost)

    def served(self, queues: Sequence[Queue]) -> Sequence[Queue]:
        """The queues as they are to be served: those that are held have no capacity."""
        faults = self.faults
        if faults is None:
            return queues
        return [replace(queue, has_capacity=not faults.holds(queue.name)) for queue in queues]
