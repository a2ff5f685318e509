"""Every function of the adapter that writes under a condition is played in some duel, so that `test_weakened` meets it.

They are read from the source: one that is added without a duel is named here.
"""

from __future__ import annotations

import ast
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import controlplane.aws.dynamodb
from controlplane.aws.dynamodb.job_update import _kind
from tests.chaos.closings import CLOSINGS
from tests.chaos.deletions import DELETIONS
from tests.chaos.duels import DUELS
from tests.chaos.farewells import FAREWELLS
from tests.chaos.registering import REGISTRATIONS
from tests.chaos.ring import play_once

ADAPTER = Path(controlplane.aws.dynamodb.__file__).parent
#: What passes conditions on, and has none of its own.
PLUMBING = frozenset({"table.py", "update.py"})
#: A module's file, and a function in it.
Place = tuple[str, str]


def conditional() -> Iterator[Place]:
    """The functions that say a condition."""
    for path in ADAPTER.glob("*.py"):
        functions = (each for each in ast.walk(ast.parse(path.read_text())) if isinstance(each, ast.FunctionDef))
        for function in functions if path.name not in PLUMBING else ():
            if any(map(_is_condition, ast.walk(function))):
                yield path.name, function.name


def _is_condition(node: ast.AST) -> bool:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "require":
        return True
    return (isinstance(node, ast.keyword) and node.arg == "condition") or (
        isinstance(node, ast.Constant) and node.value == "ConditionExpression"
    )


@contextmanager
def called() -> Iterator[set[Place]]:
    """The adapter's functions that are called while the block runs, in any thread that it starts."""
    found: set[Place] = set()

    def note(frame: FrameType, happened: str, argument: Any) -> None:
        if happened == "call" and Path(frame.f_code.co_filename).parent == ADAPTER:
            found.add((Path(frame.f_code.co_filename).name, frame.f_code.co_name))

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        yield found
    finally:
        threading.setprofile(None)  # type: ignore[arg-type] - that is how it is taken away
        sys.setprofile(None)


def test_every_condition_is_met_in_a_duel() -> None:
    """Whatever stores it: records, submissions, children, alerts, definitions, counts."""
    _kind.cache_clear()  # what it has made before it does not make again
    with called() as found:
        wrong = [
            each for duel in (*DUELS, *FAREWELLS, *DELETIONS, *CLOSINGS, *REGISTRATIONS) for each in play_once(duel)
        ]

    assert [] == wrong
    assert [] == sorted({*conditional()} - found)
