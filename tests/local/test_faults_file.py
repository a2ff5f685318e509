"""`batchplane local --faults FILE --calls-per-second N`: the whole plane over an embedded Batch that goes wrong."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from batchplane_local.process import PlaneProcess, started
from tests.local.planes import batchplane_local, caller, ended

#: Everything that a plane must bear: no event is dropped for good, for the sweep that heals that is slow.
FAULTS = {
    "seed": 1,
    "duplicateEvents": 0.3,
    "reorderEvents": 0.3,
    "delayEvents": 0.2,
    "delayMilliseconds": 300,
    "throttle": {"SubmitJob": 0.3},
    "failAfterAccepting": {"SubmitJob": 0.2},
    "cutAfterAccepting": {"SubmitJob": 0.2},
}
JOBS = 12


@pytest.fixture
def plane(tmp_path: Path) -> Iterator[PlaneProcess]:
    """A plane whose embedded Batch has faults."""
    file = tmp_path / "faults.json"
    file.write_text(json.dumps(FAULTS))
    with started(tmp_path / "data", vcpus=2, batch_port=0, faults=file, calls_per_second=50) as process:
        yield process


def test_every_job_runs_once_whatever_goes_wrong(plane: PlaneProcess, tmp_path: Path) -> None:
    """Calls that were accepted and failed are not made twice, and what events say comes out right."""
    journal = tmp_path / "journal"
    with caller(plane) as api:
        ids = []
        for number in range(JOBS):
            overrides = {"command": ["sh", "-c", f"echo {number} >> {journal}"]}
            document = {"jobName": "test", "jobDefinition": "plain", "containerOverrides": overrides}
            ids.append(str(api.post("/jobs", json=document).json()["jobId"]))
        statuses = [ended(api, job_id)["status"] for job_id in ids]
    assert statuses == ["SUCCEEDED"] * JOBS
    assert Counter(journal.read_text().split()) == Counter({str(number): 1 for number in range(JOBS)})


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"dropEvents": 2}', "dropEvents must be a probability from 0 to 1; it is 2."),
        ("[]", "Faults must be a JSON object; they are []."),
        ("{", "must hold a JSON object: "),
        (None, "can't be read (No such file or directory): name another with --faults."),
    ],
)
def test_a_file_without_faults_is_refused(tmp_path: Path, content: str | None, words: str) -> None:
    """The words name the file, the member, the bound and the value, and no plane is made."""
    file = tmp_path / "faults.json"
    if content is not None:
        file.write_text(content)
    done = batchplane_local("--data", str(tmp_path / "data"), "--faults", str(file))
    assert (done.returncode, str(file) in done.stderr, words in done.stderr) == (1, True, True), done.stderr
    assert not (tmp_path / "data").exists()


def test_a_limit_that_leaves_no_room_for_the_plane_is_refused(tmp_path: Path) -> None:
    """The command says the bound."""
    done = batchplane_local("--data", str(tmp_path / "data"), "--calls-per-second", "9")
    assert (done.returncode, "greater than or equal to 10" in done.stderr) == (2, True), done.stderr
