"""`GET /jobs`: which jobs a query shows, and how a wrong one is refused."""

from __future__ import annotations

import pytest

from tests.builders import T0
from tests.flow.river import River


def names(river: River, query: str) -> list[str]:
    """The names of the jobs that a query shows."""
    status, answer = river.request("GET", "/jobs", query=query)
    assert status == 200, answer
    return [job["jobName"] for job in answer["jobs"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["beta", "Alpha"]),
        ("namePrefix=ALP", ["Alpha"]),
        ("type=Array", ["beta"]),
        ("type=Single&type=Array", ["beta", "Alpha"]),
        ("status=SUBMITTED", ["beta", "Alpha"]),
        ("status=FAILED&status=RUNNING", []),
        ("jobQueue=default", ["beta", "Alpha"]),
        (f"createdFrom={T0 + 1000}", ["beta"]),
        (f"createdBefore={T0 + 1000}", ["Alpha"]),
    ],
)
def test_a_query_shows_the_jobs_it_lets_through(river: River, query: str, expected: list[str]) -> None:
    """Newest first; values of one name are alternatives, names must all hold."""
    river.submit(jobName="Alpha")
    river.now += 1000
    river.submit(jobName="beta", arrayProperties={"size": 2})

    assert expected == names(river, query)


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ("status=DONE", "status.0 must be 'SUBMITTED', 'PENDING'"),
        ("type=Big", "type.0 must be one of Single, Array, MultiNode; it is 'Big'"),
        ("tag=team", "tag must be NAME=VALUE; it is 'team'."),
        ("tag=team%3Da&tag=team%3Db", "tag must be one value a name, for a job has one; it is 'team=b'."),
        (
            "&".join(f"tag=name{each}%3Da" for each in range(2000)),
            "tag must be at most 50 times there, for a job has no more; it is 2000.",
        ),
        ("createdFrom=yesterday", "createdFrom must be"),
        (f"limit={'9' * 5000}", "limit must be an integer of fewer digits; it is"),
        ("createdBefore=-1", "createdBefore must be greater than or equal to 0; it is '-1'."),
        ("jobQueue=bogus", "jobQueue must be one of default; it is 'bogus'."),
        ("cursor=%25", "cursor must be a cursor that this route has answered; it is '%'."),
    ],
)
def test_a_wrong_query_is_refused_in_words(river: River, query: str, detail: str) -> None:
    """The parameter, its bound and what was given."""
    status, answer = river.request("GET", "/jobs", query=query)

    assert (400, detail) == (status, answer["detail"][: len(detail)])
