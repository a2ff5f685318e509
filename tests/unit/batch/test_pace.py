"""Calls take turns, by a clock that is turned by hand."""

from __future__ import annotations

from controlplane.batch.pace import Pace
from tests.local.clocks import Seconds


def turns(pace: Pace, clock: Seconds, *, count: int, busy: float = 0.0) -> list[float]:
    """When each of so many turns came; after each, so many seconds are spent."""
    came = []
    for _ in range(count):
        pace()
        came.append(clock.now)
        clock.now += busy
    return came


def test_turns_come_at_the_rate() -> None:
    """The first at once, each other an interval later."""
    clock = Seconds()

    assert [100.0, 100.25, 100.5, 100.75] == turns(Pace(per_second=4, clock=clock, sleep=clock.sleep), clock, count=4)


def test_work_between_the_turns_is_part_of_the_interval() -> None:
    """Only what is left of it is waited."""
    clock = Seconds()

    came = turns(Pace(per_second=4, clock=clock, sleep=clock.sleep), clock, count=3, busy=0.125)

    assert [100.0, 100.25, 100.5] == came


def test_idle_time_is_not_saved_up() -> None:
    """After a pause there is no burst: no second ever sees more turns than the rate."""
    clock = Seconds()
    pace = Pace(per_second=4, clock=clock, sleep=clock.sleep)
    pace()
    clock.now += 60

    assert [160.0, 160.25, 160.5] == turns(pace, clock, count=3)


def test_without_a_rate_nobody_waits() -> None:
    """As many as come."""
    clock = Seconds()

    assert [100.0] * 3 == turns(Pace(per_second=None, clock=clock, sleep=clock.sleep), clock, count=3)
