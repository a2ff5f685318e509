"""What really became of jobs, found out once; and how much chaos there is to be."""

import logging
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from tests.chaos.truth import Truth, live

#: Given how many, the seeds of a test's runs.
Seeds = Callable[[int], Iterable[int]]


@pytest.fixture(scope="session")
def truth(tmp_path_factory: pytest.TempPathFactory) -> Truth:
    """Some seconds of an embedded AWS Batch."""
    folder: Path = tmp_path_factory.mktemp("truth")
    return live(folder)


@pytest.fixture(autouse=True)
def _silence() -> Iterator[None]:
    """Thousands of failures are meant; what they log is not looked at, and takes longer than the runs."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture(scope="session")
def seeds() -> Seeds:
    """So many seeds, times BATCHPLANE_CHAOS; the one of BATCHPLANE_CHAOS_SEED alone where that is set."""
    only, times = os.environ.get("BATCHPLANE_CHAOS_SEED"), int(os.environ.get("BATCHPLANE_CHAOS", "1"))
    return lambda count: range(count * times) if only is None else [int(only)]
