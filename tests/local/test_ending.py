"""Jobs that really run are ended on request, by the embedded plane as it is deployed."""

from __future__ import annotations

import httpx
import pytest

from tests.local.planes import ended
from tests.waiting import wait_until


def submit(api: httpx.Client, **more: object) -> str:
    """A job that would run for a minute."""
    body = {"jobName": "sleeper", "containerOverrides": {"command": ["sleep", "60"]}, **more}
    answer = api.post("/jobs", json=body)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["jobId"])


def reached(api: httpx.Client, path: str, status: str) -> None:
    """Wait until what lies there is in this status."""
    wait_until(lambda: api.get(path).json().get("status") == status, f"{path} is {status}")


@pytest.mark.parametrize("word", ["cancel", "terminate"])
def test_a_running_job_is_ended(api: httpx.Client, word: str) -> None:
    """Its status reason says who asked, and why."""
    job_id = submit(api)
    reached(api, f"/jobs/{job_id}", "RUNNING")
    answer = api.post(f"/jobs/{job_id}/{word}", json={"reason": "enough"}).json()
    job = ended(api, job_id)

    assert ("TerminateJob", "FAILED", True) == (answer["asked"], job["status"], job["isTerminated"])
    assert job["statusReason"].endswith(f"ed by {job['owner']}: enough")


def test_an_array_is_ended_with_its_children(api: httpx.Client) -> None:
    """Those that run, and those that wait."""
    job_id = submit(api, arrayProperties={"size": 4})
    reached(api, f"/jobs/{job_id}/children/0", "RUNNING")
    api.post(f"/jobs/{job_id}/cancel", json={}).raise_for_status()
    ended(api, job_id)
    for index in range(4):
        reached(api, f"/jobs/{job_id}/children/{index}", "FAILED")


def test_one_child_is_ended_and_the_others_run_on(api: httpx.Client) -> None:
    """Until they are ended too."""
    job_id = submit(api, arrayProperties={"size": 2})
    reached(api, f"/jobs/{job_id}/children/0", "RUNNING")
    api.post(f"/jobs/{job_id}/children/0/terminate", json={}).raise_for_status()
    reached(api, f"/jobs/{job_id}/children/0", "FAILED")
    other = api.get(f"/jobs/{job_id}/children/1").json()["status"]
    api.post(f"/jobs/{job_id}/terminate", json={}).raise_for_status()

    assert other in ("RUNNABLE", "STARTING", "RUNNING")
    assert ended(api, job_id)["status"] == "FAILED"
