"""The embedded Batch stands on its own."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import batchplane_local.batch

PACKAGE = "batchplane_local.batch"
ALLOWED = sys.stdlib_module_names | {"botocore", "msgspec"}


def imported(source: str) -> set[str]:
    """Every module that a source file imports."""
    nodes = list(ast.walk(ast.parse(source)))
    plain = {name.name for node in nodes if isinstance(node, ast.Import) for name in node.names}
    return plain | {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}


def test_it_imports_nothing_of_the_plane() -> None:
    """Its modules import each other, botocore, msgspec and the standard library."""
    folder = Path(str(batchplane_local.batch.__file__)).parent
    modules = set().union(*(imported(path.read_text()) for path in folder.rglob("*.py")))
    foreign = {name for name in modules if not name.startswith(PACKAGE) and name.partition(".")[0] not in ALLOWED}
    assert foreign == set()
