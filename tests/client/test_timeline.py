"""Time in each status."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from batchplane import Transition, time_in_status

BEGINNING = datetime(2026, 3, 1, 12, tzinfo=UTC)


def at(seconds: float, status: str, attempt: int = 1) -> Transition:
    """A transition so many seconds after the beginning."""
    return Transition(status=status, attempt=attempt, at=BEGINNING + timedelta(seconds=seconds))


def seconds(spent: dict[str, timedelta]) -> dict[str, float]:
    """The same in seconds."""
    return {status: span.total_seconds() for status, span in spent.items()}


def test_each_status_lasts_until_the_next() -> None:
    """The last one, of a finished job, takes no time."""
    history = [at(0, "SUBMITTED"), at(2, "RUNNABLE"), at(5, "RUNNING"), at(9, "SUCCEEDED")]

    assert seconds(time_in_status(history, until=None)) == {"SUBMITTED": 2, "RUNNABLE": 3, "RUNNING": 4}


def test_a_job_in_progress_counts_to_now() -> None:
    """The last status is still going on."""
    history = [at(0, "SUBMITTED"), at(2, "RUNNING")]

    spent = time_in_status(history, until=BEGINNING + timedelta(seconds=12))

    assert seconds(spent) == {"SUBMITTED": 2, "RUNNING": 10}


def test_attempts_add_up() -> None:
    """A retry goes back to RUNNABLE; its time is added."""
    history = [at(0, "RUNNABLE"), at(1, "RUNNING"), at(4, "RUNNABLE", 2), at(6, "RUNNING", 2), at(7, "FAILED", 2)]

    assert seconds(time_in_status(history, until=None)) == {"RUNNABLE": 3, "RUNNING": 4}


def test_no_history_is_no_time() -> None:
    """A record without a history has nothing to count."""
    assert time_in_status([], until=BEGINNING) == {}


@given(st.lists(st.tuples(st.integers(-5, 5), st.sampled_from(["RUNNABLE", "RUNNING"])), max_size=8))
def test_no_time_is_negative(moments: list[tuple[int, str]]) -> None:
    """Batch's clock has a grain of a second, so that one status may seem to begin before the one before it."""
    spent = time_in_status([at(second, status) for second, status in moments], until=BEGINNING)

    assert all(span >= timedelta() for span in spent.values())
