"""What starts functions in the tests: it hides nothing that is missing, and shows what a function answers."""

from pathlib import Path

import pytest

from tests.infra.lambda_runtime import copy_runtime, invoke
from tests.infra.runtime_api import Outcome


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The runtime interface client alone."""
    folder = tmp_path_factory.mktemp("runtime")
    copy_runtime(folder)
    return folder


def run(source: str, tmp_path: Path, runtime: Path) -> Outcome:
    """The outcome of a handler of this source, given {"n": 1}."""
    (tmp_path / "function.py").write_text(source)
    return invoke(
        "function.handler",
        {"n": 1},
        task_root=tmp_path,
        path=[runtime],
        environment={"SAID": "so"},
        log=tmp_path / "log.txt",
    )


def test_a_function_gets_its_event_and_its_environment(tmp_path: Path, runtime: Path) -> None:
    """What it answers comes back as it was given."""
    source = "import os\ndef handler(event, context):\n    return [event, os.environ['SAID']]\n"

    assert run(source, tmp_path, runtime) == Outcome(succeeded=True, document=[{"n": 1}, "so"])


def test_a_function_that_raises_has_failed(tmp_path: Path, runtime: Path) -> None:
    """The error's kind and words are kept."""
    outcome = run("def handler(event, context):\n    raise KeyError('pk')\n", tmp_path, runtime)

    assert (outcome.succeeded, outcome.document["errorType"]) == (False, "KeyError")


def test_what_is_installed_here_is_not_there(tmp_path: Path, runtime: Path) -> None:
    """A function that imports what no layer brings fails, though pytest is installed."""
    outcome = run("import pytest\ndef handler(event, context):\n    return 1\n", tmp_path, runtime)

    assert (outcome.succeeded, outcome.document["errorType"]) == (False, "Runtime.ImportModuleError")
