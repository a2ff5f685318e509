"""Work over many things, several at a time."""

from __future__ import annotations

import threading

import pytest

from controlplane.aws.fan_out import Threads
from tests.waiting import PATIENCE_SECONDS


@pytest.mark.parametrize("things", [0, 1, 2, 3, 7, 100])
def test_answers_come_in_the_order_of_what_was_given(things: int) -> None:
    """Whichever thread has found them."""
    given = list(range(things))

    assert [each * 2 for each in given] == list(Threads(3)(lambda each: each * 2, given))


def test_as_many_are_done_at_a_time_as_there_are_threads() -> None:
    """Each waits here until all are at work."""
    together = threading.Barrier(3, timeout=PATIENCE_SECONDS)

    def meet(_: int) -> bool:
        together.wait()
        return True

    assert [True] * 6 == list(Threads(3)(meet, range(6)))


def test_a_single_thing_is_done_without_a_thread() -> None:
    """A cold start with one event pays for none."""
    fan_out = Threads(3)

    assert [threading.current_thread()] == list(fan_out(lambda _: threading.current_thread(), [1]))


def test_what_work_raises_is_raised() -> None:
    """Nothing is lost in a thread."""
    with pytest.raises(ZeroDivisionError):
        Threads(2)(lambda each: 1 // each, [1, 0, 1])
