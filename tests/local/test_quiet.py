"""What can wait lets requests go first, by a clock that is turned by hand."""

from __future__ import annotations

import pytest

from batchplane_local.quiet import LONGEST_SECONDS, QUIET_SECONDS, Quiet
from tests.local.clocks import Seconds


def test_nobody_waits_where_nothing_was_heard() -> None:
    """Not at the start."""
    clock = Seconds()

    Quiet(clock=clock, sleep=clock.sleep).wait()

    assert 100.0 == clock.now


def test_what_waits_begins_when_it_has_been_quiet() -> None:
    """So long after the last request, however many came before it."""
    clock, began = Seconds(), []
    quiet = Quiet(clock=clock, sleep=clock.sleep)
    quiet.disturb()
    clock.now += QUIET_SECONDS / 2
    quiet.disturb()

    quiet.then(lambda: began.append(clock.now))()

    assert [pytest.approx(100.0 + 1.5 * QUIET_SECONDS)] == began


def test_who_came_after_a_quiet_moment_does_not_wait() -> None:
    """The last request was answered long ago."""
    clock = Seconds()
    quiet = Quiet(clock=clock, sleep=clock.sleep)
    quiet.disturb()
    clock.now += QUIET_SECONDS

    quiet.wait()

    assert 100.0 + QUIET_SECONDS == clock.now


def test_requests_without_end_keep_nobody_for_ever() -> None:
    """Each pause is disturbed: the longest wait is the end of it."""
    clock = Seconds()

    def disturbed(seconds: float) -> None:
        clock.sleep(seconds)
        quiet.disturb()

    quiet = Quiet(clock=clock, sleep=disturbed)
    quiet.disturb()

    quiet.wait()

    assert pytest.approx(100.0 + LONGEST_SECONDS) == clock.now
