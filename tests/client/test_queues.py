"""Job queues and places in line: of the client, and as `batchplane queues` shows them."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from typer.testing import Result

from batchplane import AnswerMalformed, Client, QueueNotFound

Run = Callable[..., Result]
QUEUE = {
    "name": "default",
    "jobQueueArn": "arn:aws:batch:eu-west-1:111122223333:job-queue/test-default",
    "state": "ENABLED",
    "status": "VALID",
    "statusReason": "JobQueue Healthy",
    "priority": 1,
    "computeEnvironments": ["small", "large"],
    "fairShare": False,
    "jobs": {"RUNNABLE": 3, "RUNNING": 1},
}
LINE = {
    "moreJobs": False,
    "capacityUsage": {"VCPU": 4.0},
    "inLine": 100,
    "moreInLine": True,
    "line": [{"position": 2, "jobId": "j1", "since": 1_772_366_400_000}],
}


def shown(result: Result) -> list[str]:
    """The lines of a table, with single spaces."""
    return [" ".join(line.split()) for line in result.stdout.splitlines()]


def test_queues_are_listed(plane: Any, client: Client) -> None:
    """With how many jobs are in each status."""
    plane.answer("GET /queues", {"queues": [QUEUE], "moreJobs": False})
    (queue,) = client.queues()

    assert (queue.name, queue.compute_environments, queue.jobs["RUNNABLE"]) == ("default", ("small", "large"), 3)
    assert (queue.in_line, queue.line) == (None, ())


def test_a_queue_has_its_line(plane: Any, client: Client) -> None:
    """Where the caller's own jobs stand."""
    plane.answer("GET /queues/default", QUEUE | LINE)
    queue = client.queue("default")

    assert (queue.in_line, queue.more_in_line, queue.capacity_usage) == (100, True, {"VCPU": 4.0})
    assert [(place.position, place.job_id) for place in queue.line] == [(2, "j1")]


def test_a_queue_that_is_not_there_is_an_error(plane: Any, client: Client, problem: Any) -> None:
    """And no job that is not there. Whatever the name holds, it is one name."""
    refused = problem(404, "There is no job queue a/b.", type="urn:batchplane:problem:QueueNotFound")
    plane.answer("GET /queues/a/b", refused)

    with pytest.raises(QueueNotFound, match="no job queue a/b"):
        client.queue("a/b")
    assert plane.asked() == ["GET /queues/a%2Fb"]


def test_an_answer_that_is_no_queue_is_named_so(plane: Any, client: Client) -> None:
    """A client of another version says what is wrong."""
    plane.answer("GET /queues", {"queues": [{"name": "default"}]})

    with pytest.raises(AnswerMalformed):
        client.queues()


def test_a_job_knows_its_place(plane: Any, client: Client, job_document: Any) -> None:
    """In a number and in words."""
    plane.answer("GET /jobs/j1", job_document(status="RUNNABLE"))
    place = {"jobId": "j1", "position": 2, "since": None, "inLine": 3, "detail": "1 before it."}
    plane.answer("GET /jobs/j1/place", place)
    told = client.job("j1").place()

    assert (told.position, told.detail) == (2, "1 before it.")


def test_queues_shows_a_row_for_each(plane: Any, run: Run) -> None:
    """What it is, where its jobs run, and how many there are."""
    plane.answer("GET /queues", {"queues": [QUEUE], "moreJobs": False})

    assert shown(run("queues"))[1:] == ["default ENABLED VALID 1 small, large RUNNABLE 3, RUNNING 1"]
    assert json.loads(run("queues", "--json").stdout) == {"queues": [QUEUE]}


def test_queues_shows_one_with_its_line(plane: Any, run: Run) -> None:
    """And where one's own jobs stand in it."""
    plane.answer("GET /queues/default", QUEUE | LINE)
    lines = shown(run("queues", "default"))

    assert {"in use 4 VCPU", "in line 100 or more", "2 j1 2026-03-01 12:00:00Z"} <= set(lines)
    assert json.loads(run("queues", "default", "--json").stdout) == QUEUE | LINE
