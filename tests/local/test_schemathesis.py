"""The API is as /openapi.json says: Schemathesis asks a plane that runs, over HTTP, whatever the description allows.

https://schemathesis.readthedocs.io/. The same requests each time: a failure names the one to repeat, as a curl command.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from batchplane_local.process import PlaneProcess, started
from tests.local.planes import caller, ended
from tests.waiting import PATIENCE_SECONDS

#: A run takes half a minute; this ends one that has lost its way.
MOST_SECONDS = 240
#: Requests of each route, beside the bounds of its description and the examples in it.
EXAMPLES = 8
#: 503 is an answer: a job that is being submitted can't be cancelled at this moment. What a description of single
#: members allows is not always taken: bounds of members against each other, and of the deployment, stand in no schema.
#: In bulk each submission is refused by itself, in an answer that is none to the others. Nobody waits for a job here.
SETTINGS = """
headers = {{ Authorization = "Bearer {token}" }}
request-timeout = 30.0

[checks]
not_a_server_error.expected-statuses = ["2xx", "3xx", "4xx", "503"]
positive_data_acceptance.enabled = false

[[operations]]
include-name = "POST /jobs/bulk"
checks.negative_data_rejection.enabled = false

[[operations]]
include-path-regex = "/wait$"
parameters = {{ "query.timeout" = 0.1 }}

[[operations]]
include-path-regex = "/log$"
parameters = {{ "query.wait" = 0.1 }}
"""


@pytest.fixture(scope="module")
def plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlaneProcess]:
    """A plane with a job that is over, and one that keeps all others waiting: what they do is not what is tried."""
    with started(tmp_path_factory.mktemp("plane") / "data", vcpus=1) as process, caller(process) as api:
        ended(api, api.post("/jobs", json={"jobName": "over", "command": ["echo", "over"]}).json()["jobId"])
        api.post("/jobs", json={"jobName": "busy", "command": ["sleep", str(MOST_SECONDS)]}).raise_for_status()
        yield process


def test_every_answer_is_as_documented(plane: PlaneProcess, tmp_path: Path) -> None:
    """Examples, bounds and what breaks them, random values, and requests that follow from answers."""
    (tmp_path / "schemathesis.toml").write_text(SETTINGS.format(token=plane.credentials.token))
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{plane.credentials.url}/openapi.json"]
    options = ["--seed=1", "--generation-deterministic", f"--max-examples={EXAMPLES}", "--no-color", "--warnings=off"]
    run = subprocess.run(
        [*command, *options], cwd=tmp_path, capture_output=True, text=True, timeout=MOST_SECONDS, check=False
    )

    assert 0 == run.returncode, run.stdout[-20_000:] + run.stderr[-2_000:]


def test_without_a_credential_only_health_answers(plane: PlaneProcess) -> None:
    """Every route that is documented, and no other sign of whether it is there."""
    with caller(plane) as known:
        paths = known.get("/openapi.json").json()["paths"]
    routes = [(method.upper(), path) for path, methods in paths.items() for method in methods]
    with httpx.Client(base_url=plane.credentials.url, timeout=PATIENCE_SECONDS) as stranger:
        answers = {route: stranger.request(*route, content=json.dumps({})).status_code for route in routes}

    assert {("GET", "/health")} == {route for route, status in answers.items() if status != 401}
