"""Job definitions that are registered on one machine, from the command's options to a job that ran."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from batchplane_local.process import started
from tests.local.planes import batchplane_local, caller, ended

SUMS = {
    "jobDefinitionName": "sums",
    "containerProperties": {
        "image": "lab/sums:1",
        "command": ["sh", "-c", "echo $GREETING Ref::name; expr Ref::left + 1"],
        "environment": [{"name": "GREETING", "value": "hello"}],
    },
    "parameters": {"left": "1", "name": "nobody"},
}
#: Who may register which images.
OPTIONS = ("--definition-image", "lab/*", "--open-definitions")


def test_a_registered_definition_runs(tmp_path: Path) -> None:
    """With its command, environment and parameters; its log is found, also once it is deregistered and restarted."""
    with started(tmp_path / "data", more=OPTIONS) as plane, caller(plane) as api:
        made = api.post("/definitions", json=SUMS).raise_for_status().json()
        job = {"jobName": "sum", "jobDefinition": "sums", "parameters": {"left": "41"}}
        done = ended(api, api.post("/jobs", json=job).raise_for_status().json()["jobId"])
    with started(tmp_path / "data", more=OPTIONS) as plane, caller(plane) as api:
        gone = api.delete("/definitions/sums").raise_for_status().json()
        log = api.get(f"/jobs/{done['jobId']}/log").raise_for_status().json()
        refused = api.post("/jobs", json=job)

    assert ("SUCCEEDED", "sums:1", "local") == (
        done["status"],
        done["jobDefinition"],
        made["jobDefinitionArn"].rpartition("/")[2].partition("-")[0],
    )
    assert ["hello nobody", "42"] == [each["message"] for each in log["lines"]]
    assert ([made["jobDefinitionArn"]], 400) == (gone["deregistered"], refused.status_code)


def test_one_that_carries_the_runner_leaves_outputs(tmp_path: Path) -> None:
    """The embedded Batch knows it by its tag."""
    command = ["sh", "-c", "echo hi > $BATCHPLANE_OUTPUTS/greeting"]
    document: dict[str, Any] = SUMS | {"runner": True, "parameters": {}}
    document["containerProperties"] = {"image": "lab/sums:1", "command": command}
    with started(tmp_path / "data", more=OPTIONS) as plane, caller(plane) as api:
        api.post("/definitions", json=document).raise_for_status()
        job = {"jobName": "greet", "jobDefinition": "sums"}
        done = ended(api, api.post("/jobs", json=job).raise_for_status().json()["jobId"])
        outputs = api.get(f"/jobs/{done['jobId']}/outputs").raise_for_status().json()

    assert ("SUCCEEDED", ["greeting"]) == (done["status"], [each["name"] for each in outputs["outputs"]])


def test_only_operators_register_unless_it_is_open_to_all(tmp_path: Path) -> None:
    """And nobody does without images."""
    token = None
    answers = []
    for more in ((), OPTIONS[:2], OPTIONS):
        with started(tmp_path / "data", more=more) as plane:
            token = token or batchplane_local("token", "bob", "--data", str(tmp_path / "data")).stdout.strip()
            with caller(plane, token) as bob, caller(plane) as operator:
                answers.append([each.post("/definitions", json=SUMS).status_code for each in (operator, bob)])

    assert [[403, 403], [201, 403], [201, 400]] == answers  # the name is the operator's
