"""Running jobs again: `Job.rerun`, and the command of that name."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from typer.testing import Result

from batchplane import Client, JobNotOver, NothingFailed, SubmissionConflict

AGAIN = {"rerunOf": "j1", "type": "Single", "originalIndex": 7}


@pytest.mark.parametrize("everything", [False, True])
def test_a_job_runs_again(client: Client, plane: Any, job_document: Any, everything: bool) -> None:
    """As another job object, which knows what it runs again."""
    plane.answer("GET /jobs/j1", job_document())
    plane.answer("POST /jobs/j1/rerun", job_document("j2", **AGAIN))
    again = client.job("j1").rerun(everything=everything, idempotency_key="k")

    assert ({"all": everything}, "k") == (plane.sent(), plane.requests[-1].headers["Idempotency-Key"])
    assert ("j2", "j1", 7) == (again.job_id, again.rerun_of, again.original_index)


def test_a_child_runs_again_alone(client: Client, plane: Any, job_document: Any) -> None:
    """By its index."""
    plane.answer("GET /jobs/j1/children/2", job_document("j1:2", type="ArrayChild", arrayProperties={"index": 2}))
    plane.answer("POST /jobs/j1/children/2/rerun", job_document("j2", **AGAIN))

    assert "j2" == client.job("j1:2").rerun().job_id


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("JobNotOver", JobNotOver), ("NothingFailed", NothingFailed), ("SubmissionConflict", SubmissionConflict)],
)
def test_what_can_not_be_run_again_is_told_apart(
    client: Client, plane: Any, job_document: Any, kind: str, expected: type[Exception]
) -> None:
    """All three are answered with 409."""
    problem = {"type": f"urn:batchplane:problem:{kind}", "status": 409, "detail": "why"}
    plane.answer("GET /jobs/j1", job_document())
    plane.answer("POST /jobs/j1/rerun", httpx.Response(409, json=problem))

    with pytest.raises(expected, match="why"):
        client.job("j1").rerun()


def test_the_command_prints_the_new_jobs_id(plane: Any, run: Callable[..., Result], job_document: Any) -> None:
    """And asks for all children where that is said."""
    plane.answer("GET /jobs/j1", job_document())
    plane.answer("POST /jobs/j1/rerun", job_document("j2", **AGAIN))
    result = run("rerun", "j1", "--all")

    assert (0, "j2\n", {"all": True}) == (result.exit_code, result.stdout, plane.sent())


def test_the_command_waits_for_the_new_job(plane: Any, run: Callable[..., Result], job_document: Any) -> None:
    """And exits as it ends."""
    plane.answer("GET /jobs/j1", job_document())
    plane.answer("POST /jobs/j1/rerun", job_document("j2", **AGAIN))
    plane.answer("GET /jobs/j2", job_document("j2", **AGAIN, status="FAILED"))

    result = run("rerun", "j1", "--wait")

    assert (3, "j2\n", "j2 FAILED\n") == (result.exit_code, result.stdout, result.stderr)
