"""A river whose Batch stands as a test says."""

from collections.abc import Callable

import pytest

from tests.flow.reconciling.standing_batch import StandingBatch
from tests.flow.river import River


@pytest.fixture(name="batch")
def _batch() -> StandingBatch:
    return StandingBatch()


@pytest.fixture(name="river")
def _river(make_river: Callable[..., River], batch: StandingBatch) -> River:
    return make_river(batch=batch)
