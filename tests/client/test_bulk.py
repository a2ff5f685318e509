"""Many submissions: how they are cut into requests, what is sent again, and what the command line makes of them."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from batchplane import AnswerMalformed, Client, Job, PlaneUnavailable, RequestInvalid
from batchplane.cli import app
from batchplane.cli._terminal import Terminal

Run = Callable[..., Result]


def accepted(*jobs: Mapping[str, Any]) -> dict[str, Any]:
    """An answer in which each is a new job."""
    return {"submissions": [{"status": 202, "job": job} for job in jobs]}


def refused(status: int, **members: Any) -> dict[str, Any]:
    """The answer to one that is not taken."""
    return {"status": status, "problem": {"type": "x", "title": "No", "status": status, "detail": "no.", **members}}


def test_a_hundred_go_in_one_request(client: Client, plane: Any, job_document: Any) -> None:
    """And the next in another; each key ends in the place, whichever request it goes in."""
    plane.answer("POST /jobs/bulk", accepted(*[job_document("j1")] * 100), accepted(job_document("j2")))
    told: list[int] = []

    jobs = client.submit_all(
        ({"jobName": f"n{number}"} for number in range(101)),
        idempotency_key="monday",
        progress=lambda came_to: told.append(len(came_to)),
    )

    keys = [each["idempotencyKey"] for at in range(2) for each in plane.sent(at)["submissions"]]
    assert [f"monday:{place}" for place in range(101)] == keys
    assert ([100, 1], ["j1", "j2"]) == (told, [job.job_id for job in jobs[99:] if isinstance(job, Job)])


def test_a_request_does_not_grow_without_end(client: Client, plane: Any, job_document: Any) -> None:
    """Large documents go fewer at a time."""
    plane.answer("POST /jobs/bulk", accepted(job_document()))

    client.submit_all([{"jobName": "x", "parameters": {"a": "b" * 1_500_000}}] * 2)

    assert [1, 1] == [len(plane.sent(at)["submissions"]) for at in range(2)]


def test_only_what_was_told_not_now_is_sent_again(client: Client, plane: Any, job_document: Any, time: Any) -> None:
    """Under its own key, after as long as the plane asks; what is wrong is not."""
    first = [accepted(job_document("j0"))["submissions"][0], refused(503), refused(400), refused(429, retryAfter=7)]
    plane.answer("POST /jobs/bulk", {"submissions": first}, accepted(job_document("j1"), job_document("j3")))

    outcomes = client.submit_all([{"jobName": str(number)} for number in range(4)])

    assert ["1", "3"] == [each["job"]["jobName"] for each in plane.sent()["submissions"]]
    assert [Job, Job, RequestInvalid, Job] == list(map(type, outcomes))
    assert [7.0] == time.slept


def test_what_is_never_taken_is_told_at_last(client: Client, plane: Any, time: Any) -> None:
    """After as many requests as any other has."""
    plane.answer("POST /jobs/bulk", {"submissions": [refused(429)]})

    (outcome,) = client.submit_all([{"jobName": "x"}])

    assert (PlaneUnavailable, 5, 4) == (type(outcome), len(plane.requests), len(time.slept))


def test_an_answer_of_too_few_is_malformed(client: Client, plane: Any) -> None:
    """Nobody could say which is which."""
    plane.answer("POST /jobs/bulk", {"submissions": []})

    with pytest.raises(AnswerMalformed):
        client.submit_all([{"jobName": "x"}])


def test_many_are_submitted_from_a_file(plane: Any, run: Run, job_document: Any, tmp_path: Path) -> None:
    """A document a line; what is said beside it is said of each."""
    (tmp_path / "jobs").write_text('{"jobName": "a", "tags": {"n": "1"}}\n\n{"command": ["/bin/echo", "hi"]}\n')
    plane.answer("POST /jobs/bulk", accepted(job_document("j1"), job_document("j2")))

    result = run("submit", "--from", str(tmp_path / "jobs"), "--tag", "t=u", "--idempotency-key", "k")

    assert (result.exit_code, result.stdout, result.stderr) == (0, "j1\nj2\n", "")
    assert plane.sent()["submissions"] == [
        {"idempotencyKey": "k:0", "job": {"jobName": "a", "tags": {"n": "1", "t": "u"}}},
        {"idempotencyKey": "k:1", "job": {"jobName": "echo", "command": ["/bin/echo", "hi"], "tags": {"t": "u"}}},
    ]


def test_standard_input_is_a_file_too(client: Client, plane: Any, job_document: Any) -> None:
    """A pipe makes many jobs."""
    plane.answer("POST /jobs/bulk", accepted(job_document("j1")))
    terminal = Terminal(connect=lambda: client)

    result = CliRunner().invoke(app, ["submit", "--from", "-"], input='{"jobName": "a"}\n', obj=terminal)

    assert (result.exit_code, result.stdout) == (0, "j1\n")


def test_what_is_refused_is_named(plane: Any, run: Run, job_document: Any, tmp_path: Path) -> None:
    """By its number; the others' ids are printed, and the exit code tells."""
    (tmp_path / "jobs").write_text('{"jobName": "a"}\n{"jobName": "b"}\n')
    answers = [*accepted(job_document("j1"))["submissions"], refused(400)]
    plane.answer("POST /jobs/bulk", {"submissions": answers})

    result = run("submit", "--from", str(tmp_path / "jobs"))
    document = json.loads(run("submit", "--from", str(tmp_path / "jobs"), "--json").stdout)

    assert (result.exit_code, result.stdout) == (2, "j1\n")
    assert result.stderr == "submission 2: no.\n1 of 2 were refused.\n"
    assert [{"job": job_document("j1")}, {"refused": {"status": 400, "detail": "no."}}] == document["submissions"]


