"""What the command line of the embedded plane says of who may: more operators, and reading open to everybody."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from batchplane_local.process import PlaneProcess, started
from tests.local.planes import batchplane_local, caller


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the plane is."""
    return tmp_path / "plane"


@pytest.fixture
def plane(folder: Path) -> Iterator[PlaneProcess]:
    """A plane that bob looks after too, and whose jobs everybody may read."""
    with started(folder, more=["--operator", "bob", "--open-reading"]) as process:
        yield process


def test_operators_are_named_and_reading_is_opened(plane: PlaneProcess, folder: Path) -> None:
    """Bob ends a job that he did not submit; Eve reads it, and touches nothing."""
    with caller(plane) as owner:
        job_id = owner.post("/jobs", json={"jobName": "held", "command": ["sleep", "600"]}).json()["jobId"]
    answers = []
    for name in ("eve", "bob"):
        with caller(plane, batchplane_local("token", name, "--data", str(folder)).stdout.strip()) as api:
            asked = [api.get(f"/jobs/{job_id}"), api.get("/dead-letters")]
            answers.append([each.status_code for each in [*asked, api.post(f"/jobs/{job_id}/terminate", json={})]])

    assert [[200, 403, 404], [200, 200, 200]] == answers
