"""The log of an attempt: read to its present end, or followed while the plane holds the requests."""

from datetime import UTC, datetime
from typing import Any

import pytest

from batchplane import Client, JobNotFound, LogNotFound


def page(*messages: str, cursor: str = "1:c", attempt: int = 1, end: bool = False) -> dict[str, Any]:
    """A page of a log as the plane sends one."""
    lines = [{"timestamp": 1000, "message": message} for message in messages]
    return {"jobId": "j1", "attempt": attempt, "lines": lines, "cursor": cursor, "end": end}


def no_log(problem: Any) -> Any:
    """What the plane answers where an attempt has no log."""
    return problem(404, "No log yet.", type="urn:batchplane:problem:LogNotFound")


def read_by(plane: Any) -> list[str]:
    """The queries of the requests for the log."""
    return [each.partition("?")[2] for each in plane.asked() if "/log" in each]


def test_a_log_is_read_to_its_present_end(client: Client, plane: Any, job_document: Any) -> None:
    """The same cursor again is the end."""
    plane.answer("GET /jobs/j1", job_document())
    plane.answer("GET /jobs/j1/log", page("one", cursor="1:a"), page("two", cursor="1:b"), page(cursor="1:b"))

    lines = list(client.job("j1").log(attempt=1))

    moment = datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)
    assert [(str(line), line.timestamp) for line in lines] == [("one", moment), ("two", moment)]
    assert read_by(plane)[:2] == ["attempt=1&limit=1000", "attempt=1&after=1%3Aa&limit=1000"]


def test_a_log_that_has_not_begun_has_no_lines(client: Client, plane: Any, job_document: Any, problem: Any) -> None:
    """The plane knows the job but not yet a log."""
    plane.answer("GET /jobs/j1", job_document())
    plane.answer("GET /jobs/j1/log", no_log(problem))

    assert list(client.job("j1").log()) == []


def test_the_log_of_an_attempt_that_is_named_is_there_or_an_error(
    client: Client, plane: Any, job_document: Any, problem: Any
) -> None:
    """Who names the fifth attempt must not take it for a silent one."""
    plane.answer("GET /jobs/j1", job_document())
    plane.answer("GET /jobs/j1/log", no_log(problem))

    with pytest.raises(LogNotFound, match="No log yet"):
        list(client.job("j1").log(attempt=5))


def test_the_log_of_an_unknown_job_is_an_error(client: Client, plane: Any, job_document: Any, problem: Any) -> None:
    """A job that is gone does not look like one that is silent."""
    plane.answer("GET /jobs/j1", job_document())
    plane.answer("GET /jobs/j1/log", problem(404, "There is no job j1."))

    with pytest.raises(JobNotFound, match="There is no job j1"):
        list(client.job("j1").log())


def test_following_ends_where_the_plane_says_so(client: Client, plane: Any, job_document: Any, finished: Any) -> None:
    """The plane holds each request; between two of them a little time passes, for lines to gather."""
    plane.answer("GET /jobs/j1", job_document(), finished())
    plane.answer("GET /jobs/j1/log", page("one", cursor="1:a"), page(cursor="1:a"), page("two", end=True))

    lines = [line.message for line in client.job("j1").follow_log()]

    assert (lines, plane.time.slept) == (["one", "two"], [0.1, 0.1])
    assert read_by(plane)[:2] == ["limit=1000&wait=20", "attempt=1&after=1%3Aa&limit=1000&wait=20"]


def test_following_goes_on_with_the_next_attempt(client: Client, plane: Any, job_document: Any, finished: Any) -> None:
    """Each attempt has a log of its own; the second is read from its beginning."""
    failed = {"container": {"exitCode": 1}}
    plane.answer("GET /jobs/j1", job_document(attempts=[failed]), finished(1, attempts=[failed, failed]))
    plane.answer("GET /jobs/j1/log", page("one", end=True), page("two", attempt=2, end=True))

    assert [line.message for line in client.job("j1").follow_log()] == ["one", "two"]
    assert read_by(plane) == ["limit=1000&wait=20", "attempt=2&limit=1000&wait=20"]


def test_following_ends_with_a_job_that_makes_no_other_attempt(
    client: Client, plane: Any, job_document: Any, problem: Any
) -> None:
    """It was cancelled between two attempts: of the next one there will be no log."""
    plane.answer("GET /jobs/j1", job_document(status="RUNNABLE", attempts=[{"container": {"exitCode": 1}}]))
    plane.answer("GET /jobs/j1/log", page("one", end=True), no_log(problem))

    assert [line.message for line in client.job("j1").follow_log()] == ["one"]


def test_following_one_attempt_ends_with_it(client: Client, plane: Any, job_document: Any) -> None:
    """The job goes on, but not this attempt."""
    plane.answer("GET /jobs/j1", job_document(attempts=[{"container": {"exitCode": 1}}]))
    plane.answer("GET /jobs/j1/log", page("one", end=True))

    assert [line.message for line in client.job("j1").follow_log(attempt=1)] == ["one"]
