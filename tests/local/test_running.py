"""The whole plane, as a process of its own, through its real door."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from batchplane_local.gateway.application import MAX_BODY_BYTES
from batchplane_local.process import NotStarted, PlaneProcess, started
from tests.local.planes import batchplane_local, caller, ended
from tests.waiting import wait_until


def submit(api: httpx.Client, *command: str, **document: Any) -> str:
    """Submit a command; return the job's id."""
    body = {"jobName": "test", "containerOverrides": {"command": list(command)}, **document}
    answer = api.post("/jobs", json=body)
    assert 202 == answer.status_code, answer.text
    return str(answer.json()["jobId"])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of the plane that the tests of this module share; not made yet."""
    return tmp_path_factory.mktemp("plane") / "data"


@pytest.fixture(scope="module")
def plane(folder: Path) -> Iterator[PlaneProcess]:
    """A plane that runs, with room for two nodes."""
    with started(folder, vcpus=2) as process:
        yield process


@pytest.fixture(scope="module")
def api(plane: PlaneProcess) -> Iterator[httpx.Client]:
    """The first owner's client."""
    with caller(plane) as client:
        yield client


def test_a_first_start_closes_its_folder_to_others(plane: PlaneProcess, folder: Path) -> None:
    """The folder and the token are this user's alone."""
    modes = [path.stat().st_mode & 0o777 for path in (folder, folder / "plane.json")]

    assert [0o700, 0o600] == modes


def test_the_plane_answers_without_a_token_only_that_it_lives(plane: PlaneProcess) -> None:
    """Everything else asks for one."""
    with httpx.Client(base_url=plane.credentials.url) as nobody:
        assert [200, 401] == [nobody.get(path).status_code for path in ("/health", "/jobs")]


def test_the_owner_of_the_planes_own_token_is_its_operator(
    plane: PlaneProcess, folder: Path, api: httpx.Client
) -> None:
    """Nobody else is, whoever they say they are."""
    token = batchplane_local("token", "ada", "--data", str(folder)).stdout.strip()
    with caller(plane, token) as ada:
        answers = [each.get("/dead-letters") for each in (api, ada)]

    assert [200, 403] == [each.status_code for each in answers]
    assert {"deadLetters": [], "more": False} == answers[0].json()


