"""A plane that is told to have a fair-share queue has one beside the default, and the same one in its next life."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from batchplane_local.process import PlaneProcess, started
from tests.local.planes import caller, ended

SHARED = {"jobName": "shared", "jobQueue": "shared", "command": ["true"]}
SHARE = {"shareIdentifier": "lab", "schedulingPriorityOverride": 5}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the plane is."""
    return tmp_path_factory.mktemp("fair") / "plane"


@pytest.fixture(scope="module")
def plane(folder: Path) -> Iterator[PlaneProcess]:
    """The plane, in its second life."""
    with started(folder, more=["--fair-share"]):
        pass
    with started(folder, more=["--fair-share"]) as process:
        yield process


@pytest.fixture
def api(plane: PlaneProcess) -> Iterator[httpx.Client]:
    """Its owner's client."""
    with caller(plane) as client:
        yield client


def test_a_job_of_a_share_runs(api: httpx.Client) -> None:
    """It says its share and its priority."""
    document = ended(api, api.post("/jobs", json=SHARED | SHARE).json()["jobId"])

    assert ("SUCCEEDED", "shared") == (document["status"], document["jobQueue"])
    assert SHARE == {name: document[name] for name in SHARE}


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (SHARED, ["shareIdentifier", "schedulingPriorityOverride"]),
        (SHARED | SHARE | {"jobQueue": "default"}, ["shareIdentifier"]),
    ],
)
def test_a_share_is_named_there_and_nowhere_else(api: httpx.Client, body: dict[str, Any], fields: list[str]) -> None:
    """Before anything is kept."""
    answer = api.post("/jobs", json=body)

    assert (400, fields) == (answer.status_code, [each["field"] for each in answer.json()["errors"]])


def test_the_queue_is_made_once(api: httpx.Client) -> None:
    """And says that shares divide it."""
    queues = api.get("/queues").json()["queues"]

    assert [("default", False), ("shared", True)] == [(each["name"], each["fairShare"]) for each in queues]
