"""Ending jobs: `Job.cancel`, `Job.terminate`, and the commands of those names."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from typer.testing import Result

from batchplane import AnswerMalformed, Client

WORDS = pytest.mark.parametrize("word", ["cancel", "terminate"])
CHILD = {"type": "ArrayChild", "arrayProperties": {"index": 2}}


def answer(job: dict[str, Any], asked: str | None = "CancelJob") -> dict[str, Any]:
    """What the plane answers."""
    return {"asked": asked, "detail": "It was asked.", "job": job}


@WORDS
def test_a_job_is_ended_with_a_reason(client: Client, plane: Any, job_document: Any, word: str) -> None:
    """The job object then knows what the answer told."""
    plane.answer("GET /jobs/j1", job_document())
    plane.answer(f"POST /jobs/j1/{word}", answer(job_document(status="FAILED"), asked=None))
    job = client.job("j1")
    ended = getattr(job, word)("wrong data")

    assert ({"reason": "wrong data"}, None, "It was asked.") == (plane.sent(), ended.asked, ended.detail)
    assert job.failed


@WORDS
def test_a_child_is_ended_alone(client: Client, plane: Any, job_document: Any, word: str) -> None:
    """By its index, and without a reason where none is given."""
    plane.answer("GET /jobs/j1/children/2", job_document("j1:2", **CHILD))
    plane.answer(f"POST /jobs/j1/children/2/{word}", answer(job_document("j1:2", **CHILD)))
    job = client.job("j1:2")
    ended = getattr(job, word)()

    assert ({}, "CancelJob", "j1:2") == (plane.sent(), ended.asked, job.job_id)


def test_an_answer_of_another_version_is_told(client: Client, plane: Any, job_document: Any) -> None:
    """Not taken for a job that was ended."""
    plane.answer("GET /jobs/j1", job_document())
    plane.answer("POST /jobs/j1/cancel", job_document())

    with pytest.raises(AnswerMalformed):
        client.job("j1").cancel()


@WORDS
def test_the_command_says_what_was_asked_for_each_job(
    plane: Any, run: Callable[..., Result], job_document: Any, word: str
) -> None:
    """One line a job, with its id."""
    for job_id in ("j1", "j2"):
        plane.answer(f"GET /jobs/{job_id}", job_document(job_id))
        plane.answer(f"POST /jobs/{job_id}/{word}", answer(job_document(job_id)))
    result = run(word, "j1", "j2", "--reason", "enough")

    assert (0, "j1: It was asked.\nj2: It was asked.\n") == (result.exit_code, result.stdout)
    assert {"reason": "enough"} == plane.sent()


def test_the_command_prints_json(plane: Any, run: Callable[..., Result], job_document: Any) -> None:
    """The answer as the plane sent it."""
    plane.answer("GET /jobs/j1", job_document())
    plane.answer("POST /jobs/j1/cancel", answer(job_document()))

    assert {"ended": [answer(job_document())], "refused": []} == json.loads(run("cancel", "j1", "--json").stdout)


def test_a_wrong_id_ends_no_other_job(plane: Any, run: Callable[..., Result], job_document: Any) -> None:
    """All are found before the first is asked to end."""
    plane.answer("GET /jobs/j1", job_document())
    plane.answer("GET /jobs/nope", httpx.Response(404, json={"status": 404, "detail": "There is no job nope."}))
    result = run("terminate", "j1", "nope")

    assert (4, "", ["GET /jobs/j1", "GET /jobs/nope"]) == (result.exit_code, result.stdout, plane.asked())


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        ((), "name jobs by their ids, or select them"),
        (("j1", "--dry-run"), "not both"),
        (("--older-than", "soon", "--dry-run"), "--until (--older-than) must be an age"),
    ],
)
def test_what_is_to_end_is_said_in_one_way(
    argv: tuple[str, ...], words: str, plane: Any, run: Callable[..., Result]
) -> None:
    """And nothing is asked of the plane."""
    result = run("cancel", *argv)

    assert (2, True, []) == (result.exit_code, words in " ".join(result.stderr.split()), plane.requests)


@WORDS
def test_one_that_is_refused_stops_no_other(
    plane: Any, run: Callable[..., Result], job_document: Any, problem: Any, word: str
) -> None:
    """Both are told of, and the exit code is not that of success."""
    for job_id in ("j1", "j2", "j3"):
        plane.answer(f"GET /jobs/{job_id}", job_document(job_id))
        plane.answer(f"POST /jobs/{job_id}/{word}", answer(job_document(job_id)))
    plane.answer(f"POST /jobs/j2/{word}", problem(422, "Batch refused."))
    result = run(word, "j1", "j2", "j3", "--json")
    told = json.loads(result.stdout)

    assert (2, ["j1", "j3"]) == (result.exit_code, [each["job"]["jobId"] for each in told["ended"]])
    assert [{"jobId": "j2", "status": 422, "detail": "Batch refused."}] == told["refused"]
