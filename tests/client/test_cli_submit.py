"""`batchplane submit`: from words on a command line to SubmitJob's document."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

Run = Callable[..., Result]


def test_submit_prints_the_id_and_nothing_else(plane: Any, run: Run, job_document: Any) -> None:
    """A shell can keep it: JOB=$(batchplane submit ...)."""
    plane.answer("POST /jobs", job_document())

    result = run("submit", "--", "echo", "-n", "hi")

    assert (result.exit_code, result.stdout, result.stderr) == (0, "j1\n", "")
    assert plane.sent()["containerOverrides"]["command"] == ["echo", "-n", "hi"]


def test_every_option_of_submit_has_its_place(plane: Any, run: Run, job_document: Any, tmp_path: Path) -> None:
    """The command line says all that SubmitJob's document needs."""
    (tmp_path / "f").write_bytes(b"hello")
    digest = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
    upload = {"key": "k", "url": "http://bucket.test/f", "method": "PUT", "headers": {"x-checksum": digest}}
    plane.answer("POST /uploads", upload)
    plane.answer("POST /jobs", job_document())

    words = "--name n --array-size 7 --job-queue q --job-definition d --env A=1 --env B=x=y --attempts 2 --timeout 60"
    words += " --parameter p=v"
    more = f"--vcpus 2 --memory 8GiB --depends-on jx --depends-on jy=N_TO_N --tag t=u --input in={tmp_path}/f"
    result = run("submit", *words.split(), *more.split(), "--idempotency-key", "k1", "--", "work")

    assert (result.exit_code, plane.requests[-1].headers["Idempotency-Key"]) == (0, "k1")
    assert plane.sent() == {
        "jobName": "n",
        "jobQueue": "q",
        "jobDefinition": "d",
        "arrayProperties": {"size": 7},
        "containerOverrides": {
            "command": ["work"],
            "environment": [{"name": "A", "value": "1"}, {"name": "B", "value": "x=y"}],
            "resourceRequirements": [{"type": "VCPU", "value": "2"}, {"type": "MEMORY", "value": "8192"}],
        },
        "retryStrategy": {"attempts": 2},
        "timeout": {"attemptDurationSeconds": 60},
        "dependsOn": [{"jobId": "jx"}, {"jobId": "jy", "type": "N_TO_N"}],
        "parameters": {"p": "v"},
        "tags": {"t": "u"},
        "inputs": {"in": "k"},
    }


def test_options_win_over_the_document_in_a_file(plane: Any, run: Run, job_document: Any, tmp_path: Path) -> None:
    """AWS's own --cli-input-json document is taken; what is said beside it counts more."""
    given = {"jobName": "filed", "jobQueue": "q", "timeout": {"attemptDurationSeconds": 60}, "tags": {"a": "1"}}
    (tmp_path / "job.json").write_text(json.dumps(given))
    plane.answer("POST /jobs", job_document())

    run("submit", "--cli-input-json", str(tmp_path / "job.json"), "--job-queue", "r", "--tag", "b=2")

    assert plane.sent() == given | {"jobQueue": "r", "tags": {"a": "1", "b": "2"}}


@pytest.mark.parametrize(
    ("content", "words"),
    [("{", "must be JSON"), ("[]", "must be a JSON object; it is a list"), (None, "can't be read")],
)
def test_a_file_that_is_no_document_is_named(content: str | None, words: str, run: Run, tmp_path: Path) -> None:
    """Nothing is submitted."""
    if content is not None:
        (tmp_path / "job.json").write_text(content)

    result = run("submit", "--cli-input-json", str(tmp_path / "job.json"), "--", "x")

    assert (result.exit_code in (1, 2), words in result.stderr) == (True, True)


def test_submit_and_wait_exits_as_the_job_did(plane: Any, run: Run, job_document: Any, finished: Any) -> None:
    """A script can branch on it; why is said on stderr."""
    plane.answer("POST /jobs", job_document())
    plane.answer("GET /jobs/j1", finished(3, statusReason="Essential container in task exited"))

    result = run("submit", "--wait", "--", "x")

    assert (result.exit_code, result.stdout) == (3, "j1\n")
    assert result.stderr == "j1 FAILED: Essential container in task exited\n"


def test_submit_and_wait_prints_one_json_document(plane: Any, run: Run, job_document: Any, finished: Any) -> None:
    """The job as it ended."""
    plane.answer("POST /jobs", job_document())
    plane.answer("GET /jobs/j1", finished())

    result = run("submit", "--wait", "--json", "--", "x")

    assert (result.exit_code, json.loads(result.stdout)["status"]) == (0, "SUCCEEDED")


@pytest.mark.parametrize("argv", [("--env", "A"), ("--tag", "=x"), ("--input", "f")])
def test_a_pair_that_is_none_is_a_usage_error(argv: tuple[str, str], plane: Any, run: Run) -> None:
    """It is explained before anything is sent."""
    result = run("submit", *argv, "--", "x")

    assert (result.exit_code, f"{argv[0]} must be NAME=VALUE; it is {argv[1]!r}" in result.stderr) == (2, True)
    assert plane.requests == []
