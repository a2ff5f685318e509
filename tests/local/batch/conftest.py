"""An embedded Batch for a test, stopped when the test ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.local.batch.machine import Machine

OpenMachine = Callable[..., Machine]


@pytest.fixture
def machine_with(tmp_path: Path) -> Iterator[OpenMachine]:
    """Opens an embedded Batch with settings of the test's own."""
    with ExitStack() as stack:

        def open_machine(**settings: Any) -> Machine:
            machine = Machine(tmp_path / "batch", **settings)
            stack.callback(lambda: machine.close())
            return machine

        yield open_machine


@pytest.fixture
def machine(machine_with: OpenMachine) -> Machine:
    """An embedded Batch with room for one job of one vCPU."""
    return machine_with()
