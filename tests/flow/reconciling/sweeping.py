"""Runs of the sweep, each held to its bounds, and what tests of it say and look up."""

from __future__ import annotations

from controlplane.batch.port import Batch
from controlplane.job import parent_and_index
from controlplane.reconciling import array_sweep, job_sweep, queue_sweep
from controlplane.reconciling.inquiry import Bounds, Inquiry
from controlplane.recording.recorder import Recorder
from controlplane.records.port import Merge
from controlplane.records.record import JobRecord, RecordKey
from tests.builders import change
from tests.flow.reconciling.standing_batch import StandingBatch
from tests.flow.river import River

#: What one run may ask of Batch.
MOST_CALLS = job_sweep.BOUNDS.calls + array_sweep.BOUNDS.calls + queue_sweep.BOUNDS.calls


def sweep(river: River, batch: StandingBatch, *, minutes: int = 5) -> dict[str, int]:
    """One run, so many minutes later, within its bounds."""
    before = batch.calls
    tally = river.reconcile(minutes=minutes)
    assert tally["calls"] == batch.calls - before <= MOST_CALLS
    return tally


def inquire(river: River, batch: StandingBatch, bounds: Bounds) -> Inquiry:
    """One sweep's run by itself, within bounds of a test's own."""
    asked = Batch(batch)
    recorder = Recorder(records=river.records, batch=asked, clock=river.clock)
    return Inquiry(
        records=river.records, batch=asked, recorder=recorder, clock=river.clock, now=river.now, bounds=bounds
    )


def record(river: River, batch_job_id: str) -> JobRecord:
    """The record under Batch's own id, which must be there."""
    parent, index = parent_and_index(batch_job_id)
    known = river.records.get(RecordKey(job_id=parent, index=index))
    assert known is not None, batch_job_id
    return known


def tell(river: River, status: str, job_id: str, **detail: object) -> None:
    """Bring news of a job that nobody submitted through us, as an event would."""
    river.plane.records.merge([merge(status, job_id, **detail)])


def merge(status: str, job_id: str, **detail: object) -> Merge:
    """News of a job that nobody submitted through us."""
    parent, index = parent_and_index(job_id)
    told = change(status, job_id=job_id, **detail)
    return Merge(key=RecordKey(job_id=parent, index=index), changes=(told,), ours=False)
