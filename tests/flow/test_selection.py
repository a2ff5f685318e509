"""Ending jobs by what they are: a dry run first, then each by itself, and nobody else's."""

from typing import Any

import pytest

from controlplane.records.record import RecordKey
from tests.builders import T0
from tests.flow.river import River
from tests.flow.scripted_batch import Answered
from tests.flow.selections import ask, names, submitted, walk

WORDS = ("cancel", "terminate")


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
