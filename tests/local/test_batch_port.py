"""`batchplane local --batch-port`: the plane's own Batch, for every Batch client of this user."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from batchplane_local.batch.http.sigv4 import KeyPair
from batchplane_local.credentials import Credentials, CredentialsRefused, read_key_pair
from batchplane_local.process import PlaneProcess, started
from tests.local.planes import batchplane_local
from tests.waiting import PATIENCE_SECONDS


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of the plane that the tests of this module share; not made yet."""
    return tmp_path_factory.mktemp("plane") / "data"


@pytest.fixture(scope="module")
def plane(folder: Path) -> Iterator[PlaneProcess]:
    """A plane with a Batch endpoint on a free port."""
    with started(folder, batch_port=0) as process:
        yield process


def configured(folder: Path) -> dict[str, str]:
    """An environment in which AWS clients find the plane's endpoint, and nothing else of this user's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    config = str(folder / "aws-config")
    return {**kept, "AWS_CONFIG_FILE": config, "AWS_SHARED_CREDENTIALS_FILE": config}


#: Submits a job and waits for its log, as any program of a Batch user would; told nothing but where its config lies.
PROGRAM = """
import sys, time, boto3
batch, logs = boto3.client("batch"), boto3.client("logs")
overrides = {"command": ["echo", "hello"]}
job_id = batch.submit_job(
    jobName="mine", jobQueue="default", jobDefinition="plain", containerOverrides=overrides
)["jobId"]
for _ in range(1000):
    (job,) = batch.describe_jobs(jobs=[job_id])["jobs"]
    if job["status"] in ("SUCCEEDED", "FAILED"):
        break
    time.sleep(0.02)
stream = job["container"]["logStreamName"]
events = logs.get_log_events(logGroupName="/aws/batch/job", logStreamName=stream, startFromHead=True)["events"]
print(job["status"], *[event["message"] for event in events])
"""


def test_boto3_finds_the_endpoint_by_the_config_file(plane: PlaneProcess, folder: Path) -> None:
    """A program that knows nothing of the plane runs against it unchanged."""
    program = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=configured(folder),
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )

    assert ("SUCCEEDED hello\n", "", 0) == (program.stdout, program.stderr, program.returncode)


def test_the_ready_line_names_the_endpoint(plane: PlaneProcess) -> None:
    """Another port than the plane's own."""
    assert plane.batch_url is not None
    assert plane.batch_url.startswith("http://127.0.0.1:")
    assert plane.batch_url != plane.credentials.url


def test_the_key_pair_is_this_users_alone(plane: PlaneProcess, folder: Path) -> None:
    """It lies in two files that nobody else reads."""
    document = json.loads((folder / "plane.json").read_text())

    assert {"url", "token", "owner", "accessKeyId", "secretAccessKey"} == document.keys()
    assert [0o600] * 2 == [(folder / name).stat().st_mode & 0o777 for name in ("plane.json", "aws-config")]


def test_a_batch_port_that_is_taken_is_named(tmp_path: Path) -> None:
    """Before anything runs."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        refused = batchplane_local("--data", str(tmp_path / "data"), "--batch-port", port)

    assert (1, True) == (refused.returncode, f"Port {port} of 127.0.0.1" in refused.stderr)
    assert "--batch-port" in refused.stderr


def test_one_may_bring_a_key_pair(tmp_path: Path) -> None:
    """It is that of later starts too."""
    own = KeyPair(access_key_id="MYOWNACCESSKEYID", secret_access_key="my/own+secret=0000")  # noqa: S106
    file = tmp_path / "own.json"
    file.write_text(json.dumps({"accessKeyId": own.access_key_id, "secretAccessKey": own.secret_access_key}))
    with started(tmp_path / "data", batch_port=0, credentials=file) as brought:
        first = brought.credentials
    with started(tmp_path / "data") as again:
        second = again.credentials

    assert (own, own, None) == (first.key_pair, second.key_pair, again.batch_url)


def test_a_key_pair_is_made_once(tmp_path: Path) -> None:
    """What an earlier start wrote is read again."""
    credentials = Credentials(url="http://127.0.0.1:1", token="t", owner="ada", key_pair=KeyPair.made())  # noqa: S106
    credentials.write(tmp_path / "plane.json")

    assert credentials == Credentials.read(tmp_path / "plane.json")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "must hold a JSON object"),
        ("[]", "must hold a JSON object"),
        ('{"accessKeyId": "MYOWNACCESSKEYID"}', "has no secretAccessKey"),
        ('{"accessKeyId": "short", "secretAccessKey": "hush"}', "accessKeyId must be 16 to 128"),
        ('{"accessKeyId": "MYOWNACCESSKEYID", "secretAccessKey": "hush"}', "secretAccessKey must be 16 to 128"),
        ('{"accessKeyId": 1, "secretAccessKey": 2}', "must hold a JSON object with the strings"),
    ],
)
def test_a_file_without_a_key_pair_is_refused(tmp_path: Path, content: str, words: str) -> None:
    """With its name, and without its secret."""
    file = tmp_path / "own.json"
    file.write_text(content)

    with pytest.raises(CredentialsRefused) as refused:
        read_key_pair(file)

    told = str(refused.value)
    assert (True, True, False) == (str(file) in told, words in told, "hush" in told)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """Before a plane is made."""
    refused = batchplane_local("--data", str(tmp_path / "data"), "--credentials", str(tmp_path / "none.json"))

    assert (1, False) == (refused.returncode, (tmp_path / "data").exists())
    assert "name another with --credentials" in refused.stderr
