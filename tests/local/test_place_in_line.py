"""The line of the embedded Batch's queue, as the API tells of it."""

from __future__ import annotations

import os
from collections.abc import Iterator

import httpx
import pytest

from batchplane_local.process import PlaneProcess, started
from tests.local.planes import caller
from tests.waiting import wait_until


@pytest.fixture(scope="module")
def plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlaneProcess]:
    """A plane that runs."""
    with started(tmp_path_factory.mktemp("plane") / "data") as process:
        yield process


def submit(api: httpx.Client, status: str, **settings: object) -> str:
    """A job that reserves a whole processor, and sleeps; its id, once it is in this status."""
    body = {"jobName": "job", "command": ["sleep", "60"], **settings}
    job_id = str(api.post("/jobs", json=body).raise_for_status().json()["jobId"])
    wait_until(lambda: api.get(f"/jobs/{job_id}").json()["status"] == status, f"job {job_id} is {status}")
    return job_id


def test_what_waits_for_room_stands_in_line(plane: PlaneProcess) -> None:
    """Behind as many as run, and those that were there before."""
    with caller(plane) as api:
        vcpus = len(os.sched_getaffinity(0))  # all that there are: one job fills the machine
        running = submit(api, "RUNNING", vcpus=vcpus)
        waiting = [submit(api, "RUNNABLE", vcpus=vcpus) for _ in range(2)]
        places = [api.get(f"/jobs/{job_id}/place").json()["position"] for job_id in (running, *waiting)]
        queue = api.get("/queues/default").json()
        for job_id in (running, *waiting):
            api.post(f"/jobs/{job_id}/terminate", json={}).raise_for_status()

    assert places == [None, 1, 2]
    assert [each["jobId"] for each in queue["line"]] == waiting
    assert (queue["state"], queue["inLine"], queue["capacityUsage"]) == ("ENABLED", 2, {"VCPU": float(vcpus)})
