"""What failed really runs again, by the embedded plane as it is deployed, and knows its own index."""

from __future__ import annotations

import httpx
import pytest

from tests.local.planes import ended

#: Writes which child of how many it is; those with an odd index fail.
COMMAND = ["sh", "-c", "echo $AWS_BATCH_JOB_ARRAY_INDEX > outputs/index; exit $((AWS_BATCH_JOB_ARRAY_INDEX % 2))"]


def left(api: httpx.Client, job_id: str) -> dict[str, bytes]:
    """What a job has left in the IOBucket."""
    outputs = api.get(f"/jobs/{job_id}/outputs").json()["outputs"]
    return {each["name"]: httpx.get(each["url"]).content for each in outputs}


@pytest.mark.parametrize(("size", "expected"), [(4, {"1/index": b"1\n", "3/index": b"3\n"}), (2, {"1/index": b"1\n"})])
def test_children_run_again_under_their_original_indices(
    api: httpx.Client, size: int, expected: dict[str, bytes]
) -> None:
    """Their commands and their outputs know no other; one alone runs as a single job."""
    body = {"jobName": "odd", "command": COMMAND, "arrayProperties": {"size": size}}
    first = api.post("/jobs", json=body).json()["jobId"]
    ended(api, first)
    again = api.post(f"/jobs/{first}/rerun", json={})
    job = ended(api, again.json()["jobId"])

    assert (202, "FAILED", first) == (again.status_code, job["status"], job["rerunOf"])
    assert expected == left(api, job["jobId"])
