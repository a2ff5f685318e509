"""The sweep over job queues: passes over what was created, over several runs where there is much."""

from collections.abc import Iterable, Mapping
from typing import Any, cast

import pytest

from controlplane.reconciling.inquiry import Bounds
from controlplane.reconciling.queue_sweep import QueueSweep
from controlplane.records.port import Records
from controlplane.records.record import RecordKey
from tests.builders import QUEUE, T0, submission
from tests.flow.reconciling.standing_batch import StandingBatch
from tests.flow.reconciling.sweeping import inquire, record, sweep
from tests.flow.river import River

#: Two pages: each takes a ListJobs, and a DescribeJobs where anything on it is new.
TWO_PAGES = Bounds(calls=4, milliseconds=60_000)
MINUTE = 60_000


def run(river: River, batch: StandingBatch, *job_queues: str) -> int:
    """One run within these bounds, ten minutes later; how many jobs were found."""
    river.now += 10 * MINUTE
    inquiry = inquire(river, batch, TWO_PAGES)
    QueueSweep(records=river.records, job_queues=job_queues or (QUEUE,), bounds=TWO_PAGES).run(inquiry)
    assert inquiry.tally.calls <= TWO_PAGES.calls
    return inquiry.tally.found


class Counted:
    """Records that count the keys that are looked for."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self.keys: list[RecordKey] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._records, name)

    def known(self, keys: Iterable[RecordKey]) -> Mapping[RecordKey, str | None]:
        """As the records say."""
        self.keys += (asked := list(keys))
        return self._records.known(asked)


def test_a_job_of_ours_is_looked_for_by_one_key(river: River, batch: StandingBatch) -> None:
    """By the id that its name tells: each key is billed, whether anything is there or not."""
    job_id = river.submit()
    river.settle()
    counted = Counted(river.records)
    river.now += 10 * MINUTE
    inquiry = inquire(river, batch, TWO_PAGES)
    QueueSweep(records=cast(Records, counted), job_queues=[QUEUE], bounds=TWO_PAGES).run(inquiry)

    assert [RecordKey(job_id=job_id)] == counted.keys


def test_a_name_that_is_not_ours_hides_no_job(river: River, batch: StandingBatch) -> None:
    """Anybody can name a job as ours are: it is found, and known by Batch's id where the next pass lists it again."""
    name = submission().batch_job_name
    batch.stand("RUNNING", jobId="theirs", jobName=name, createdAt=river.now + 3 * MINUTE)
    found = run(river, batch)
    before = batch.calls
    run(river, batch)

    assert (1, "RUNNING") == (found, record(river, "theirs").status)
    assert 1 == batch.calls - before


def test_a_pass_goes_on_in_the_next_run(river: River, batch: StandingBatch) -> None:
    """Below where it stopped, the newest first; jobs that came meanwhile wait for the next pass."""
    for number in range(450):
        batch.stand("RUNNING", jobId=f"job-{number:03d}", createdAt=T0 + number)
    first = run(river, batch)
    batch.stand("RUNNING", jobId="later", createdAt=river.now)
    rest = [run(river, batch) for _ in range(3)]

    # The oldest of a run is listed again by the next.
    assert [200, 199, 51, 1] == [first, *rest]


def test_jobs_of_one_millisecond_are_all_found(river: River, batch: StandingBatch) -> None:
    """Though a run's bounds part them."""
    for number in range(250):
        batch.stand("RUNNING", jobId=f"job-{number:03d}", createdAt=T0 + number // 50)

    assert 250 == sum(run(river, batch) for _ in range(3))


def test_a_job_that_is_listed_late_is_found(river: River, batch: StandingBatch) -> None:
    """ListJobs may lag: it was created before the pass that did not see it began."""
    run(river, batch)
    batch.stand("RUNNING", jobId="late", createdAt=river.now - 8 * MINUTE)

    assert 1 == run(river, batch)


def test_a_second_job_of_a_submission_is_found(river: River, batch: StandingBatch) -> None:
    """No event tells of it: it has our job's name, and is terminated and recorded under its own id, once."""
    ours = submission()
    river.records.create(ours)
    river.records.settle(ours.job_id, "first")
    place = {"jobName": ours.batch_job_name, "jobDefinition": ours.job_definition}
    for job_id in ("first", "second"):
        batch.stand("RUNNABLE", jobId=job_id, **place)
    for _ in range(2):
        run(river, batch)

    assert (["second"], "second") == (batch.terminated, record(river, "second").batch_job_id)


def test_queues_share_the_calls(river: River, batch: StandingBatch) -> None:
    """A long queue leaves the next one its part."""
    other = f"{QUEUE}-other"
    batch.queues.add(other)
    for number in range(500):
        batch.stand("RUNNING", jobId=f"job-{number:03d}", createdAt=T0 + number)
    batch.stand("RUNNING", jobId="other", jobQueue=other)
    run(river, batch, QUEUE, other)

    assert other == record(river, "other").job_queue


def test_what_is_older_than_batch_keeps_is_not_looked_for(river: River, batch: StandingBatch) -> None:
    """Seven days: one that still runs will be told of."""
    batch.stand("RUNNING", jobId="ancient", createdAt=T0 - 8 * 24 * 60 * MINUTE)

    assert 0 == run(river, batch)


@pytest.mark.parametrize("name", ["open jobs", "open arrays", f"queue {QUEUE}"])
def test_a_bookmark_of_another_version_is_begun_anew(river: River, batch: StandingBatch, name: str) -> None:
    """What can't be read stops nothing."""
    river.records.keep_bookmark(name, "?")
    batch.live_array("array", "theirs", exit_codes=[0, 0])
    for _ in range(3):
        sweep(river, batch, minutes=10)

    assert ((), "SUCCEEDED") == (river.records.list_open(limit=1).records, record(river, "array:1").status)
