"""Reconciling: the work of `reconcile_jobs`. Heals lost events and lost messages, with bounded calls a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from controlplane.batch.port import Batch
from controlplane.deployment import Deployment
from controlplane.reconciling.array_sweep import ArraySweep
from controlplane.reconciling.inquiry import Inquiry, Tally
from controlplane.reconciling.job_sweep import JobSweep
from controlplane.reconciling.queue_sweep import QueueSweep
from controlplane.recording.recorder import Recorder
from controlplane.records.port import Records
from controlplane.submissions.queue import Submissions


@dataclass(frozen=True, kw_only=True)
class Reconciler:
    """Asks Batch after jobs of which nothing was heard."""

    deployment: Deployment
    records: Records
    batch: Batch
    submissions: Submissions
    recorder: Recorder
    #: Epoch milliseconds.
    clock: Callable[[], int]

    def reconcile(self) -> Tally:
        """Bring quiet records up to date, and record what no event told of; one sweep that fails stops no other."""
        tally = Tally()
        for sweep in self._sweeps():
            inquiry = Inquiry(
                records=self.records,
                batch=self.batch,
                recorder=self.recorder,
                clock=self.clock,
                now=self.clock(),
                bounds=sweep.bounds,
            )
            inquiry.attempt(partial(sweep.run, inquiry))
            tally += inquiry.tally
        return tally

    def _sweeps(self) -> tuple[JobSweep, ArraySweep, QueueSweep]:
        return (
            JobSweep(records=self.records, submissions=self.submissions),
            ArraySweep(records=self.records),
            QueueSweep(records=self.records, job_queues=[each.arn for each in self.deployment.job_queues]),
        )
