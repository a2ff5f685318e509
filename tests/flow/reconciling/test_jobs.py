"""The sweep at work: lambdas.reconcile_jobs over a Batch that no event, or not every one, tells of."""

import random
from dataclasses import replace
from typing import Any

import pytest

from controlplane.job import Status
from controlplane.records.port import Records
from tests.builders import DEPLOYMENT, PLAIN, QUEUE, RUNNER, T0
from tests.flow.reconciling.standing_batch import StandingBatch
from tests.flow.reconciling.sweeping import merge, record, sweep, tell
from tests.flow.river import River

OURS = {"jobQueue": QUEUE, "jobDefinition": RUNNER}


def lives(batch: StandingBatch) -> list[str]:
    """Every event of jobs with one attempt and with three, of arrays, and of multi-node jobs."""
    events: list[str] = []
    for number in range(150):
        events += batch.live(f"single-{number}", "theirs", exit_codes=((0,), (1, 1, 0), (1, 137))[number % 3])
    for number in range(10):
        events += batch.live_array(f"array-{number}", "theirs", exit_codes=[number % 2, *[0] * 24])
        events += batch.live_gang(f"gang-{number}", "theirs", exit_codes=[0, number % 2])
    return events


class Broken:
    """Records of which some calls fail."""

    def __init__(self, records: Records, *failing: str) -> None:
        self._records = records
        self._failing = failing

    def __getattr__(self, name: str) -> Any:
        if name in self._failing:
            return self._fail
        return getattr(self._records, name)

    def _fail(self, *_: Any, **__: Any) -> Any:
        raise OSError("the table is away")


class Slow:
    """A queue of submissions that takes ten seconds for each."""

    def __init__(self, river: River) -> None:
        self._river = river

    def send(self, job_id: str, *, waits: int = 0, delay_milliseconds: int = 0) -> None:
        """Time passes."""
        self._river.now += 10_000


@pytest.mark.parametrize("dropped", [0.05, 1.0])
def test_every_record_comes_to_batchs_truth(river: River, batch: StandingBatch, dropped: float) -> None:
    """Whatever part of the events is lost, in a handful of runs."""
    faults = random.Random(4)  # noqa: S311 - a choice, not a secret
    told = [event for event in lives(batch) if faults.random() >= dropped]
    faults.shuffle(told)
    river.job_events.send(told)
    while river.turn(batch_size=1000):
        pass

    for _ in range(4):
        sweep(river, batch, minutes=10)

    truth = {job_id: (job["status"], len(job["attempts"])) for job_id, job in batch.details.items()}
    assert truth == {job_id: (it.status, len(it.attempts)) for job_id in truth for it in [record(river, job_id)]}
    assert ((), 0) == (river.records.list_open(limit=10).records, sweep(river, batch)["looked_at"])


def test_a_submission_of_ours_is_healed(river: River, batch: StandingBatch) -> None:
    """No event of the job ever came."""
    job_id = river.submit()
    river.settle()
    batch.live("batch-0", batch.jobs["batch-0"]["jobName"], exit_codes=(3,), **OURS)
    tally = sweep(river, batch)
    healed = river.record(job_id)

    assert (Status.FAILED, 3, 1, 0) == (healed.status, healed.exit_code, tally["healed"], tally["found"])


def test_a_job_is_lost_at_the_second_look(river: River, batch: StandingBatch) -> None:
    """An hour after the first; it keeps its status, and nothing more is asked."""
    tell(river, "RUNNING", "forgotten")
    tallies = [sweep(river, batch, minutes=minutes) for minutes in (5, 59, 1, 5)]
    lost = record(river, "forgotten")

    assert [(1, 1, 0), (1, 0, 0), (1, 0, 1), (0, 0, 0)] == [(t["looked_at"], t["missed"], t["lost"]) for t in tallies]
    assert (Status.RUNNING, True) == (lost.status, lost.lost)


def test_news_finds_a_lost_job_again(river: River, batch: StandingBatch) -> None:
    """It had only been slow to come."""
    tell(river, "RUNNING", "forgotten")
    for _ in range(2):
        sweep(river, batch, minutes=60)
    tell(river, "SUCCEEDED", "forgotten")

    assert (Status.SUCCEEDED, False) == (record(river, "forgotten").status, record(river, "forgotten").lost)


def test_one_look_never_loses_a_job(river: River, batch: StandingBatch) -> None:
    """Missed, described, and missed again much later: that is a first look again."""
    tell(river, "RUNNING", "shy")
    sweep(river, batch)
    batch.stand("RUNNING", jobId="shy")
    sweep(river, batch)
    del batch.details["shy"]
    tally = sweep(river, batch, minutes=600)

    assert ((1, 0), False) == ((tally["missed"], tally["lost"]), record(river, "shy").lost)


def test_a_throttled_batch_loses_nothing(river: River, batch: StandingBatch) -> None:
    """A call without an answer says nothing of any job, however often; afterwards all is healed."""
    batch.live("slow", "theirs")
    tell(river, "RUNNING", "slow")
    tell(river, "PENDING", "array", arrayProperties={"size": 3, "statusSummary": {}})
    batch.is_throttled = True
    tallies = [sweep(river, batch, minutes=90) for _ in range(5)]
    batch.is_throttled = False
    healed = sweep(river, batch)

    nothing = {"missed": 0, "lost": 0, "healed": 0, "looked_at": 0, "unanswered": 7, "failed": 0}
    assert [nothing] * 5 == [{name: tally[name] for name in nothing} for tally in tallies]
    assert (1, 1, Status.SUCCEEDED) == (healed["healed"], healed["missed"], record(river, "slow").status)


