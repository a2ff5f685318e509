"""Ending jobs by what they are: a dry run first, then each by itself, and nobody else's."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from controlplane.batch import ENDING_LIMIT
from controlplane.record import RecordKey
from tests.builders import T0
from tests.flow.river import Answered, River, ScriptedBatch

WORDS = ("cancel", "terminate")
#: No walk of these tests has more pages.
PAGES = 20


def ask(river: River, word: str = "cancel", *, owner: str = "ada", **selection: Any) -> dict[str, Any]:
    """One page of what a selection comes to."""
    status, document = river.request("POST", f"/jobs/{word}", selection, owner=owner)
    assert status == 200, document
    return dict(document)


def walk(river: River, word: str = "cancel", **selection: Any) -> Iterator[dict[str, Any]]:
    """All that it comes to."""
    page: dict[str, Any] = {}
    for _ in range(PAGES):
        page = ask(river, word, **selection)
        yield from page["jobs"]
        selection |= {"cursor": page["cursor"], "createdBefore": page["createdBefore"]}
        if page["cursor"] is None:
            return
    raise AssertionError(f"the walk did not end after {PAGES} pages")


def names(entries: Any) -> list[str]:
    """The jobs, by name."""
    return [each["job"]["jobName"] for each in entries]


def submitted(river: River, *jobs: str, **document: Any) -> list[str]:
    """Jobs that Batch has; their ids."""
    ids = []
    for name in jobs:
        ids.append(river.submit(jobName=name, **document))
        river.now += 1
    river.settle()
    return ids


@pytest.mark.parametrize("word", WORDS)
def test_a_dry_run_asks_nothing_of_anybody(river: River, word: str) -> None:
    """And is what is run unless another is asked for."""
    submitted(river, "one", "two")
    page = ask(river, word, all=True)

    assert (True, ["two", "one"]) == (page["dryRun"], names(page["jobs"]))
    assert [{"job", "jobId"}] * 2 == [set(each) for each in page["jobs"]]
    assert ([], []) == (river.batch.cancelled, river.batch.terminated)


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        ({"tags": {"team": "red"}}, ["red-2", "red-1"]),
        ({"namePrefix": "BLUE"}, ["blue"]),
        ({"createdFrom": T0 + 1}, ["blue", "red-2"]),
        ({"createdBefore": T0 + 1}, ["red-1"]),
        ({"type": ["Array"]}, []),
        ({"status": ["RUNNABLE", "RUNNING"]}, []),
        ({"status": ["SUBMITTED"], "tags": {"team": "red"}}, ["red-2", "red-1"]),
        ({"jobQueue": "default"}, ["blue", "red-2", "red-1"]),
        ({"all": True}, ["blue", "red-2", "red-1"]),
    ],
)
def test_a_selection_speaks_the_words_of_a_list(river: River, selection: dict[str, Any], expected: list[str]) -> None:
    """And names the jobs that the list would show."""
    submitted(river, "red-1", "red-2", tags={"team": "red"})
    submitted(river, "blue")

    assert expected == names(ask(river, **selection)["jobs"])


@pytest.mark.parametrize(
    "selection",
    [
        {},
        {"all": False, "tags": {}, "namePrefix": "", "status": []},
        {"status": ["FAILED"]},
        {"jobQueue": "none"},
        {"limit": 101},
        {"everything": True},
        {"all": True, "reason": "x" * 1024},
        {"all": True, "cursor": "?"},
        {"all": "yes"},
        {"all": True, "jobIds": ["j" + "0" * 25]},
        {"jobIds": ["j" + "0" * 25], "cursor": "x"},
        {"jobIds": ["x" * 65]},
        {"jobIds": []},
    ],
)
def test_what_is_no_selection_ends_nothing(river: River, selection: dict[str, Any]) -> None:
    """Who names nothing would end everything, and is asked to say so; nor is there a job that is over to be ended."""
    submitted(river, "one")
    status, _ = river.request("POST", "/jobs/cancel", selection | {"dryRun": False})

    assert (400, []) == (status, river.batch.cancelled)


@pytest.mark.parametrize("word", WORDS)
def test_each_job_is_asked_to_end_by_itself(river: River, word: str) -> None:
    """One that Batch has by Batch, one that it never had here; each is told what came of it."""
    submitted(river, "with-batch", tags={"team": "red"})
    river.submit(jobName="without", tags={"team": "red"})
    entries = ask(river, word, tags={"team": "red"}, dryRun=False, reason="enough")["jobs"]
    river.settle()
    asked = river.batch.cancelled if word == "cancel" else river.batch.terminated

    assert [("without", None), ("with-batch", "CancelJob" if word == "cancel" else "TerminateJob")] == [
        (each["job"]["jobName"], each["asked"]) for each in entries
    ]
    assert (["batch-0"], 1) == (asked, len(river.batch.jobs))
    assert river.batch.reasons[0].endswith("ed by ada: enough")


@pytest.mark.parametrize(
    ("error", "status"), [(Answered("TooManyRequestsException", 429), 503), (Answered("ClientException", 400), 422)]
)
def test_one_that_is_refused_stops_no_other(river: River, error: Exception, status: int) -> None:
    """It is answered with its own problem."""
    submitted(river, "one", "two", "three")
    river.batch.refused_endings.append(error)
    entries = ask(river, all=True, dryRun=False)["jobs"]

    assert [status, None, None] == [each.get("problem", {}).get("status") for each in entries]
    assert ["batch-1", "batch-0"] == river.batch.cancelled


def test_what_is_over_is_not_named(river: River) -> None:
    """There is nothing to end."""
    submitted(river, "over")
    river.run_jobs()
    river.settle()
    submitted(river, "open")

    assert ["open"] == names(ask(river, all=True)["jobs"])


def test_what_is_lost_is_not_named(river: River) -> None:
    """Batch knows nothing of it any more."""
    (lost,) = submitted(river, "lost")
    river.records.lose(RecordKey(job_id=lost), at=river.now)

    assert [] == ask(river, all=True)["jobs"]


def test_another_owners_jobs_are_not_named(river: River) -> None:
    """Neither by those whom the plane's care is trusted to."""
    submitted(river, "hers")

    assert [[], []] == [ask(river, all=True, owner=owner, dryRun=False)["jobs"] for owner in ("bob", "operator")]


def test_a_walk_meets_each_once(river: River) -> None:
    """Also those that end on the way; what is submitted meanwhile is no part of it."""
    expected = [f"n{number}" for number in range(7)]
    submitted(river, *expected)
    walked = []
    for entry in walk(river, all=True, dryRun=False, limit=2):
        walked.append(entry)
        submitted(river, f"later-{len(walked)}")

    assert expected[::-1] == names(walked)


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
