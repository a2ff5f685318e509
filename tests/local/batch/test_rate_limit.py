"""So many calls a second are taken, and the rest is told so."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from batchplane_local.batch.fault_injection.rate_limit import RateLimit
from tests.local.batch.conftest import OpenMachine
from tests.local.clocks import Clock


def taken(limit: RateLimit, at: int, *, calls: int = 1000) -> int:
    """How many of a thousand calls are taken at one moment."""
    return sum(limit.takes(at) for _ in range(calls))


def test_a_second_s_calls_are_taken_at_once_and_then_so_many_a_second() -> None:
    """Time fills the bucket, but never beyond a second's calls."""
    limit = RateLimit(50)
    assert [taken(limit, at) for at in (0, 0, 100, 1100, 61_100)] == [50, 0, 5, 50, 50]


def test_less_than_a_call_a_second_is_a_limit_too() -> None:
    """One call, and the next when its time has come."""
    limit = RateLimit(0.5)
    assert [limit.takes(at) for at in (0, 1999, 2000)] == [True, False, True]


def test_a_clock_that_goes_back_takes_nothing_away() -> None:
    """Clocks of machines are set now and then."""
    limit = RateLimit(10)
    assert [taken(limit, at) for at in (10_000, 0, 100)] == [10, 0, 1]


def test_a_rate_that_lets_nothing_pass_is_refused() -> None:
    """The words tell the bound and the value."""
    with pytest.raises(ValueError, match="calls_per_second must be greater than 0; it is 0"):
        RateLimit(0)


def test_calls_above_the_limit_are_refused_in_the_service_s_words(machine_with: OpenMachine) -> None:
    """All operations share it; the next second has room again."""
    clock = Clock()
    batch = machine_with(clock=clock, calls_per_second=50).batch
    clock.move(seconds=1)
    for _ in range(25):
        batch.describe_jobs(jobs=[])
        batch.describe_job_queues()
    with pytest.raises(ClientError) as refused:
        batch.describe_compute_environments()
    error, metadata = refused.value.response["Error"], refused.value.response["ResponseMetadata"]
    assert error == {"Code": "TooManyRequestsException", "Message": "Too Many Requests"}
    assert metadata["HTTPStatusCode"] == 429
    clock.move(seconds=0.02)
    assert batch.describe_jobs(jobs=[])["jobs"] == []
