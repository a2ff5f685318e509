"""`batchplane local --retention` lets jobs go that ended long ago; without it they stay."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from batchplane_local.clock import epoch_milliseconds
from batchplane_local.data_folder import DataFolder
from batchplane_local.database import Database
from batchplane_local.process import started
from batchplane_local.queue import Queue
from batchplane_local.records import SqliteRecords
from controlplane.records.record import RecordKey
from tests.builders import bring, change, submission
from tests.local.planes import batchplane_local, caller

#: Two days, in milliseconds.
TWO_DAYS = 2 * 86_400_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a plane, for whose owner a job ended two days ago."""
    path = tmp_path_factory.mktemp("retention") / "data"
    with started(path) as plane:
        owner = plane.credentials.owner
    ended_at = epoch_milliseconds() - TWO_DAYS
    asked = submission(owner=owner, now=ended_at - 1000)
    news = change("SUCCEEDED", name=asked.batch_job_name, createdAt=ended_at - 1000, stoppedAt=ended_at)
    with closing(Database(DataFolder(path).database)) as database:
        records = SqliteRecords(database, changes=Queue(database, "record_changes", clock=epoch_milliseconds))
        records.create(asked)
        bring(records, RecordKey(job_id=asked.job_id), news, ours=True)
    return path


def jobs_shown(folder: Path, *, retention: int | None) -> int:
    """How many jobs the plane's owner is shown."""
    with started(folder, retention=retention) as plane, caller(plane) as api:
        return len(api.get("/jobs").json()["jobs"])


def test_a_job_is_there_for_as_many_days_as_was_said(folder: Path) -> None:
    """For good, where nothing was said; what ended before that counts too."""
    found = [jobs_shown(folder, retention=retention) for retention in (None, 3, 1)]

    assert [1, 1, 0] == found


@pytest.mark.parametrize(
    ("days", "bound"), [("-1", "greater than or equal to 0"), ("3651", "less than or equal to 3650")]
)
def test_days_out_of_bounds_are_refused(folder: Path, days: str, bound: str) -> None:
    """With the option's name and what it takes."""
    refused = batchplane_local("--data", str(folder), "--retention", days)

    assert (2, True, True) == (refused.returncode, "--retention" in refused.stderr, bound in refused.stderr)
