"""What the tests of the embedded plane's parts are given: a clock that is turned by hand, and a file to be in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from batchplane_local.database import Database
from tests.local.clocks import Clock


@pytest.fixture
def clock() -> Clock:
    """Time passes by hand."""
    return Clock()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """The file of a plane, which is not there yet."""
    with closing(Database(tmp_path / "plane.sqlite")) as opened:
        yield opened
