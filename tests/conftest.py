"""How the whole suite runs: the same examples in every run, in as many processes as the machine can feed."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

#: Some of a run is waiting, for processes and for the embedded plane's jobs: one processor feeds two.
FEWEST_WORKERS = 2
#: Each worker makes its own templates and planes; beyond these, more of them save no time.
MOST_WORKERS = 4

# No property fails because a neighbour slowed it, and none holds today that is broken tomorrow by the same code.
settings.register_profile(
    "steady", derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
# Other examples each time: `--hypothesis-profile=search`. What fails is told with how to see it again.
settings.register_profile("search", derandomize=False, print_blob=True, parent=settings.get_profile("steady"))
settings.load_profile("steady")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Worker processes of `--numprocesses=auto`, as `make test` asks for."""
    return max(FEWEST_WORKERS, min(MOST_WORKERS, os.cpu_count() or 1))
