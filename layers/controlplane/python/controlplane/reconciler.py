"""Reconciling: the work of `reconcile_jobs`. Heals lost events and lost messages, with bounded calls a run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from controlplane.batch import Batch
from controlplane.reconcile import compare, is_quiet, is_unsent
from controlplane.record import JobRecord, Outcome
from controlplane.recorder import Recorder
from controlplane.records import Records
from controlplane.submission import Submissions

#: Most records that one run looks at: at most ten calls of DescribeJobs.
RECORDS_A_RUN = 1000


@dataclass(frozen=True, kw_only=True)
class Tally:
    """What one run did."""

    looked_at: int
    healed: int
    lost: int
    sent_again: int


@dataclass(frozen=True, kw_only=True)
class Reconciler:
    """Asks Batch after jobs of which nothing was heard."""

    records: Records
    batch: Batch
    submissions: Submissions
    recorder: Recorder
    #: Epoch milliseconds.
    clock: Callable[[], int]

    def reconcile(self) -> Tally:
        """Bring quiet records up to date; hand submissions on again that Batch may not know."""
        now = self.clock()
        opened = self.records.list_open(limit=RECORDS_A_RUN).records
        quiet = [record for record in opened if is_quiet(record, now=now)]
        unsent = [record for record in quiet if is_unsent(record)]
        for record in unsent:
            self.submissions.send(record.key.job_id)
        known = [*(record for record in quiet if not is_unsent(record)), *self._children(opened, now=now)]
        descriptions = list(self.batch.describe([str(record.batch_job_id) for record in known]))
        findings = compare(known, descriptions, now=now)
        healed = [outcome is Outcome.MERGED for outcome in self.recorder.record(findings.changes)]
        for record in findings.lost:
            self.records.lose(record.key, at=now)
        return Tally(looked_at=len(quiet), healed=sum(healed), lost=len(findings.lost), sent_again=len(unsent))

    def _children(self, opened: Sequence[JobRecord], *, now: int) -> list[JobRecord]:
        """Quiet children of the array jobs that have not ended, as many as one run may look at."""
        room = RECORDS_A_RUN
        quiet: list[JobRecord] = []
        for parent in opened:
            if parent.size is None or parent.batch_job_id is None or room <= 0:
                continue
            children = self.records.children(parent.batch_job_id, size=parent.size, first=0, limit=room)
            room -= len(children)
            quiet += (child for child in children if is_quiet(child, now=now))
        return quiet
