"""What the tests of the embedded plane are given: a clock turned by hand, a file to be in, a plane that runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from batchplane_local.database import Database
from batchplane_local.process import PlaneProcess, started
from tests.local.clocks import Clock
from tests.local.planes import caller


@pytest.fixture
def clock() -> Clock:
    """Time passes by hand."""
    return Clock()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """The file of a plane, which is not there yet."""
    with closing(Database(tmp_path / "plane.sqlite")) as opened:
        yield opened


@pytest.fixture(scope="module")
def plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlaneProcess]:
    """A plane that the tests of a module share, in a process of its own."""
    with started(tmp_path_factory.mktemp("plane") / "data") as process:
        yield process


@pytest.fixture
def api(plane: PlaneProcess) -> Iterator[httpx.Client]:
    """Its API, asked by its first owner."""
    with caller(plane) as client:
        yield client
