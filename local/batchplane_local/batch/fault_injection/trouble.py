"""Faults on demand while an embedded Batch runs: one switch for its calls, its events and its hosts. Draws nothing."""

from __future__ import annotations

from dataclasses import dataclass

from batchplane_local.batch.database.reading import Reading
from batchplane_local.batch.engine import Engine
from batchplane_local.batch.fault_injection.faults import Faults
from batchplane_local.batch.fault_injection.faulty_delivery import FaultyDelivery
from batchplane_local.batch.fault_injection.gate import Gate
from batchplane_local.batch.jobs.attempt import Attempt
from batchplane_local.batch.jobs.ledger import Ledger
from batchplane_local.batch.names import name_in
from batchplane_local.batch.refused import Refused


@dataclass(kw_only=True)
class Trouble:
    """Where an embedded Batch can go wrong."""

    gate: Gate
    delivery: FaultyDelivery
    engine: Engine
    ledger: Ledger
    reading: Reading
    #: What goes wrong now; None where nothing is to.
    faults: Faults | None = None

    def begin(self, faults: Faults | None) -> None:
        """Have these faults from the start; before the engine starts."""
        self._use_outside(faults)
        self.engine.use(faults)

    def use(self, faults: Faults | None) -> None:
        """Have these faults from now on; what they held back goes on where they no longer do."""
        self._use_outside(faults)
        self.engine.do(lambda: self.engine.use(faults))

    def lose_hosts(self, job_id: str | None) -> list[str]:
        """Have the attempts of a job, its children or its nodes lose their hosts, all where None; their jobs' ids.

        Raises Refused where there is no such job.
        """
        plain_id = None if job_id is None else name_in(job_id)
        if plain_id is not None and self.reading.key_of(plain_id) is None:
            raise Refused(f"Job {job_id} does not exist")

        def lose() -> list[str]:
            running = [attempt for attempt in self.ledger.attempts.values() if _is_of(attempt, plain_id)]
            self.engine.hosts.lose(running)
            return [attempt.job_id for attempt in running]

        return self.engine.do(lose)

    def _use_outside(self, faults: Faults | None) -> None:
        self.faults = faults
        self.gate.use(faults)
        self.delivery.use(faults)


def _is_of(attempt: Attempt, job_id: str | None) -> bool:
    """True for an attempt of this job, of its array's children or its nodes; for every one where None."""
    return job_id is None or job_id in (attempt.job_id, attempt.live.submission.job_id)