def test_healthy_jobs_keep_no_other_from_its_turn(river: River, batch: StandingBatch) -> None:
    """Five thousand that run and run stand before the one whose end was not told."""
    for number in range(5000):
        batch.stand("RUNNING", jobId=f"healthy-{number:04d}")
    batch.live("poor", "theirs", createdAt=T0 + 1)
    healthy = [merge("RUNNING", job_id) for job_id in batch.details if job_id != "poor"]
    river.records.merge([*healthy, merge("RUNNING", "poor", createdAt=T0 + 1)])
    tallies = [sweep(river, batch, minutes=10) for _ in range(3)]

    assert [2000, 2000, 1001] == [tally["looked_at"] for tally in tallies]
    assert Status.SUCCEEDED == record(river, "poor").status


def test_jobs_that_nobody_told_of_are_found(river: River, batch: StandingBatch) -> None:
    """With the children of an array, once Batch has had its time to tell of them; those of before, too."""
    batch.live("single", "theirs", createdAt=T0 - 6 * 24 * 60 * 60_000)
    batch.stand("RUNNING", jobId="running", jobDefinition=PLAIN)
    batch.live_array("array", "theirs", exit_codes=[0, 1])
    first, second = sweep(river, batch, minutes=1)["found"], sweep(river, batch)["found"]
    sweep(river, batch)
    statuses = [record(river, job_id).status for job_id in ("single", "running", "array", "array:0", "array:1")]

    assert (1, 2) == (first, second)
    assert ["SUCCEEDED", "RUNNING", "FAILED", "SUCCEEDED", "FAILED"] == statuses


def test_what_is_known_is_not_found_again(river: River, batch: StandingBatch) -> None:
    """Under our id or under Batch's: it is asked after once a run, because it is quiet."""
    river.submit()
    river.settle()
    batch.stand("RUNNING", jobId="theirs", jobName="theirs")
    tell(river, "RUNNING", "theirs")

    tallies = [sweep(river, batch) for _ in range(3)]
    assert [(0, 2)] * 3 == [(tally["found"], tally["looked_at"]) for tally in tallies]


def test_a_queue_that_can_not_be_listed_stops_no_other(river: River, batch: StandingBatch) -> None:
    """It has been deleted; the other is listed, and the failure counted."""
    gone = replace(DEPLOYMENT.job_queues[0], name="gone", arn=f"{QUEUE}-gone")
    river.plane.deployment = replace(DEPLOYMENT, job_queues=(gone, *DEPLOYMENT.job_queues))
    batch.stand("RUNNING", jobId="theirs")
    tally = sweep(river, batch, minutes=10)

    assert (1, 1) == (tally["found"], tally["failed"])


def test_a_sweep_that_fails_stops_no_other(river: River, batch: StandingBatch) -> None:
    """What is open can't be read, for jobs and for arrays; the queues are listed."""
    batch.stand("RUNNING", jobId="theirs")
    river.plane.records = Broken(river.records, "list_open")
    tally = sweep(river, batch, minutes=10)

    assert (2, 1) == (tally["failed"], tally["found"])


def test_a_write_that_fails_stops_no_other(river: River, batch: StandingBatch) -> None:
    """The note of a miss can't be written; another job is healed, and the note is written in the next run."""
    batch.live("ended", "theirs")
    for job_id in ("forgotten", "ended"):
        tell(river, "RUNNING", job_id)
    river.plane.records = Broken(river.records, "miss")
    first = sweep(river, batch)
    river.plane.records = river.records
    second = sweep(river, batch)

    assert [(1, 1, 0), (0, 0, 1)] == [(tally["failed"], tally["healed"], tally["missed"]) for tally in (first, second)]


def test_a_slow_batch_ends_each_sweep_by_the_clock(river: River, batch: StandingBatch) -> None:
    """Ten seconds a call: what a run does not come to is for the next one."""
    jobs = [f"job-{number:04d}" for number in range(1000)]
    river.records.merge([merge("RUNNING", job_id) for job_id in jobs])
    for job_id in jobs:
        batch.live(job_id, "theirs")
    batch.milliseconds_a_call, batch.clock = 10_000, river
    tallies = [sweep(river, batch, minutes=10) for _ in range(3)]

    assert [400, 400, 200] == [tally["healed"] for tally in tallies]


def test_a_slow_queue_ends_the_sweep_by_the_clock(river: River, batch: StandingBatch) -> None:
    """Ten seconds a message: the rest of the page waits for a later run, and the other sweeps have theirs."""
    for number in range(20):
        river.submit(jobName=f"job-{number}")
    tell(river, "RUNNING", "theirs")
    batch.live("theirs", "theirs")
    river.plane.submissions = Slow(river)
    tally = sweep(river, batch, minutes=10)

    assert (4, 0) == (tally["sent_again"], tally["failed"])
