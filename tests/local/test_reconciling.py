"""The sweep over the embedded Batch: jobs that have run here and whose every event is still on its way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from batchplane_local.data_folder import DataFolder
from batchplane_local.database import Database
from batchplane_local.environment import IMAGE, RESOURCES
from batchplane_local.functions.events import schedule_event
from batchplane_local.plane import EngineSettings, LocalPlane, opened
from controlplane.job import parent_and_index
from controlplane.records.job_filter import JobFilter
from controlplane.records.record import RecordKey
from controlplane.submissions.draft import Draft
from controlplane.submissions.submission import plan
from lambdas.reconcile_jobs.handler import build
from lambdas.submit_job.handler import submitter
from tests.local.clocks import Clock
from tests.waiting import wait_until

#: Six minutes: longer than a record may be quiet.
QUIET = 6 * 60_000


@pytest.fixture
def plane(tmp_path: Path, clock: Clock) -> Iterator[LocalPlane]:
    """A plane whose functions nobody feeds."""
    folder = DataFolder(tmp_path)
    folder.prepare()
    engine = EngineSettings(vcpus=4)
    with (
        folder.locked(),
        closing(Database(folder.database)) as database,
        opened(folder, database, url="http://127.0.0.1:1", engine=engine, clock=clock) as plane,
    ):
        yield plane


def submit(plane: LocalPlane, script: str, **request: Any) -> str:
    """Submit a job to Batch itself; Batch's id."""
    command = {"containerOverrides": {"command": ["sh", "-c", script]}} if script else {}
    job = {"jobName": "theirs", "jobQueue": "default", "jobDefinition": "plain"} | command | request
    return str(plane.embedded_batch.submit_job(**job)["jobId"])


def submit_gang(plane: LocalPlane) -> str:
    """Submit a multi-node parallel job."""
    container = {"image": IMAGE, "command": ["true"], "resourceRequirements": RESOURCES}
    nodes = {"numNodes": 2, "mainNode": 0, "nodeRangeProperties": [{"targetNodes": "0:1", "container": container}]}
    plane.embedded_batch.register_job_definition(jobDefinitionName="gang", type="multinode", nodeProperties=nodes)
    return submit(plane, "", jobDefinition="gang")


def submit_ours(plane: LocalPlane) -> str:
    """Submit a job through the plane; Batch's id."""
    draft = Draft.read({"jobName": "ours", "jobDefinition": "plain"})
    submission = plan(draft, owner="ada", idempotency_key="given:k", deployment=plane.deployment, now=plane.clock())
    plane.records.create(submission)
    submitter(plane).submit(submission.job_id)
    record = plane.records.get(RecordKey(job_id=submission.job_id))
    assert record is not None
    return str(record.batch_job_id)


def truth(plane: LocalPlane, job_ids: list[str]) -> dict[str, tuple[str, int | None]]:
    """Status and last exit code of each job, as Batch tells them; of a multi-node job only its attempts have one."""
    described = plane.embedded_batch.describe_jobs(jobs=job_ids)["jobs"]
    last = {job["jobId"]: (job["attempts"] or [{}])[-1].get("container", {}) for job in described}
    return {job["jobId"]: (job["status"], last[job["jobId"]].get("exitCode")) for job in described}


def recorded(plane: LocalPlane, job_ids: list[str], *, ours: str) -> dict[str, tuple[str, int | None]]:
    """The same, as the records tell them; the plane knows its own job by another id."""
    told = {}
    for job_id in job_ids:
        parent, index = parent_and_index(job_id)
        record = plane.records.get(RecordKey(job_id=ours if job_id == job_ids[0] else parent, index=index))
        assert record is not None, job_id
        told[job_id] = (record.status.value, record.exit_code)
    return told


def test_jobs_that_no_event_told_of_come_to_batchs_truth(plane: LocalPlane, clock: Clock) -> None:
    """One of ours, others', an array and a multi-node job with their children and nodes: two runs, a dozen calls."""
    ours, array = submit_ours(plane), submit(plane, "exit $AWS_BATCH_JOB_ARRAY_INDEX", arrayProperties={"size": 3})
    gang, other = submit_gang(plane), submit(plane, "exit 3")
    parts = [*(f"{array}:{index}" for index in range(3)), *(f"{gang}#{index}" for index in range(2))]
    jobs = [ours, array, gang, other, *parts]
    wait_until(lambda: {status for status, _ in truth(plane, jobs).values()} <= {"SUCCEEDED", "FAILED"}, "all end")

    reconcile = build(plane)
    tallies = []
    for _ in range(2):
        clock.now += QUIET
        tallies.append(reconcile(schedule_event(clock.now), SimpleNamespace()))

    assert () == plane.records.list_open(limit=10).records
    (record,) = plane.records.list_jobs(JobFilter(owner="ada"), limit=2).records
    assert truth(plane, jobs) == recorded(plane, jobs, ours=record.key.job_id)
    assert (3, 6, 0) == (tallies[0]["found"], tallies[0]["healed"] + tallies[1]["healed"], tallies[1]["failed"])
    assert sum(tally["calls"] for tally in tallies) <= 12
