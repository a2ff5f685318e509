"""What really became of jobs, found out once; and how much chaos there is to be."""

import os
from pathlib import Path

import pytest

from tests.chaos.truth import Truth, live


@pytest.fixture(scope="session")
def truth(tmp_path_factory: pytest.TempPathFactory) -> Truth:
    """Some seconds of an embedded AWS Batch."""
    folder: Path = tmp_path_factory.mktemp("truth")
    return live(folder)


@pytest.fixture(scope="session")
def times() -> int:
    """How many times as much as `make test` does: BATCHPLANE_CHAOS."""
    return int(os.environ.get("BATCHPLANE_CHAOS", "1"))
