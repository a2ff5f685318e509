"""Jobs of every kind, asked for and ended in any order, and news lost: the plane comes to say what Batch does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from controlplane.accepting.gate import InFlight
from controlplane.job import MOST_CHILDREN
from controlplane.records.job_filter import JobFilter
from controlplane.records.parts import part_ids
from controlplane.records.record import RecordKey
from tests.builders import QUEUE
from tests.flow.mixing.living_batch import LivingBatch
from tests.flow.mixing.mix import LARGE, Mix
from tests.flow.river import River

#: Of one round.
STEPS = 60


def batch_ids(mix: Mix, job_id: str) -> list[str]:
    """The ids that Batch's names carry: the job's, or its parts'."""
    record = mix.river.record(job_id)
    return [*part_ids(job_id, record.size or 0)] if (record.size or 0) > MOST_CHILDREN else [job_id]


def wrong(mix: Mix) -> Iterator[str]:
    """Where the plane says something else than Batch."""
    kept = [job_id for job_id in mix.jobs if job_id not in mix.deleted]
    for job_id in kept:
        record = mix.river.record(job_id)
        ends = [[each.status for each in mix.batch.named(name)] for name in batch_ids(mix, job_id)]
        has_failed = any(end in ([], ["FAILED"]) for end in ends)  # what Batch never had was withdrawn, or refused
        expected = "FAILED" if has_failed else "SUCCEEDED"
        if record.lost or record.status != expected:
            yield f"{job_id} {record.type} is {record.status}, lost: {record.lost}, and Batch says {ends}"
        yield from wrong_children(mix, job_id)
    names = Counter(each.request["jobName"] for each in mix.batch.lives.values())
    twice = [name for name, count in names.items() if count > 1]
    if twice:
        yield f"Batch has {twice} twice"


def wrong_children(mix: Mix, job_id: str) -> Iterator[str]:
    """Where an array's children have failed, and the plane does not know, or says so of others."""
    _, page = mix.river.request("GET", f"/jobs/{job_id}/children", query="status=FAILED&limit=100")
    expected: list[int] = []
    first = 0
    for name in batch_ids(mix, job_id):
        for job in mix.batch.named(name):
            expected += [first + index for index in job.failed]
            first += job.size
    found = [each["arrayProperties"]["index"] for each in page["jobs"]]
    is_whole = first == (mix.river.record(job_id).size or 0)
    if is_whole and expected[:100] != found:
        yield f"of {job_id} the children {found} have failed, and Batch says {expected[:100]}"


def risen(mix: Mix) -> Iterator[str]:
    """What was deleted, and is there again."""
    for job_id in mix.deleted:
        for each in (job_id, *part_ids(job_id, LARGE)):
            if mix.river.records.get(RecordKey(job_id=each)) or mix.river.records.submission(each):
                yield f"{each} was deleted"
    for owner in (JobFilter(owner="ada"), JobFilter(job_queue=QUEUE)):
        listed = {each.key.job_id for each in mix.river.records.list_jobs(owner, limit=1000).records}
        expected = set(mix.jobs) - mix.deleted
        if listed != expected:
            yield f"{owner} lists {listed ^ expected} wrongly"


def in_flight(mix: Mix) -> InFlight:
    """What is not over, by the jobs themselves."""
    records = mix.river.records
    owned = records.list_jobs(JobFilter(owner="ada"), limit=1000).records
    # What is lost is over, though its status is not.
    asked = [records.submission(each.key.job_id) for each in owned if each.is_open]
    return InFlight(jobs=len(asked), vcpus=sum(each.vcpus for each in asked if each))


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_asked_the_plane_says_what_batch_does(make_river: Callable[..., River], seed: int) -> None:
    """Jobs of every kind are submitted, ended, run again and deleted; events are lost and doubled; processes die."""
    batch = LivingBatch()
    river = make_river(batch=batch)
    mix = Mix(river, batch, seed)
    mix.submit(command=["work"], arrayProperties={"size": LARGE})
    for _ in range(2):
        for _ in range(STEPS):
            mix.step()
        assert in_flight(mix) == river.plane.usage.in_flight("ada")
        mix.end_all()

        assert [] == [*wrong(mix), *risen(mix)]
        assert InFlight(jobs=0, vcpus=0) == river.plane.usage.in_flight("ada")
        assert () == river.records.list_open(limit=1000).records
