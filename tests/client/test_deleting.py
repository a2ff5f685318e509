"""Deleting jobs: `Job.delete` and `batchplane delete`."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from typer.testing import Result

from batchplane import ArgumentInvalid, Client, JobNotOver


def went(files: int, *, more: bool = False) -> dict[str, Any]:
    """What the plane answers."""
    return {"jobId": "j1", "objects": files, "more": more}


def test_a_job_is_deleted_in_as_many_requests_as_it_needs(client: Client, plane: Any, finished: Any) -> None:
    """And each is told of."""
    plane.answer("GET /jobs/j1", finished())
    plane.answer("DELETE /jobs/j1", went(15000, more=True), went(5))
    told: list[int] = []

    assert 15005 == client.job("j1").delete(progress=told.append)
    assert [15000, 15005] == told


def test_what_is_gone_is_gone(client: Client, plane: Any, finished: Any) -> None:
    """The answer to the deletion was lost, and the next request finds no job."""
    plane.answer("GET /jobs/j1", finished())
    gone = httpx.Response(404, json={"title": "No such job"})
    plane.answer("DELETE /jobs/j1", httpx.ReadError("cut"), gone)

    assert 0 == client.job("j1").delete()


def test_a_job_that_is_not_over_is_not_deleted(client: Client, plane: Any, job_document: Any) -> None:
    """The error says what to do."""
    plane.answer("GET /jobs/j1", job_document())
    problem = {"type": "urn:batchplane:problem:JobNotOver", "detail": "terminate it first"}
    plane.answer("DELETE /jobs/j1", httpx.Response(409, json=problem))

    with pytest.raises(JobNotOver, match="terminate it first"):
        client.job("j1").delete()


def test_a_child_is_not_deleted_alone(client: Client, plane: Any, job_document: Any) -> None:
    """Nothing is asked of the plane."""
    plane.answer("GET /jobs/j1/children/2", job_document(type="ArrayChild", arrayProperties={"index": 2}))

    with pytest.raises(ArgumentInvalid, match="is deleted with its job"):
        client.job("j1:2").delete()


def test_delete_says_what_went(plane: Any, run: Callable[..., Result], finished: Any) -> None:
    """A line for each job."""
    plane.answer("GET /jobs/j1", finished())
    plane.answer("DELETE /jobs/j1", went(3))

    assert "j1: deleted, with 3 files\n" == run("delete", "-y", "j1").stdout
    assert {"deleted": [{"jobId": "j1", "objects": 3}], "refused": []} == json.loads(
        run("delete", "--yes", "--json", "j1").stdout
    )


def test_what_is_refused_hides_nothing_that_went(
    plane: Any, run: Callable[..., Result], finished: Any, problem: Any
) -> None:
    """It stops no other; both are told of, and the exit code is not that of success."""
    kind = "urn:batchplane:problem:JobNotOver"
    for job_id in ("j1", "j2", "j3"):
        plane.answer(f"GET /jobs/{job_id}", finished(jobId=job_id))
        plane.answer(f"DELETE /jobs/{job_id}", went(3) | {"jobId": job_id})
    plane.answer("DELETE /jobs/j2", problem(409, "Terminate it first.", type=kind))
    told, shown = (run("delete", "-y", *json_option, "j1", "j2", "j3") for json_option in (["--json"], []))

    deleted = [{"jobId": job_id, "objects": 3} for job_id in ("j1", "j3")]
    refused = [{"jobId": "j2", "status": 409, "detail": "Terminate it first."}]
    assert (1, {"deleted": deleted, "refused": refused}) == (told.exit_code, json.loads(told.stdout))
    assert (1, "j1: deleted, with 3 files\nj3: deleted, with 3 files\n", "j2: not deleted: Terminate it first.\n") == (
        shown.exit_code,
        shown.stdout,
        shown.stderr,
    )


def test_what_went_is_told_where_the_plane_goes(plane: Any, run: Callable[..., Result], finished: Any) -> None:
    """What nobody answers ends the command, and hides nothing."""
    for job_id in ("j1", "j2"):
        plane.answer(f"GET /jobs/{job_id}", finished(jobId=job_id))
    plane.answer("DELETE /jobs/j1", went(3))
    plane.answer("DELETE /jobs/j2", httpx.ConnectError("refused"))
    result = run("delete", "-y", "--json", "j1", "j2")

    assert (5, [{"jobId": "j1", "objects": 3}]) == (result.exit_code, json.loads(result.stdout)["deleted"])


def test_of_several_jobs_none_is_deleted_where_one_is_unknown(
    plane: Any, run: Callable[..., Result], finished: Any
) -> None:
    """A slip of the fingers costs nothing, and that is said."""
    plane.answer("GET /jobs/j1", finished())

    result = run("delete", "--yes", "j1", "j2")

    assert (4, "No job was deleted, for one of them can't be found.") == (
        result.exit_code,
        result.stderr.split("\n")[0],
    )
    assert ["GET /jobs/j1", "GET /jobs/j2"] == plane.asked()


def test_nothing_is_deleted_where_nobody_can_be_asked(plane: Any, run: Callable[..., Result], finished: Any) -> None:
    """A script says --yes."""
    plane.answer("GET /jobs/j1", finished())
    result = run("delete", "j1")

    assert (2, "batchplane: j1 (count) would be deleted, and nobody can be asked: say --yes\n") == (
        result.exit_code,
        result.stderr,
    )
