"""A river for each test, closed behind it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.flow.river import River


@pytest.fixture(name="make_river")
def _make_river(tmp_path: Path) -> Iterator[Callable[..., River]]:
    rivers: list[River] = []

    def make(**arguments: Any) -> River:
        folder = tmp_path / str(len(rivers))
        folder.mkdir()
        rivers.append(River(folder, **arguments))
        return rivers[-1]

    yield make
    for river in rivers:
        river.close()


@pytest.fixture(name="river")
def _river(make_river: Callable[..., River]) -> River:
    return make_river()
