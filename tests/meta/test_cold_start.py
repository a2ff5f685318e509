"""What each function imports before its first answer: a cold start pays for all of it, so each package is written here.

How long that takes `make bench` measures; docs/decisions/0016-cold-starts-and-calls.md tells what it is worth.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.bench.serving import serving
from tests.bench.stand_in import environment

ROOT = Path(__file__).parents[2]
CONTROLPLANE = ROOT / "layers" / "controlplane" / "python" / "controlplane"
#: No start takes longer, in seconds.
PATIENCE_SECONDS = 120
#: The plane, and what reads its JSON.
PLANE = {"controlplane", "lambdas", "msgspec", "typing_extensions"}
#: AWS's SDK without boto3; it takes certifi's certificates where they are installed, as here, and its own in the layer.
SDK = {"botocore", "certifi", "dateutil", "jmespath", "six", "urllib3"}
#: What reads a request and says all that is wrong with it.
MODELS = {"annotated_types", "pydantic", "pydantic_core", "typing_inspection"}
#: Packages that are not of the standard library.
PACKAGES = {
    "alert_on_failure": PLANE | SDK | {"aws_lambda_powertools"},
    "reconcile_jobs": PLANE | SDK | {"aws_lambda_powertools"},
    "record_state_change": PLANE | SDK,
    "serve_api": PLANE | SDK | MODELS | {"aws_lambda_powertools"},
    "submit_job": PLANE | SDK,
}
#: The first event of those whose starts are measured; the others are built, and answer none.
EVENTS = {
    "record_state_change": "record_state_change/messages.json",
    "serve_api": "serve_api/post_jobs.json",
    "submit_job": "submit_job/messages.json",
}
#: Modules and folders of the plane that come with a request that needs them, to whichever function.
LATE = {"openapi", "register_definition_request"}
#: What only the API needs.
OF_THE_API = {"container_overrides", "routes", "submit_job_request"}

Imported = Callable[[str], set[str]]


@pytest.fixture(scope="module")
def imported() -> Iterator[Imported]:
    """Names of all modules that a function has imported once it has started, in an interpreter of its own."""
    with serving("tests.bench.stand_in", "0") as ready:
        variables = environment(ready["url"]) | {"PATH": os.defpath, "BATCHPLANE_ALERTS_TOPIC_ARN": "arn"}
        found = {function: _started(function, variables) for function in PACKAGES}
        yield found.__getitem__


def _started(function: str, variables: Mapping[str, str]) -> set[str]:
    events = [str(ROOT / "events" / EVENTS[function])] if function in EVENTS else []
    command = [sys.executable, "-m", "tests.meta.started", function, *events]
    done = subprocess.run(
        command, cwd=ROOT, env=variables, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
    )
    assert 0 == done.returncode, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize("function", PACKAGES)
def test_a_function_starts_with_these_packages_alone(imported: Imported, function: str) -> None:
    """One more is seen here first, and by whoever reviews what adds it."""
    packages = {name.partition(".")[0] for name in imported(function)} - sys.stdlib_module_names - {"tests"}

    assert PACKAGES[function] == {name for name in packages if not name.startswith("_")}


@pytest.mark.parametrize("function", PACKAGES)
def test_a_function_starts_without_what_few_requests_need(imported: Imported, function: str) -> None:
    """The description of the API and the models of definitions; and, but for the API, its models and routes."""
    parts = {part for name in imported(function) if name.startswith("controlplane.") for part in name.split(".")}

    assert set() == parts & (LATE if function == "serve_api" else LATE | OF_THE_API)


def test_what_comes_late_is_there() -> None:
    """A name that nothing has any more would never be imported, and hold nothing."""
    names = {path.stem for path in CONTROLPLANE.rglob("*") if path.suffix == ".py" or path.is_dir()}

    assert LATE | OF_THE_API == names & (LATE | OF_THE_API)
