"""Pages of jobs to end: what one request does of many, what it leaves to the next, and what is told of each."""

from collections.abc import Callable
from typing import Any

import pytest

from controlplane.batch.port import ENDING_LIMIT
from tests.flow.river import River
from tests.flow.scripted_batch import Answered, ScriptedBatch
from tests.flow.selections import ask, names, submitted, walk


class SlowBatch(ScriptedBatch):
    """A Batch that takes its time, as a test says."""

    take_time: Callable[[], None] = staticmethod(lambda: None)

    def cancel_jobs(self, **request: Any) -> dict[str, Any]:
        """Note the wishes, after a while."""
        self.take_time()
        return super().cancel_jobs(**request)


def slow(make_river: Callable[..., River], *, jobs: int, calls: int) -> tuple[River, list[str]]:
    """A river with so many jobs, whose Batch answers so many calls in the time of one page; and the jobs' ids."""
    batch = SlowBatch()
    river = make_river(batch=batch)
    ids = submitted(river, *(f"n{number}" for number in range(jobs)))
    batch.take_time = lambda: river.sleep(river.plane.enough_milliseconds / 1000 / calls)
    return river, ids


def test_a_page_ends_when_it_has_asked_for_long_enough(make_river: Callable[..., River]) -> None:
    """The rest is left to the next request."""
    river, _ = slow(make_river, jobs=ENDING_LIMIT + 3, calls=1)
    first = ask(river, all=True, dryRun=False)
    rest = list(walk(river, all=True, dryRun=False, cursor=first["cursor"], createdBefore=first["createdBefore"]))

    assert (ENDING_LIMIT, ["n2", "n1", "n0"]) == (len(first["jobs"]), names(rest))


def test_ids_that_there_was_no_time_for_are_left_to_the_next_request(make_river: Callable[..., River]) -> None:
    """The cursor is the first of them."""
    river, ids = slow(make_river, jobs=ENDING_LIMIT + 3, calls=1)
    page = ask(river, jobIds=ids, dryRun=False)

    assert (ids[:ENDING_LIMIT], ids[ENDING_LIMIT]) == ([each["jobId"] for each in page["jobs"]], page["cursor"])


def backwards(work: Callable[[str], Any], over: Any) -> list[Any]:
    """A fan-out whose last comes first, as threads may have it."""
    return [work(each) for each in reversed(over)][::-1]


class SlowRecords:
    """Records that take so long to claim a submission."""

    milliseconds = 0

    def __init__(self, river: River) -> None:
        self._river = river

    def __getattr__(self, name: str) -> Any:
        return getattr(self._river.records, name)

    def claim(self, *arguments: Any, **named: Any) -> bool:
        """Claim it, after a while."""
        self._river.now += self.milliseconds
        return self._river.records.claim(*arguments, **named)


@pytest.mark.parametrize(
    ("fan_out", "expected"),
    [(map, ["withdrawn", "withdrawn"]), (backwards, ["withdrawn", "refused", "withdrawn", "withdrawn"])],
)
def test_no_job_is_begun_with_after_the_time_of_a_page(river: River, fan_out: Any, expected: list[str]) -> None:
    """But the first. One left out before another may be asked again; the others are left to the next request."""
    records = SlowRecords(river)
    river.plane.records, river.plane.fan_out = records, fan_out
    ids = [river.submit(jobName=f"n{number}") for number in range(4)]
    records.milliseconds = river.plane.enough_milliseconds // 2
    page = ask(river, jobIds=ids, dryRun=False)
    left = [each["problem"]["status"] for each in page["jobs"] if "problem" in each]

    assert (expected, [503] * expected.count("refused")) == ([each["cameTo"] for each in page["jobs"]], left)


