"""Thousands of submissions through `submit_job` while everything goes wrong: nothing lost, nothing doubled.

`BATCHPLANE_TEST_SEEDS` sets how many seeds are tried (5), and so how long it takes.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from controlplane.batch.port import SECOND_SUBMISSION
from controlplane.job import Status
from controlplane.submissions.queue import to_message
from tests.builders import submission
from tests.flow.river import River
from tests.flow.submitting.faults import Deaths, FaultyBatch

SEEDS = range(int(os.environ.get("BATCHPLANE_TEST_SEEDS", "5")))
#: Submissions of one seed, and so 5,000 of all; and of one where ListJobs is late.
PROMPT_JOBS = 1000
LATE_JOBS = 200
#: The settle time of a river is 60 s: ListJobs knows a job before it is over, or long after (milliseconds).
PROMPT_LAG = 45_000
LATE_LAG = 600_000
#: How many of a hundred messages are delivered once more.
REPEATED = 10
#: Most deliveries of one run.
MOST_TURNS = 20_000
#: All that `submit_job` asks for or writes.
STEPS = ("get", "submission", "claim", "submit_job", "release", "settle", "list_jobs", "send")


@dataclass(frozen=True, kw_only=True)
class Run:
    """What has been submitted, and to what."""

    river: River
    batch: FaultyBatch
    deaths: Deaths
    job_ids: list[str]

    @property
    def second_jobs(self) -> set[str]:
        """Batch's jobs that are of no record."""
        recorded = {self.river.record(job_id).batch_job_id for job_id in self.job_ids}
        return set(self.batch.jobs) - recorded


def submitted(folder: Path, *, seed: int, jobs: int, lag: int) -> Run:
    """Submit so many jobs and let every message be delivered, through all that the seed lets go wrong."""
    random.seed(seed)  # what `submit_job` takes its jitter from
    chance = random.Random(seed)  # noqa: S311 - faults, not secrets
    batch, deaths = FaultyBatch(chance=chance, lag=lag), Deaths(chance)
    river = River(folder, batch=batch, crashes=deaths)
    batch.clock, batch.tell = river.clock, river.job_events.send
    asked = [submission(key=f"given:{number}", jobName=f"job-{number}") for number in range(jobs)]
    for each in asked:
        river.records.create(each)
    job_ids = [each.job_id for each in asked]
    repeated = chance.sample(job_ids, k=jobs * REPEATED // 100)
    river.submissions.send(to_message(job_id) for job_id in (*job_ids, *repeated))
    deliver(river)
    deaths.is_over = True
    tell(river, batch)
    return Run(river=river, batch=batch, deaths=deaths, job_ids=job_ids)


def deliver(river: River) -> None:
    """Deliver until nothing is left; where all that is left waits, time passes."""
    queues = (river.submissions, river.job_events, river.record_changes)
    for _ in range(MOST_TURNS):
        if not river.turn(batch_size=2):
            return
        waits = [wait for wait in (queue.seconds_until_visible() for queue in queues) if wait is not None]
        river.now += 1 + int(min(waits, default=0) * 1000)
    raise AssertionError(f"still something to deliver after {MOST_TURNS} turns")


def tell(river: River, batch: FaultyBatch) -> None:
    """Let Batch tell of every job that it has; what is ended by that, it tells of too."""
    river.job_events.send(batch.event(job_id, "RUNNABLE") for job_id in batch.jobs)
    deliver(river)
    ended = sorted(set(batch.terminated))
    river.job_events.send(batch.event(each, "FAILED", statusReason=SECOND_SUBMISSION) for each in ended)
    deliver(river)


@pytest.fixture(name="prompt", scope="module", params=SEEDS)
def _prompt(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """A run in which ListJobs knows each job within the settle time."""
    run = submitted(tmp_path_factory.mktemp("prompt"), seed=request.param, jobs=PROMPT_JOBS, lag=PROMPT_LAG)
    yield run
    run.river.close()


@pytest.fixture(name="late", scope="module", params=SEEDS)
def _late(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """A run in which it may be ten times as late."""
    run = submitted(tmp_path_factory.mktemp("late"), seed=request.param, jobs=LATE_JOBS, lag=LATE_LAG)
    yield run
    run.river.close()


def test_each_submission_is_one_batch_job(prompt: Run) -> None:
    """Whatever fails, however often: none is lost and none doubled."""
    assert (PROMPT_JOBS, set(), []) == (len(prompt.batch.jobs), prompt.second_jobs, prompt.batch.terminated)


def test_nothing_is_given_up(prompt: Run) -> None:
    """Neither for waiting nor for dying now and then."""
    assert [] == prompt.river.submissions.dead_letters(1)


def test_each_record_is_right(prompt: Run) -> None:
    """It has Batch's id of the job of its own name, and the status that Batch told of."""
    records = [prompt.river.record(job_id) for job_id in prompt.job_ids]
    named = prompt.batch.named

    assert {Status.RUNNABLE} == {record.status for record in records}
    assert [[each.batch_job_id] for each in records] == [
        named[f"{each.job_name}-{each.key.job_id}"] for each in records
    ]


def test_the_process_died_at_every_step(prompt: Run) -> None:
    """Before and after each."""
    assert set() == {(step, when) for step in STEPS for when in ("before", "after")} - set(prompt.deaths.died_at)


def test_beyond_the_settle_time_every_second_job_is_terminated(late: Run) -> None:
    """A job that ListJobs is too late to know is sent again; one of the two stays."""
    second = late.second_jobs

    assert (len(late.batch.jobs) - LATE_JOBS, second) == (len(second), set(late.batch.terminated))
    assert len(second) > 0


def test_every_second_job_is_reported(late: Run) -> None:
    """It has a record of its own that says why it ended, and a mail tells of it."""
    second = late.second_jobs
    records = [late.river.record(job_id) for job_id in second]
    mails = "\n".join(late.river.mails)

    assert {(Status.FAILED, SECOND_SUBMISSION)} == {(each.status, each.status_reason) for each in records}
    assert second == {job_id for job_id in second if job_id in mails}


def test_a_second_job_leaves_the_record_right(late: Run) -> None:
    """It is the record of the job that stays, which runs on."""
    stay = set(late.batch.jobs) - set(late.batch.terminated)
    records = [late.river.record(job_id) for job_id in late.job_ids]

    assert {Status.RUNNABLE} == {record.status for record in records}
    assert stay == {record.batch_job_id for record in records}