def test_many_are_waited_for(plane: Any, run: Run, job_document: Any, finished: Any, tmp_path: Path) -> None:
    """The exit code is the worst of them."""
    (tmp_path / "jobs").write_text('{"jobName": "a"}\n{"jobName": "b"}\n')
    plane.answer("POST /jobs/bulk", accepted(job_document("j1"), job_document("j2")))
    plane.answer("GET /jobs/j1", finished(0))
    plane.answer("GET /jobs/j2", finished(3, jobId="j2"))

    assert 3 == run("submit", "--from", str(tmp_path / "jobs"), "--wait").exit_code


@pytest.mark.parametrize(
    ("line", "words"), [("{x", "quotes at line 2, column 2"), ("7", "line 2 must be a JSON object")]
)
def test_a_line_that_is_no_document_is_named(line: str, words: str, plane: Any, run: Run, tmp_path: Path) -> None:
    """Before anything is submitted."""
    (tmp_path / "jobs").write_text(f'{{"jobName": "a"}}\n{line}\n')

    result = run("submit", "--from", str(tmp_path / "jobs"))

    assert (2, True, []) == (result.exit_code, words in result.stderr, plane.requests)


def test_an_empty_file_is_no_mistake(plane: Any, run: Run, tmp_path: Path) -> None:
    """What a pipe makes may be nothing; it is said."""
    (tmp_path / "jobs").write_text("\n")
    result = run("submit", "--from", str(tmp_path / "jobs"))

    assert (0, "", True, []) == (result.exit_code, result.stdout, "nothing to submit" in result.stderr, plane.requests)


def test_a_file_is_uploaded_for_one_job_alone(plane: Any, run: Run, tmp_path: Path) -> None:
    """--input says nothing of many."""
    (tmp_path / "jobs").write_text("{}\n")

    result = run("submit", "--from", str(tmp_path / "jobs"), "--input", f"a={tmp_path}/jobs")

    assert (2, []) == (result.exit_code, plane.requests)
