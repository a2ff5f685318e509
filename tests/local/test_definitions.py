"""The job definitions of the embedded Batch, as the API tells of them."""

from __future__ import annotations

from pathlib import Path

from batchplane_local.process import started
from tests.local.planes import caller


def test_the_definitions_of_a_new_plane_are_told(tmp_path: Path) -> None:
    """Of each what a job gets, and of several nodes how many."""
    with started(tmp_path / "data") as plane, caller(plane) as api:
        told = api.get("/definitions").raise_for_status().json()["definitions"]

    assert [(each["name"], each["type"], each["runner"], each["nodeProperties"]) for each in told] == [
        ("runner", "container", True, None),
        ("plain", "container", False, None),
        ("nodes", "multinode", False, {"numNodes": 2, "mainNode": 0, "targetNodes": ["0:"]}),
    ]
    assert {(each["status"], each["image"], *each["command"]) for each in told} == {("ACTIVE", "local", "true")}
