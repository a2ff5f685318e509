"""The whole sweep over any store: what it asks of the port is what the port does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from controlplane.batch.port import Batch
from controlplane.job import Status, parent_and_index
from controlplane.reconciling.inquiry import Tally
from controlplane.reconciling.reconciler import Reconciler
from controlplane.recording.recorder import Recorder
from controlplane.records.port import Records
from controlplane.records.record import JobRecord, RecordKey
from tests.builders import DEPLOYMENT, T0, bring, change, submission
from tests.flow.reconciling.standing_batch import StandingBatch

MINUTE = 60_000
ARRAY = {"size": 230, "statusSummary": {}}
#: Runs one so many minutes after the one before, or after the beginning.
Run = Callable[[int], Tally]


@dataclass
class Messages:
    """Submissions that were handed on."""

    sent: list[str] = field(default_factory=list)

    def send(self, job_id: str, *, waits: int = 0, delay_milliseconds: int = 0) -> None:
        """Note it."""
        self.sent.append(job_id)


@pytest.fixture
def batch() -> StandingBatch:
    """A Batch without jobs."""
    return StandingBatch()


@pytest.fixture
def messages() -> Messages:
    """None yet."""
    return Messages()


@pytest.fixture
def run(records: Records, batch: StandingBatch, messages: Messages) -> Run:
    """The sweep, by a clock that each run moves."""
    times = [T0]

    def now() -> int:
        return times[-1]

    asked = Batch(batch)
    recorder = Recorder(records=records, batch=asked, clock=now)
    reconciler = Reconciler(
        deployment=DEPLOYMENT, records=records, batch=asked, submissions=messages, recorder=recorder, clock=now
    )

    def sweep(minutes: int) -> Tally:
        times.append(now() + minutes * MINUTE)
        return reconciler.reconcile()

    return sweep


def known(records: Records, batch_job_id: str) -> JobRecord:
    """The record under Batch's own id."""
    parent, index = parent_and_index(batch_job_id)
    record = records.get(RecordKey(job_id=parent, index=index))
    assert record is not None, batch_job_id
    return record


def test_what_nobody_told_of_comes_to_batchs_truth(records: Records, batch: StandingBatch, run: Run) -> None:
    """Jobs, arrays with their children, multi-node jobs with their nodes; then nothing is open."""
    for number in range(30):
        batch.live(f"single-{number:02d}", "theirs", exit_codes=(number % 2,))
    batch.live_gang("gang", "theirs", exit_codes=[0, 1])
    batch.live_array("array", "theirs", exit_codes=[index % 2 for index in range(ARRAY["size"])])
    tallies = [run(10) for _ in range(3)]

    truth = {job_id: job["status"] for job_id, job in batch.details.items()}
    assert truth == {job_id: known(records, job_id).status for job_id in truth}
    assert ((), 0) == (records.list_open(limit=10).records, sum(tally.failed for tally in tallies))


def test_what_batch_has_forgotten_is_lost_at_the_second_look(records: Records, run: Run) -> None:
    """A job, and an array with the child that was heard of."""
    for job_id, properties in (("single", {}), ("array", {"arrayProperties": ARRAY})):
        bring(records, RecordKey(job_id=job_id), change("PENDING", job_id=job_id, **properties), ours=False)
    child = RecordKey(job_id="array", index=7)
    bring(records, child, change("RUNNING", job_id="array:7"), ours=False)
    tallies = [run(minutes) for minutes in (10, 59, 1)]

    assert [(2, 0), (0, 0), (0, 3)] == [(tally.missed, tally.lost) for tally in tallies]
    lost = {job_id: known(records, job_id) for job_id in ("single", "array", "array:7")}
    assert [(Status.PENDING, True), (Status.PENDING, True), (Status.RUNNING, True)] == [
        (record.status, record.lost) for record in lost.values()
    ]
    assert () == records.list_open(limit=10).records


def test_a_submission_whose_message_was_lost_is_handed_on_again(records: Records, run: Run, messages: Messages) -> None:
    """Once a run, as long as Batch may not know it."""
    ours = submission()
    records.create(ours)
    run(10)

    assert [ours.job_id] == messages.sent
