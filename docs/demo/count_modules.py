"""Counts what a contiguous span of the standard library's modules holds. One child of an array job runs this.

`python count_modules.py SPANS`: the child's array index says which of so many spans is its own; the counts go to
`outputs/counts.json`. It uses the standard library alone, for it travels to the job as an input file.
"""

import ast
import json
import os
import sys
import sysconfig
import warnings
from pathlib import Path

#: Folders that are not part of the library proper.
LEFT_OUT = {"site-packages", "test", "tests", "idlelib", "lib2to3", "__pycache__"}


def modules():
    """Every module of this interpreter's standard library, in the order of their paths."""
    root = Path(sysconfig.get_path("stdlib"))
    paths = (path for path in sorted(root.rglob("*.py")))
    return [path for path in paths if not LEFT_OUT.intersection(path.relative_to(root).parts)]


def span(items, index, spans):
    """The index-th of so many contiguous spans, as even as they can be."""
    return items[index * len(items) // spans : (index + 1) * len(items) // spans]


def count(paths):
    """How many modules, functions, classes and lines these files hold."""
    counts = {"modules": 0, "functions": 0, "classes": 0, "lines": 0}
    for path in paths:
        source = path.read_bytes()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an old escape in a module is not our concern
            nodes = list(ast.walk(ast.parse(source)))
        counts["modules"] += 1
        counts["functions"] += sum(isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) for node in nodes)
        counts["classes"] += sum(isinstance(node, ast.ClassDef) for node in nodes)
        counts["lines"] += source.count(b"\n")
    return counts


if __name__ == "__main__":
    mine = span(modules(), int(os.environ["AWS_BATCH_JOB_ARRAY_INDEX"]), int(sys.argv[1]))
    sys.stdout.write(f"{len(mine)} modules, {mine[0].name} to {mine[-1].name}\n")
    Path("outputs", "counts.json").write_text(json.dumps(count(mine)))
