"""What can wait lets requests go first, by a clock that is turned by hand."""

from __future__ import annotations

from contextlib import ExitStack

import pytest

from batchplane_local.functions.quiet import LONGEST_SECONDS, QUIET_SECONDS, Quiet
from tests.local.clocks import Seconds


def test_nobody_waits_where_nothing_was_heard() -> None:
    """Not at the start."""
    clock = Seconds()

    Quiet(clock=clock, sleep=clock.sleep).wait()

    assert 100.0 == clock.now


def test_what_waits_begins_when_it_has_been_quiet() -> None:
    """So long after the last answer, however many came before it."""
    clock, began = Seconds(), []
    quiet = Quiet(clock=clock, sleep=clock.sleep)
    for _ in range(3):
        with quiet.disturbed():
            clock.now += 1.0

    quiet.then(lambda: began.append(clock.now))()

    assert [pytest.approx(103.0 + QUIET_SECONDS)] == began


def test_it_is_not_quiet_while_a_request_is_answered() -> None:
    """However long that takes: it ends at the second look here."""
    clock, request = Seconds(), ExitStack()
    looks = []

    def slept(seconds: float) -> None:
        clock.sleep(seconds)
        looks.append(clock.now)
        if len(looks) == 2:
            request.close()

    quiet = Quiet(clock=clock, sleep=slept)
    request.enter_context(quiet.disturbed())

    quiet.wait()

    assert pytest.approx(100.0 + 3 * QUIET_SECONDS) == clock.now


def test_who_comes_after_a_quiet_moment_does_not_wait() -> None:
    """The last request was answered long ago."""
    clock = Seconds()
    quiet = Quiet(clock=clock, sleep=clock.sleep)
    with quiet.disturbed():
        pass
    clock.now += QUIET_SECONDS

    quiet.wait()

    assert 100.0 + QUIET_SECONDS == clock.now


def test_requests_without_end_keep_nobody_for_ever() -> None:
    """The longest wait is the end of it."""
    clock, sleeps = Seconds(), iter(range(100))

    def slept(seconds: float) -> None:
        next(sleeps)
        clock.sleep(seconds)

    quiet = Quiet(clock=clock, sleep=slept)

    with quiet.disturbed():
        quiet.wait()

    assert pytest.approx(100.0 + LONGEST_SECONDS) == clock.now
