"""Who may import whom (docs/decisions/0001-the-house.md). The first wrong import fails here, by name."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLANE = ROOT / "layers" / "controlplane" / "python" / "controlplane"
#: The stages, in the order the river runs, each a folder or a module: each may import those before it, and nothing
#: else of ours.
STAGES = (
    "errors",
    "throttling",
    "fan_out",
    "job",
    "log",
    "io_bucket",
    "quota",
    "deployment",
    "caller",
    "submissions",
    "batch",
    "records",
    "documents",
    "definitions",
    "accepting",
    "submitting",
    "ending",
    "recording",
    "alerting",
    "reconciling",
    "viewing",
    "files",
    "plane",
)
#: What no stage may import: they know the plane, and it does not know them.
EDGES = {"edge", "aws"}
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


def modules_of(stage: str) -> list[Path]:
    """The files of a stage: its one module, or all of its folder."""
    return sorted((PLANE / stage).rglob("*.py")) or [PLANE / f"{stage}.py"]


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_imports_only_earlier_stages(stage: str) -> None:
    """Data runs one way, and so do imports."""
    allowed = {*STAGES[: STAGES.index(stage)], stage}
    ours = {module for path in modules_of(stage) for module in imports(path) if within(module, "controlplane")}

    assert set() == {module for module in ours if module.split(".")[1] not in allowed}


@pytest.mark.parametrize("stage", STAGES)
def test_the_modules_of_a_stage_import_each_other_in_one_direction(stage: str) -> None:
    """Within a folder, too, no module needs one that needs it."""
    names = {f"controlplane.{stage}.{path.stem}": path for path in modules_of(stage)}
    needs = {name: {module for module in imports(path) if module in names} for name, path in names.items()}

    assert set(names) == set(TopologicalSorter(needs).static_order())


def test_every_module_of_the_plane_belongs_to_a_stage() -> None:
    """A new module takes its place in the river, or stands in edge/ or aws/."""
    there = {path.stem for path in PLANE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}

    assert set(STAGES) == there - {"__init__"} - EDGES


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
        if "aws" not in path.relative_to(PLANE).parts
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
