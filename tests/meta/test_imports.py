"""Who may import whom (docs/decisions/0001-the-house.md). The first wrong import fails here, by name."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLANE = ROOT / "layers" / "controlplane" / "python" / "controlplane"
#: The stages, in the order the river runs: each may import those before it, and nothing else of ours.
STAGES = (
    "errors",
    "fan_out",
    "throttling",
    "job",
    "io_bucket",
    "log",
    "quota",
    "deployment",
    "caller",
    "automatic_memory",
    "definition_offer",
    "environment_document",
    "indices",
    "environment_names",
    "container_overrides",
    "dead_letters",
    "submit_job_request",
    "draft",
    "register_definition_request",
    "definition_draft",
    "short_forms",
    "node_bounds",
    "spill",
    "reservation",
    "submission_bounds",
    "submission",
    "submission_queue",
    "pace",
    "batch",
    "job_detail",
    "second_reading",
    "state_change",
    "record",
    "closing",
    "attempts",
    "ending",
    "job_filter",
    "records",
    "gate",
    "parts",
    "job_document",
    "job_history",
    "alert",
    "reconcile",
    "split_arrays",
    "children",
    "closer",
    "registered_definition",
    "acceptor",
    "dependencies",
    "look_up",
    "submitter",
    "drain",
    "recorder",
    "alerter",
    "inquiry",
    "job_sweep",
    "array_sweep",
    "queue_sweep",
    "reconciler",
    "owned_jobs",
    "lister",
    "rerunner",
    "viewer",
    "job_files",
    "waiter",
    "log_reader",
    "recent",
    "definition_viewer",
    "definition_bounds",
    "registrar",
    "queue_document",
    "queue_viewer",
    "canceller",
    "selection_canceller",
    "deleter",
    "lender",
    "plane",
)
#: Our own packages, and which of them each may import.
PACKAGES = {
    PLANE: {"controlplane"},
    ROOT / "lambdas": {"controlplane"},
    ROOT / "client" / "batchplane": {"batchplane"},
    ROOT / "container" / "batchplane_runner": {"batchplane_runner"},
    ROOT / "local" / "batchplane_local" / "batch": {"batchplane_local.batch"},
    ROOT / "local" / "batchplane_local": {"batchplane_local", "controlplane", "lambdas"},
    ROOT / "infra": {"infra"},
}
OURS = ("controlplane", "lambdas", "batchplane", "batchplane_local", "batchplane_runner", "infra", "tests")


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "."


def within(module: str, package: str) -> bool:
    """Whether a module is a package or lies in it."""
    return module == package or module.startswith(f"{package}.")


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_imports_only_earlier_stages(stage: str) -> None:
    """Data runs one way, and so do imports."""
    earlier = {f"controlplane.{name}" for name in STAGES[: STAGES.index(stage)]}
    ours = {module for module in imports(PLANE / f"{stage}.py") if within(module, "controlplane")}

    assert set() == ours - earlier


def test_every_flat_module_is_a_stage() -> None:
    """A new module takes its place in the river, or stands in edge/ or aws/."""
    assert set(STAGES) == {path.stem for path in PLANE.glob("*.py")} - {"__init__"}


@pytest.mark.parametrize("folder", PACKAGES, ids=lambda folder: str(folder.relative_to(ROOT)))
def test_a_package_imports_only_what_it_may(folder: Path) -> None:
    """Client, runner and embedded Batch stand alone; infra imports no code that it deploys."""
    allowed = PACKAGES[folder]
    inner = [other for other in PACKAGES if other != folder and other.is_relative_to(folder)]
    files = [path for path in folder.rglob("*.py") if not any(path.is_relative_to(other) for other in inner)]
    wrong = {
        f"{path.relative_to(ROOT)} imports {module}"
        for path in files
        for module in imports(path)
        if any(within(module, ours) for ours in OURS) and not any(within(module, each) for each in allowed)
    }

    assert set() == wrong


def test_only_the_aws_folder_imports_boto3() -> None:
    """What is not an adapter runs without AWS's SDK."""
    wrong = {
        str(path.relative_to(PLANE))
        for path in PLANE.rglob("*.py")
        if path.parent.name != "aws"
        and any(within(module, each) for module in imports(path) for each in ("boto3", "botocore"))
    }

    assert set() == wrong


def test_only_the_edge_knows_lambda() -> None:
    """Powertools stays at the edge."""
    wrong = {
        str(path.relative_to(PLANE))
        for path in PLANE.rglob("*.py")
        if "edge" not in path.relative_to(PLANE).parts
        and any(within(module, "aws_lambda_powertools") for module in imports(path))
    }

    assert set() == wrong


def test_functions_do_not_import_each_other() -> None:
    """A function is deployed alone."""
    wrong = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "lambdas").rglob("*.py")
        if any(within(module, "lambdas") for module in imports(path))
    }

    assert set() == wrong
