"""Many submissions in one request: each is answered as if it were alone, and what is accepted is kept."""

from typing import Any

import pytest

from controlplane.errors import NotYet
from tests.flow.crashes import Crash
from tests.flow.river import River


def item(name: str, key: str | None = None, **document: Any) -> dict[str, Any]:
    """One submission of a request."""
    return {"job": {"jobName": name, "command": ["true"]} | document} | ({"idempotencyKey": key} if key else {})


def submit(river: River, *items: Any, owner: str = "ada") -> list[dict[str, Any]]:
    """What each of them is answered."""
    status, document = river.request("POST", "/jobs/bulk", {"submissions": list(items)}, owner=owner)
    assert status == 200, document
    return list(document["submissions"])


def statuses(answers: list[dict[str, Any]]) -> list[int]:
    """The status of each."""
    return [answer["status"] for answer in answers]


def test_each_of_many_is_kept_and_runs(river: River) -> None:
    """In the order in which they were asked for."""
    answers = submit(river, *(item(f"job-{number}") for number in range(100)))
    for _ in range(20):
        river.settle()
    submitted = [job["jobName"].rpartition("-")[0] for job in river.batch.jobs.values()]

    assert ({202}, [f"job-{number}" for number in range(100)]) == (set(statuses(answers)), submitted)
    assert [answer["job"]["jobName"] for answer in answers] == submitted


def test_a_bad_one_stops_no_other(river: River) -> None:
    """Each is told what is wrong with it, as POST /jobs tells it."""
    bad: list[Any] = [item("-bad", arrayProperties={"size": 1}), {"job": 5}, {}, 7, {**item("x"), "more": 1}]
    answers = submit(river, item("first"), *bad, item("last"))
    fields = [sorted(each["field"] for each in answer["problem"]["errors"]) for answer in answers[1:-1]]

    assert [202, 400, 400, 400, 400, 400, 202] == statuses(answers)
    assert [["arrayProperties.size", "jobName"], ["job"], ["job"], ["body"], ["more"]] == fields


@pytest.mark.parametrize("members", [{"job": {f"m{n}": n for n in range(900)}}, {f"m{n}": n for n in range(900)}])
def test_of_each_twenty_broken_bounds_are_named(river: River, members: dict[str, Any]) -> None:
    """However many there are, in a body of as many values as are read."""
    answers = submit(river, *[members] * 100)

    assert [20] * 100 == [len(answer["problem"]["errors"]) for answer in answers]


def test_more_values_than_are_read_are_refused_together(river: River) -> None:
    """Before any of them is read: the request is, not each of its submissions."""
    submissions = [{"job": {"jobName": "n", "inputs": {f"m{n}": "" for n in range(1000)}}}] * 100
    status, document = river.request("POST", "/jobs/bulk", {"submissions": submissions})

    assert (400, ["body"]) == (status, [each["field"] for each in document["errors"]])


def test_a_problem_is_the_one_that_a_single_submission_is_answered(river: River) -> None:
    """Word for word."""
    document = {"jobName": "-bad", "jobQueue": "none"}
    (answer,) = submit(river, {"job": document})

    assert river.request("POST", "/jobs", document) == (answer["status"], answer["problem"])


@pytest.mark.parametrize("key", ["", "k" * 256, "tab\t", 5])
def test_a_key_that_is_none_is_refused(river: River, key: Any) -> None:
    """By the same bounds as the header."""
    assert [400] == statuses(submit(river, {"idempotencyKey": key, **item("x")}))


def test_two_of_one_key_in_one_request_are_one_job(river: River) -> None:
    """The first is taken; the same body again is that job, another body a conflict."""
    answers = submit(river, item("a", "k"), item("a", "k"), item("b", "k"))
    river.settle()

    assert ([202, 200, 409], 1) == (statuses(answers), len(river.batch.jobs))
    assert answers[0]["job"] == answers[1]["job"]


def test_a_key_is_not_spent_by_what_breaks_a_bound(river: River) -> None:
    """The next of that key, which breaks none, is taken."""
    assert [400, 202, 200] == statuses(submit(river, item("-", "k"), item("good", "k"), item("good", "k")))


def test_a_repeated_request_is_the_same_jobs(river: River) -> None:
    """What it says of a job is what is known of it by now."""
    first = submit(river, item("a", "k1"), item("b", "k2"))
    river.settle()
    again = submit(river, item("a", "k1"), item("other", "k2"))
    river.settle()

    assert ([202, 202], [200, 409], 2) == (statuses(first), statuses(again), len(river.batch.jobs))
    assert (first[0]["job"]["jobId"], "batch-0") == (again[0]["job"]["jobId"], again[0]["job"]["batchJobId"])


def test_a_single_submission_of_the_same_key_is_the_same_job(river: River) -> None:
    """It is one space of keys."""
    (answer,) = submit(river, item("a", "k"))
    status, job = river.request("POST", "/jobs", item("a")["job"], idempotency_key="k")

    assert (200, answer["job"]) == (status, job)


def test_another_owners_keys_are_their_own(river: River) -> None:
    """One key of two owners is two jobs."""
    (hers,), (his,) = submit(river, item("a", "k")), submit(river, item("b", "k"), owner="bob")

    assert (202, "bob") == (his["status"], his["job"]["owner"])
    assert hers["job"]["jobId"] != his["job"]["jobId"]


@pytest.mark.parametrize("count", [0, 101])
def test_a_request_has_one_to_a_hundred(river: River, count: int) -> None:
    """Nothing of any other is taken."""
    status, _ = river.request("POST", "/jobs/bulk", {"submissions": [item("x")] * count})

    assert (400, []) == (status, river.request("GET", "/jobs")[1]["jobs"])


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(2))
def test_a_killed_request_is_repeated_without_harm(river: River, at: int, after: bool) -> None:  # noqa: FBT001 - a case
    """Wherever it was killed: each job is in Batch once."""
    items = [item(f"job-{number}", f"k{number}") for number in range(5)]
    river.crashes.arm(at, after=after)
    with pytest.raises(Crash):
        submit(river, *items)
    river.crashes.arm(None)
    answers = submit(river, *items)
    river.settle()

    assert ({200} if at or after else {202}) == set(statuses(answers))
    assert [f"job-{number}" for number in range(5)] == sorted(
        job["jobName"].rpartition("-")[0] for job in river.batch.jobs.values()
    )


class OneFails:
    """A port of which one answer of many is an error."""

    def __init__(self, port: Any, name: str, error: Exception) -> None:
        self._port, self._name, self._error = port, name, error

    def __getattr__(self, name: str) -> Any:
        if name != self._name:
            return getattr(self._port, name)
        return lambda given: [*getattr(self._port, name)(given[:-1]), self._error]


@pytest.mark.parametrize("port", [("records", "create_all"), ("submissions", "send_all")])
@pytest.mark.parametrize(("error", "status"), [(NotYet("full"), 503), (RuntimeError("secret"), 500)])
def test_what_is_not_kept_is_not_accepted(river: River, port: tuple[str, str], error: Exception, status: int) -> None:
    """Its mates are; of an error that is none of the plane's own nothing is told."""
    name, method = port
    setattr(river.plane, name, OneFails(getattr(river.plane, name), method, error))
    answers = submit(river, item("good"), item("unlucky"))

    assert ([202, status], False) == (statuses(answers), "secret" in answers[1]["problem"]["detail"])
