"""Each function's synthesized asset, with the layer built for this machine and nothing else, answers a sample event.

It runs under AWS's own runtime interface client, with the environment variables that the template gives it, in an
account that holds what the template describes. What a function lacks must fail here, not in an account.
"""

import importlib.util
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.controlplane_layer import build_layer
from tests.infra.account import Account
from tests.infra.aws_endpoint import aws_endpoint
from tests.infra.lambda_runtime import copy_runtime, invoke
from tests.infra.runtime_api import Outcome
from tests.template import ROOT, assembly

Invoke = Callable[[str, str], Outcome]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """What a function can import besides its own asset: Lambda's runtime, and the layer for this machine."""
    runtime, layer = tmp_path_factory.mktemp("runtime"), tmp_path_factory.mktemp("layer")
    copy_runtime(runtime)
    build_layer(layer, platform=None, python_version=f"{sys.version_info.major}.{sys.version_info.minor}")
    return [runtime, layer / "python"]


@pytest.fixture
def call(path: list[Path], tmp_path: Path) -> Iterator[Invoke]:
    """Calls a function with one of its sample events, in a new account."""
    with aws_endpoint() as endpoint:
        account = Account()

        def call(function: str, sample: str) -> Outcome:
            return invoke(
                f"lambdas.{function}.handler.handler",
                json.loads((ROOT / "events" / function / sample).read_text()),
                task_root=asset_of(function),
                path=path,
                environment=account.environment(function)
                | {"AWS_ENDPOINT_URL": endpoint, "BATCHPLANE_SETTINGS": str(settings_file())},
                log=tmp_path / "log.txt",
            )

        yield call


def asset_of(function: str) -> Path:
    """The folder that the assembly has of a function's code."""
    (handler,) = assembly().glob(f"asset.*/lambdas/{function}/handler.py")
    return handler.parents[2]


def settings_file() -> Path:
    """The file of the layer that Lambda lays below /opt."""
    (file,) = assembly().glob("asset.*/batchplane/settings.json")
    return file


def files_of(asset: Path) -> list[str]:
    """The names of all files of an asset."""
    return sorted(str(file.relative_to(asset)) for file in asset.rglob("*") if file.is_file())


def test_serve_api_answers(call: Invoke) -> None:
    """It says that it is there."""
    outcome = call("serve_api", "get_health.json")

    assert (outcome.document["statusCode"], json.loads(outcome.document["body"])) == (200, {"status": "ok"})


def test_serve_api_accepts_a_job(call: Invoke) -> None:
    """The record and the message are stored with the variables that the template gives it."""
    outcome = call("serve_api", "post_jobs.json")

    assert (outcome.document["statusCode"], json.loads(outcome.document["body"])["status"]) == (202, "SUBMITTED")


def test_submit_job_answers(call: Invoke) -> None:
    """A submission that nobody knows any more is done with."""
    assert call("submit_job", "messages.json") == succeeded({"batchItemFailures": []})


def test_record_state_change_answers(call: Invoke) -> None:
    """Each state change is recorded."""
    assert call("record_state_change", "messages.json") == succeeded({"batchItemFailures": []})


def test_alert_on_failure_answers(call: Invoke) -> None:
    """A failure without a record is nobody's."""
    assert call("alert_on_failure", "record_changes.json") == succeeded({"batchItemFailures": []})


def test_reconcile_jobs_answers(call: Invoke) -> None:
    """Where there is no record there is nothing to heal."""
    outcome = call("reconcile_jobs", "schedule.json")

    told = {name: count for name, count in outcome.document.items() if count}
    assert (outcome.succeeded, told) == (True, {"calls": 1})


@pytest.mark.parametrize(
    "function", ["alert_on_failure", "reconcile_jobs", "record_state_change", "serve_api", "submit_job"]
)
def test_an_asset_is_its_handler_alone(function: str) -> None:
    """No other function, no test and no sample goes to AWS with it."""
    expected = ["lambdas/__init__.py", f"lambdas/{function}/__init__.py", f"lambdas/{function}/handler.py"]

    assert files_of(asset_of(function)) == expected


def test_the_layer_is_built_for_lambda(tmp_path: Path) -> None:
    """Every compiled module is for Python 3.13, or for any, on arm64, whatever this machine is."""
    build_layer(tmp_path, platform="aarch64-manylinux2014", python_version="3.13")
    compiled = [file.name for file in tmp_path.rglob("*.so")]
    kinds = {name.partition(".")[2] for name in compiled}

    assert kinds <= {"cpython-313-aarch64-linux-gnu.so", "abi3.so"}
    assert len(compiled) > 1


def test_the_layer_has_the_bytecode_of_this_python(path: list[Path]) -> None:
    """Of every module, for Lambda could not write it beside them; it is taken as it is."""
    layer = path[1]
    sources = {file.relative_to(layer) for file in layer.rglob("*.py")}
    compiled = {file.relative_to(layer): file.read_bytes()[:8] for file in layer.rglob("*.pyc")}
    unchecked_hash = (1).to_bytes(4, "little")

    assert {importlib.util.MAGIC_NUMBER + unchecked_hash} == set(compiled.values())
    assert {Path(importlib.util.cache_from_source(str(file))) for file in sources} == set(compiled)


def test_a_layer_for_another_python_has_no_bytecode(tmp_path: Path) -> None:
    """It would not be read."""
    other = "3.12" if sys.version_info[:2] == (3, 13) else "3.13"
    build_layer(tmp_path, platform=None, python_version=other)

    assert [] == list(tmp_path.rglob("*.pyc"))


def succeeded(document: Any) -> Outcome:
    """An outcome with this answer."""
    return Outcome(succeeded=True, document=document)
