"""Kill -9 at any moment and start again: nothing that was accepted is lost, and nothing is submitted twice."""

from __future__ import annotations

import random
import threading
import time
from contextlib import closing
from pathlib import Path

import httpx

from batchplane_local.clock import epoch_milliseconds
from batchplane_local.database import Database
from batchplane_local.process import PlaneProcess, started
from batchplane_local.queue import Queue
from batchplane_local.records import SqliteRecords
from controlplane.job import NOBODY, Status
from controlplane.records.job_filter import JobFilter
from controlplane.records.record import RecordKey
from tests.local.planes import ended
from tests.waiting import PATIENCE_SECONDS

KILLS = 4
#: How long a plane lives between its start and its death, at most, in seconds.
LIFE_SECONDS = 0.5
#: So often a job may lose its host.
ATTEMPTS = 10


def submit_until_dead(plane: PlaneProcess, accepted: list[str]) -> None:
    """Submit jobs as fast as the plane takes them, until it is gone."""
    headers = {"Authorization": f"Bearer {plane.credentials.token}"}
    body = {
        "jobName": "survivor",
        "jobDefinition": "plain",
        "containerOverrides": {"command": ["true"]},
        "retryStrategy": {"attempts": ATTEMPTS},
    }
    with httpx.Client(base_url=plane.credentials.url, headers=headers, timeout=PATIENCE_SECONDS) as api:
        while plane.process.poll() is None:
            try:
                answer = api.post("/jobs", json=body)
            except httpx.TransportError:
                return
            if answer.status_code == 202:
                accepted.append(answer.json()["jobId"])


def live_and_die(folder: Path, accepted: list[str], seconds: float) -> None:
    """Start the plane, submit to it, and kill it after so long, whatever it is at."""
    with started(folder) as plane:
        submitting = threading.Thread(target=submit_until_dead, args=(plane, accepted))
        submitting.start()
        time.sleep(seconds)
        plane.kill()
        submitting.join(PATIENCE_SECONDS)


def wait_until_all_ended(plane: PlaneProcess, job_ids: list[str]) -> None:
    """Wait for each job to reach its end."""
    headers = {"Authorization": f"Bearer {plane.credentials.token}"}
    with httpx.Client(base_url=plane.credentials.url, headers=headers, timeout=PATIENCE_SECONDS) as api:
        for job_id in job_ids:
            ended(api, job_id)


def test_nothing_accepted_is_lost_or_doubled_by_a_kill(tmp_path: Path) -> None:
    """Over several deaths at moments that nobody chose: each accepted job succeeds, as one Batch job."""
    accepted: list[str] = []
    moments = random.Random(2)  # noqa: S311 - moments, not secrets
    for _ in range(KILLS):
        live_and_die(tmp_path, accepted, moments.uniform(0, LIFE_SECONDS))
    with started(tmp_path) as plane:
        wait_until_all_ended(plane, accepted)

    with closing(Database(tmp_path / "plane.sqlite")) as database:
        changes = Queue(database, "record_changes", clock=epoch_milliseconds)
        records = SqliteRecords(database, changes=changes)
        ends = [records.get(RecordKey(job_id=job_id)) for job_id in accepted]
        doubles = records.list_jobs(JobFilter(owner=NOBODY), limit=10).records

    assert len(accepted) > KILLS
    assert {Status.SUCCEEDED} == {record.status for record in ends if record}
    assert (len(accepted), ()) == (len({record.batch_job_id for record in ends if record}), doubles)