def test_a_job_runs_from_submission_to_its_outputs(api: httpx.Client) -> None:
    """Input and output go through the IOBucket, the log through Batch's own stream."""
    content = b"Jack and Jill"
    announced = {"name": "rhyme.txt", "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    upload = api.post("/uploads", json=announced).json()
    assert 200 == httpx.put(upload["url"], headers=upload["headers"], content=content).status_code

    script = 'tr a-z A-Z < in/rhyme.txt > "$BATCHPLANE_OUTPUTS/loud.txt" && echo done'
    job_id = submit(api, "sh", "-c", script, inputs={"in/rhyme.txt": upload["key"]})
    document = ended(api, job_id)
    (output,) = api.get(f"/jobs/{job_id}/outputs").json()["outputs"]
    lines = api.get(f"/jobs/{job_id}/log").json()["lines"]

    assert ("SUCCEEDED", 0) == (document["status"], document["container"]["exitCode"])
    assert ("loud.txt", b"JACK AND JILL") == (output["name"], httpx.get(output["url"]).content)
    assert ["done"] == [line["message"] for line in lines]


def test_a_command_and_environment_beyond_batchs_bounds_are_no_matter(api: httpx.Client) -> None:
    """They reach the job whole, and the document shows them whole; deleted with the job, they are gone."""
    script, value = 'printf "%s" "$0" "$LONG" | wc -c', "y" * 100_000
    job_id = submit(api, "sh", "-c", script, "x" * 100_000, environment={"LONG": value})
    document = ended(api, job_id)
    lines = api.get(f"/jobs/{job_id}/log").json()["lines"]

    container = document["container"]
    assert ("SUCCEEDED", ["200000"]) == (document["status"], [line["message"].strip() for line in lines])
    assert (100_000, [value]) == (len(container["command"][-1]), [each["value"] for each in container["environment"]])
    assert {"jobId": job_id, "objects": 1, "more": False} == api.delete(f"/jobs/{job_id}").json()


def test_nodes_run_together_and_end_as_their_main_node(api: httpx.Client) -> None:
    """Every node knows its own index; the job is one, and shown as one."""
    command = ["sh", "-c", 'test "$AWS_BATCH_JOB_NUM_NODES" = 2 || exit 9; exit "$AWS_BATCH_JOB_NODE_INDEX"']
    override = {"targetNodes": "0:", "containerOverrides": {"command": command}}
    body = {"jobName": "gang", "jobDefinition": "nodes", "nodeOverrides": {"nodePropertyOverrides": [override]}}
    document = ended(api, api.post("/jobs", json=body).json()["jobId"])

    assert ("MultiNode", "SUCCEEDED") == (document["type"], document["status"])
    counts = {"SUCCEEDED": 1, "FAILED": 1}
    (asked,) = document["nodeProperties"].pop("nodeRangeProperties")
    assert {"numNodes": 2, "mainNode": 0, "statusSummary": counts} == document["nodeProperties"]
    assert ("0:", command) == (asked["targetNodes"], asked["container"]["command"])


def test_each_node_is_shown_with_its_log(api: httpx.Client, tmp_path: Path) -> None:
    """Its own exit code, attempt and log, while its job is one. The main node waits for the other."""
    main, other = f"until test -e {tmp_path}/1; do sleep 0.05; done", f"trap '' TERM; echo node 1; touch {tmp_path}/1"
    script = f'if test "$AWS_BATCH_JOB_NODE_INDEX" = 0; then {main}; else {other}; exit 1; fi'
    command = ["sh", "-c", script]
    override = {"targetNodes": "0:", "containerOverrides": {"command": command}}
    body = {"jobName": "gang", "jobDefinition": "nodes", "nodeOverrides": {"nodePropertyOverrides": [override]}}
    job_id = api.post("/jobs", json=body).json()["jobId"]
    ended(api, job_id)
    nodes = api.get(f"/jobs/{job_id}/nodes").json()
    node = api.get(f"/jobs/{job_id}/nodes/1/wait?status=RUNNING&timeout=5").json()
    lines = api.get(f"/jobs/{job_id}/nodes/1/log?attempt=1").json()["lines"]

    assert ([f"{job_id}#0", f"{job_id}#1"], None) == ([each["jobId"] for each in nodes["jobs"]], nodes["next"])
    assert [True, False] == [each["nodeDetails"]["isMainNode"] for each in nodes["jobs"]]
    assert [(0, command), (1, command)] == [
        (each["container"]["exitCode"], each["container"]["command"]) for each in nodes["jobs"]
    ]
    assert (True, "Node", "FAILED") == (node["changed"], node["job"]["type"], node["job"]["status"])
    assert api.get(f"/jobs/{job_id}/nodes/1").json() == node["job"]
    assert ["node 1"] == [line["message"] for line in lines]
    assert "FAILED" == api.get(f"/jobs/{job_id}/nodes/1/history").json()["history"][-1]["status"]
    assert [1] == [
        each["container"]["exitCode"] for each in api.get(f"/jobs/{job_id}/nodes/1/attempts").json()["attempts"]
    ]


def test_nodes_are_no_children(api: httpx.Client) -> None:
    """Nor are an array's children nodes; what there is not is not found."""
    gang = api.post("/jobs", json={"jobName": "gang", "jobDefinition": "nodes"}).json()["jobId"]
    array = submit(api, "true", arrayProperties={"size": 2})
    for job_id in (gang, array):
        ended(api, job_id)

    paths = [f"/jobs/{gang}/children/0", f"/jobs/{array}/nodes/0", f"/jobs/{gang}/nodes/2"]
    assert [404] * 3 == [api.get(path).status_code for path in paths]
    assert [[], []] == [api.get(f"/jobs/{path}").json()["jobs"] for path in (f"{gang}/children", f"{array}/nodes")]


def test_a_job_of_nodes_runs_again_whole(api: httpx.Client) -> None:
    """Its nodes are no children, of which only the failed ones would."""
    body = {"jobName": "gang", "jobDefinition": "nodes", "nodeOverrides": {"numNodes": 1}}
    first = api.post("/jobs", json=body).json()
    ended(api, first["jobId"])
    again = api.post(f"/jobs/{first['jobId']}/rerun", json={}).json()

    assert ("MultiNode", 1) == (again["type"], again["nodeProperties"]["numNodes"])


def test_a_failure_is_one_mail(api: httpx.Client, folder: Path) -> None:
    """After the last of its attempts."""
    job_id = submit(api, "sh", "-c", "exit 3", jobDefinition="plain", retryStrategy={"attempts": 2})
    document = ended(api, job_id)
    mail = folder / "mail" / f"{job_id}.eml"

    wait_until(mail.exists, f"{mail.name} comes")

    assert ("FAILED", [3, 3]) == (document["status"], [each["container"]["exitCode"] for each in document["attempts"]])
    assert 1 == mail.read_text().count("Subject: ")


def test_another_owner_sees_nothing_of_a_job(api: httpx.Client, plane: PlaneProcess, folder: Path) -> None:
    """A token of another owner is made while the plane runs; for it, the job does not exist."""
    job_id = submit(api, "true", jobDefinition="plain")
    ended(api, job_id)
    token = batchplane_local("token", "eve", "--data", str(folder)).stdout.strip()

    with caller(plane, token) as eve:
        paths = [f"/jobs/{job_id}{rest}" for rest in ("", "/log", "/outputs", "/children", "/children/0", "/nodes/0")]
        assert ([404] * 6, []) == ([eve.get(path).status_code for path in paths], eve.get("/jobs").json()["jobs"])


def test_another_owner_gives_no_input_of_anothers(api: httpx.Client, plane: PlaneProcess, folder: Path) -> None:
    """A key that somebody else was given is refused by name."""
    key = api.post("/uploads", json={"name": "a", "size": 0, "sha256": hashlib.sha256(b"").hexdigest()}).json()["key"]
    token = batchplane_local("token", "mallory", "--data", str(folder)).stdout.strip()

    with caller(plane, token) as mallory:
        answer = mallory.post("/jobs", json={"jobName": "theft", "inputs": {"a": key}})

    assert (400, "inputs.a") == (answer.status_code, answer.json()["errors"][0]["field"])


def test_a_body_beyond_the_bound_gets_its_answer(api: httpx.Client) -> None:
    """Also through a real socket, while it is still being sent."""
    answer = api.post("/jobs", content=b" " * (MAX_BODY_BYTES + 1))

    assert (413, "application/problem+json") == (answer.status_code, answer.headers["content-type"])


def test_two_planes_never_share_a_folder(plane: PlaneProcess, folder: Path) -> None:
    """The second one names the first, and ends."""
    second = batchplane_local("--data", str(folder))

    assert (1, "") == (second.returncode, second.stdout)
    assert f"process {plane.process.pid}" in second.stderr


def test_a_folder_with_others_files_is_left_alone(tmp_path: Path) -> None:
    """It is no plane's, and becomes none."""
    (tmp_path / "thesis.txt").write_text("years of work")
    tmp_path.chmod(0o755)

    refused = batchplane_local("--data", str(tmp_path))

    assert (1, 0o755, ["thesis.txt"]) == (
        refused.returncode,
        tmp_path.stat().st_mode & 0o777,
        [path.name for path in tmp_path.iterdir()],
    )


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    """With what to do."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        refused = batchplane_local("--data", str(tmp_path), "--port", str(port))

    assert 1 == refused.returncode
    assert f"Port {port} of 127.0.0.1" in refused.stderr
    assert "--port" in refused.stderr


def test_no_token_is_made_where_there_is_no_plane(tmp_path: Path) -> None:
    """A mistyped folder does not become one."""
    refused = batchplane_local("token", "ada", "--data", str(tmp_path / "typo"))

    assert (1, []) == (refused.returncode, list(tmp_path.iterdir()))


def test_a_plane_that_can_not_start_is_told_of(tmp_path: Path) -> None:
    """Whoever starts one as a process learns that there is none."""
    (tmp_path / "thesis.txt").write_text("years of work")

    with pytest.raises(NotStarted), started(tmp_path):
        pass


def test_a_restart_goes_on_at_the_same_address(tmp_path: Path) -> None:
    """Jobs and clients know the plane by its port; the token is the same, and so are the jobs."""
    with started(tmp_path) as first, caller(first) as api:
        job_id = submit(api, "true", jobDefinition="plain")
        before = ended(api, job_id)
    with started(tmp_path) as second, caller(second) as api:
        after = api.get(f"/jobs/{job_id}").json()

    assert (first.credentials, 0) == (second.credentials, first.process.returncode)
    assert before == after
