"""Arrays above 10,000 whatever goes wrong: any order of events, a death at any step, and a Batch that fails."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from controlplane.job import part_id
from controlplane.records.record import JobRecord
from controlplane.submissions.queue import to_message
from tests.builders import submission
from tests.flow.crashes import Crashes
from tests.flow.river import River
from tests.flow.splitting.large_array import events, split
from tests.flow.submitting.faults import Deaths, FaultyBatch

#: Calls of ports that splitting an array and submitting its parts take at most.
MOST_STEPS = 100
#: What is not the same for every order of events: Batch's ids, and the runners' secrets.
ANYHOW = {"capability_digests": (), "batch_job_id": None, "claimed_at": None}


def final(river: River, job_id: str) -> tuple[JobRecord, list[JobRecord]]:
    """What is known of an array and its parts, without what is chance."""
    parts = [river.record(part_id(job_id, number)) for number in range(3)]
    return replace(river.record(job_id), **ANYHOW), [replace(each, **ANYHOW) for each in parts]


@pytest.mark.parametrize("seed", range(5))
def test_any_order_of_the_parts_events_comes_to_the_same(make_river: Callable[..., River], seed: int) -> None:
    """Shuffled, doubled, and with the process dying at any step."""
    chance = random.Random(seed)  # noqa: S311 - faults, not secrets
    rivers = [make_river(), make_river()]
    jobs = [split(river) for river in rivers]
    ends = chance.choices(["SUCCEEDED", "FAILED"], k=3)
    for river in rivers:
        told = [
            each
            for number, end in enumerate(ends)
            for status in ("PENDING", end)
            for each in events(river, f"batch-{number}", status)
        ]
        if river is rivers[1]:
            told += chance.choices(told, k=4)
            chance.shuffle(told)
            river.crashes.arm(chance.randrange(20), after=bool(chance.randrange(2)))
        river.job_events.send(told)
        river.settle()
    orderly, disorderly = (final(river, job_id) for river, job_id in zip(rivers, jobs, strict=True))

    assert orderly == disorderly


@pytest.mark.parametrize("after", [False, True])  # the effect of a call: of every second one by turns
def test_a_death_at_any_step_of_the_splitting_loses_and_doubles_nothing(
    make_river: Callable[..., River], after: bool
) -> None:
    """Each part is one job of Batch."""
    asked = submission(jobName="large", arrayProperties={"size": 10_002})
    for step in range(int(after), MOST_STEPS, 2):
        river = make_river(crashes=Crashes())
        river.records.create(asked)
        river.submissions.send([to_message(asked.job_id)])
        river.crashes.arm(step, after=after)
        river.settle()
        has_died = river.crashes.calls > step
        river.crashes.arm(None)
        river.now += 120_000
        river.reconcile(minutes=10)
        river.settle()
        names = sorted(job["jobName"] for job in river.batch.jobs.values())

        assert [f"large-{part_id(asked.job_id, number)}" for number in range(2)] == names, step
        if not has_died:
            return
    raise AssertionError(f"splitting takes more than {MOST_STEPS} steps")


@pytest.mark.parametrize("seed", range(3))
def test_each_part_is_one_batch_job_whatever_goes_wrong(make_river: Callable[..., River], seed: int) -> None:
    """Throttled, failed, cut, late to be listed, told of early; and the process dying now and then, from a seed."""
    random.seed(seed)
    chance = random.Random(seed)  # noqa: S311 - faults, not secrets
    batch, deaths = FaultyBatch(chance=chance, lag=45_000), Deaths(chance)
    river = make_river(batch=batch, crashes=deaths)
    batch.clock, batch.tell = river.clock, river.job_events.send
    jobs = [river.submit(jobName=f"j{n}", arrayProperties={"size": 10_001 + n * 9000}) for n in range(20)]
    for _ in range(200):
        river.turn(batch_size=2)
        river.now += 5000
    deaths.is_over = True
    river.reconcile()
    river.settle()
    river.job_events.send([each for job_id in batch.jobs for each in events(river, job_id, "SUCCEEDED")])
    river.settle()

    assert {"SUCCEEDED"} == {river.record(job_id).status for job_id in jobs}
    assert sum(-(-(10_001 + n * 9000) // 10_000) for n in range(20)) == len(batch.jobs)
