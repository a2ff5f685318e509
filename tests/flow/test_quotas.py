"""Quotas of each owner: what goes beyond is refused, with when to come back; what was accepted before never is."""

from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest

from controlplane.accepting.gate import MINUTE
from controlplane.quota import Quota
from tests.builders import DEPLOYMENT
from tests.flow.river import River


def limited(river: River, **quota: int) -> River:
    """The same plane, of a deployment with these quotas; to be said before the first request."""
    river.plane.deployment = replace(DEPLOYMENT, quota=Quota(**quota))
    return river


def post(river: River, name: str = "n", *, key: str = "", owner: str = "ada", **document: Any) -> tuple[int, Any]:
    """One submission."""
    headers = {"idempotency_key": key} if key else {}
    return river.request("POST", "/jobs", {"jobName": name, **document}, owner=owner, **headers)


def bulk(river: River, *documents: dict[str, Any]) -> list[int]:
    """The statuses of several."""
    items = [{"job": {"jobName": "n", **each}} for each in documents]
    return [each["status"] for each in river.request("POST", "/jobs/bulk", {"submissions": items})[1]["submissions"]]


def test_jobs_in_flight_are_bounded(river: River) -> None:
    """For each owner by themselves; a job that is over makes room."""
    limited(river, jobs=2)
    first = [post(river)[0] for _ in range(3)]
    others = post(river, owner="bob")[0]
    river.settle()
    river.run_jobs()
    river.settle()

    assert ([202, 202, 429], 202, 202) == (first, others, post(river)[0])


def test_a_refusal_names_quota_bound_and_value(river: River) -> None:
    """And says when to come back: in words, in the document, and by Retry-After."""
    limited(river, vcpus=8)
    post(river, vcpus=6)
    _, problem = post(river, vcpus=3)

    assert {"field": "vcpus", "bound": "at most 8", "value": 9} == {
        name: problem["errors"][0][name] for name in ("field", "bound", "value")
    }
    assert ("urn:batchplane:problem:QuotaExceeded", 10) == (problem["type"], problem["retryAfter"])


def test_an_array_counts_as_one_job_and_all_its_vcpus(river: River) -> None:
    """As many as its children may reserve together."""
    limited(river, jobs=2, vcpus=20)
    statuses = [post(river, arrayProperties={"size": size})[0] for size in (16, 5, 4, 2)]

    assert [202, 429, 202, 429] == statuses


def test_submissions_a_minute_are_bounded(river: River) -> None:
    """By the minute of the clock; the next has room again."""
    limited(river, submissions_per_minute=2)
    statuses = [post(river)[0] for _ in range(3)]
    _, problem = post(river)
    river.now += problem["retryAfter"] * 1000

    assert ([202, 202, 429], "submissionsPerMinute") == (statuses, problem["errors"][0]["field"])
    assert (True, 202) == (0 < problem["retryAfter"] * 1000 <= MINUTE, post(river)[0])


@pytest.mark.parametrize("quota", [{"jobs": 1}, {"vcpus": 1}, {"submissions_per_minute": 1}])
def test_what_was_accepted_is_never_refused(river: River, quota: dict[str, int]) -> None:
    """A repeat of its key makes nothing; another body under it is still a conflict."""
    limited(river, **quota)
    statuses = [post(river, name, key=key)[0] for name, key in (("a", "k"), ("a", "k"), ("b", "k"), ("a", "other"))]

    assert [202, 200, 409, 429] == statuses


def test_in_bulk_each_counts(river: River) -> None:
    """One that does not fit leaves room for a smaller one after it."""
    limited(river, jobs=3, vcpus=10)

    assert [202, 429, 202, 202, 429] == bulk(river, {"vcpus": 4}, {"vcpus": 7}, {"vcpus": 5}, {"vcpus": 1}, {})


def test_in_bulk_the_rate_takes_those_that_fit(river: River) -> None:
    """The first of them, in their order; what the other quotas refuse is not counted."""
    limited(river, vcpus=100, submissions_per_minute=3)
    statuses = bulk(river, {"vcpus": 101}, *[{}] * 4)

    assert ([400, 202, 202, 202, 429], [429]) == (statuses, bulk(river, {}))


class Unasked:
    """A port that nobody may ask."""

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"{name} was asked")


def test_without_quotas_nothing_is_counted(river: River) -> None:
    """Nor is anything read for it."""
    river.plane.usage = Unasked()

    assert [202, 202] == [post(river)[0], *bulk(river, {})]


def test_what_would_never_fit_is_told_so(river: River) -> None:
    """A bound, not a wait: with the field, the bound and the value; one of many stops no other."""
    limited(river, vcpus=8)
    status, problem = post(river, arrayProperties={"size": 3}, vcpus=3)
    (error,) = problem["errors"]

    assert (400, "vcpus", 9) == (status, error["field"], error["value"])
    assert error["bound"].startswith("at most 8 of the whole job")
    assert [202, 400, 202, 429] == bulk(river, {"vcpus": 4}, {"vcpus": 9}, {"vcpus": 4}, {"vcpus": 1})


def test_what_was_accepted_is_not_too_large_afterwards(river: River) -> None:
    """A quota that is lowered refuses no repeat."""
    limited(river, vcpus=8)
    post(river, key="k", vcpus=6)
    with closing(River(river.folder)) as lowered:
        limited(lowered, vcpus=4)

        assert (200, 400) == (post(lowered, key="k", vcpus=6)[0], post(lowered, vcpus=6)[0])