def test_batch_is_asked_of_many_jobs_in_one_call(river: River) -> None:
    """Its calls are few a second."""
    submitted(river, *(f"n{number}" for number in range(ENDING_LIMIT)))
    ask(river, all=True, dryRun=False)

    assert (["of several"], ENDING_LIMIT) == (river.batch.calls, len(river.batch.cancelled))


def test_jobs_are_named_by_their_ids(river: River) -> None:
    """In their order, each once; no other job is touched, whatever it is like."""
    one, two, _ = submitted(river, "one", "two", "three")
    page = ask(river, jobIds=[two, one, two], dryRun=False)

    assert ([two, one], ["batch-1", "batch-0"]) == ([each["jobId"] for each in page["jobs"]], river.batch.cancelled)
    assert (None, {"asked": 2, "withdrawn": 0, "over": 0, "refused": 0}) == (page["cursor"], page["counts"])


def test_a_dry_run_of_ids_names_what_is_not_over(river: River) -> None:
    """And asks nothing of anybody."""
    (over,) = submitted(river, "over")
    river.run_jobs()
    river.settle()
    (job_id,) = submitted(river, "open")
    page = ask(river, jobIds=[over, job_id])

    assert ([job_id], [], 0) == (
        [each["jobId"] for each in page["jobs"]],
        river.batch.cancelled,
        page["counts"]["over"],
    )


def test_what_came_of_each_is_counted(river: River) -> None:
    """What Batch was asked, what it never had, what was over, and what is nobody's to end."""
    (over,) = submitted(river, "over")
    river.run_jobs()
    river.settle()
    (asked,) = submitted(river, "asked")
    new, strange = river.submit(jobName="new"), "j" + "0" * 25
    page = ask(river, jobIds=[over, asked, new, strange], dryRun=False)

    assert ["over", "asked", "withdrawn", "refused"] == [each["cameTo"] for each in page["jobs"]]
    assert {"asked": 1, "withdrawn": 1, "over": 1, "refused": 1} == page["counts"]
    assert (404, "FAILED") == (page["jobs"][3]["problem"]["status"], page["jobs"][2]["job"]["status"])


@pytest.mark.parametrize(("owner", "expected"), [("bob", []), ("operator", ["batch-0"])])
def test_ids_are_ended_by_those_who_may(river: River, owner: str, expected: list[str]) -> None:
    """An operator says which jobs of others; for anybody else these do not exist."""
    (job_id,) = submitted(river, "hers")
    ask(river, owner=owner, jobIds=[job_id], dryRun=False)

    assert expected == river.batch.cancelled


def test_what_a_throttled_call_was_of_is_told_job_by_job(river: River) -> None:
    """Each may be asked again; those of the other calls were asked."""
    submitted(river, *(f"n{number}" for number in range(ENDING_LIMIT + 1)))
    river.batch.refused_calls.append(Answered("TooManyRequestsException", 429))
    page = ask(river, all=True, dryRun=False)

    assert (1, ENDING_LIMIT) == (page["counts"]["asked"], page["counts"]["refused"])
    assert {503} == {each["problem"]["status"] for each in page["jobs"] if "problem" in each}


def test_an_array_in_parts_is_one_job(river: River) -> None:
    """Each part that Batch has is asked of it, in one call."""
    river.submit(jobName="large", arrayProperties={"size": 20_001})
    river.settle()
    river.batch.calls.clear()
    page = ask(river, "terminate", all=True, dryRun=False)

    assert (1, 3, ["of several"]) == (page["counts"]["asked"], len(river.batch.terminated), river.batch.calls)


def test_a_part_that_is_refused_is_the_whole_arrays_problem(river: River) -> None:
    """The others have been asked; it may be asked again."""
    river.submit(jobName="large", arrayProperties={"size": 20_001})
    river.settle()
    river.batch.refused_endings.append(Answered("ThrottlingException", 400))
    page = ask(river, "terminate", all=True, dryRun=False)

    assert (503, 2) == (page["jobs"][0]["problem"]["status"], len(river.batch.terminated))
