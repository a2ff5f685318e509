"""`batchplane local --quota-jobs` and its like hold each owner to them; without them nothing is counted."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from batchplane_local.data_folder import DataFolder
from batchplane_local.database import Database
from batchplane_local.process import started
from tests.local.planes import batchplane_local, caller


def test_quotas_are_options_of_the_command(tmp_path: Path) -> None:
    """What waits for ever fills them; another start without them takes all again."""
    waiting = {"jobName": "waits", "command": ["sleep", "60"], "vcpus": 1}
    statuses = []
    quotas = ["--quota-jobs", "3", "--quota-vcpus", "2", "--quota-submissions-per-minute", "9"]
    for more in (quotas, []):
        with started(tmp_path / "data", more=more) as plane, caller(plane) as api:
            statuses += [api.post("/jobs", json=waiting).status_code for _ in range(3)]

    assert [202, 202, 429, 202, 202, 202] == statuses


def test_the_index_of_quotas_goes_with_them(tmp_path: Path) -> None:
    """No job pays for what nobody asks."""
    found = []
    for more in (["--quota-jobs", "3"], []):
        with started(tmp_path / "data", more=more):
            pass
        with closing(Database(DataFolder(tmp_path / "data").database)) as database:
            found.append(len(database.read("SELECT 1 FROM sqlite_master WHERE name = 'jobs_in_flight'")))

    assert [1, 0] == found


def test_a_quota_below_nothing_is_refused(tmp_path: Path) -> None:
    """With the option's name."""
    refused = batchplane_local("--data", str(tmp_path / "data"), "--quota-vcpus", "-1")

    assert (2, True) == (refused.returncode, "--quota-vcpus" in refused.stderr)
