"""What follows from one request or one ending is done in slices, however many jobs it means: counted, not timed."""

from __future__ import annotations

import pytest

from batchplane_local.batch.jobs.retry import Ending
from batchplane_local.batch.jobs.status import Status
from tests.local.batch.ledgers import EXITED, NOW, Played, job_id_of

SLICE = 5
MANY = 40
FAILED, SUCCEEDED, RUNNABLE = Status.FAILED, Status.SUCCEEDED, Status.RUNNABLE
SEQUENTIAL = {"type": "SEQUENTIAL"}
SUCCESS = Ending(exit_code=0, reason=None, status_reason=EXITED)


def sizes_of_slices(played: Played) -> list[int]:
    """How many rows of jobs each slice writes, until nothing is left to do."""
    written = []
    for _ in range(1000):
        if not played.ledger.is_behind:
            return written
        played.ledger.go_on(NOW)
        written.append(len(played.ledger.changes.jobs))
        played.note()
    raise AssertionError("there is no end of slices")


@pytest.mark.parametrize("depends_on", [[], [SEQUENTIAL]])
@pytest.mark.parametrize("to_cancel", [True, False])
def test_an_array_is_ended_in_slices(depends_on: list[dict[str, str]], to_cancel: bool) -> None:
    """The request writes the parent alone; then no slice writes more than it may, and each child has the reason."""
    played = Played(slice_steps=SLICE)
    array = played.submit(size=MANY, depends_on=depends_on)
    (played.ledger.cancel if to_cancel else played.ledger.terminate)(array, 0, "enough", NOW)
    asked = set(played.ledger.changes.jobs)
    played.note()

    assert {1} == asked
    assert max(sizes_of_slices(played)) <= SLICE + 1
    assert {"enough"} == {row.status_reason for row in played.rows.values()}
    assert [1] * (1 + MANY) == [told.count(FAILED) for told in played.told.values()]


def test_children_end_in_the_order_of_their_indices() -> None:
    """One after another, and the parent with the last."""
    played = Played(slice_steps=SLICE)
    array = played.submit(size=MANY)
    played.terminate(array)

    assert [*range(2, MANY + 2), 1] == [key for key, status in played.order if status is FAILED]


def test_no_child_starts_once_its_array_is_to_end() -> None:
    """Nor does the queue wait for those that are still RUNNABLE: the next submission's job starts."""
    played = Played(slice_steps=SLICE)
    array, other = played.submit(size=MANY), played.submit()
    played.ask(array, "enough")
    attempt = played.start()

    assert (other, None) == (attempt and attempt.live, played.start())


def test_a_child_that_succeeded_before_its_turn_has_succeeded() -> None:
    """The others fail; one that failed by itself has the reason of the array, and is not tried again."""
    played = Played(slice_steps=SLICE)
    array = played.submit(size=MANY, attempts=3)
    first, second = played.start(), played.start()
    assert first is not None
    assert second is not None
    played.ask(array, "enough")
    played.end(first, exit_code=0)
    played.end(second, exit_code=1)
    played.catch_up()

    row = played.rows[second.key]
    assert [SUCCEEDED, *[FAILED] * (MANY - 1)] == [array.status(position) for position in range(1, MANY + 1)]
    assert ("enough", True, 1) == (row.status_reason, row.is_terminated, row.attempts)


def test_a_running_child_of_a_cancelled_array_is_not_tried_again() -> None:
    """It goes on, and fails by itself: what was cancelled is not revived."""
    played = Played(slice_steps=SLICE)
    array = played.submit(size=2, attempts=3)
    attempt = played.start()
    assert attempt is not None
    played.cancel(array)
    played.end(attempt, exit_code=1)

    assert ([0, 0, 0, 0, 0, 0, 2], None, False) == (array.counts, played.start(), played.rows[2].is_terminated)


def test_the_first_reason_stays() -> None:
    """An array that is terminated twice is terminated once."""
    played = Played(slice_steps=SLICE)
    array = played.submit(size=MANY)
    played.ask(array, "first")
    played.go_on()
    played.ask(array, "second")
    played.catch_up()

    assert {"first"} == {row.status_reason for row in played.rows.values()}
    assert {1} == {told.count(FAILED) for told in played.told.values()}


def test_what_was_cancelled_can_still_be_terminated() -> None:
    """The children that run are ended then, and the second reason is theirs and the parent's."""
    played = Played(slice_steps=SLICE)
    array = played.submit(size=MANY)
    running = played.start()
    assert running is not None
    played.ask(array, "first", to_cancel=True)
    left = played.catch_up()
    played.ask(array, "second")
    stopped = played.catch_up()
    played.end(running, exit_code=0)

    assert ([], [running]) == (left, stopped)
    assert ("second", "second", "first") == tuple(played.rows[key].status_reason for key in (1, running.key, MANY + 1))


@pytest.mark.parametrize("exit_code", [0, 1])
def test_those_who_wait_for_one_job_are_told_in_slices(exit_code: int) -> None:
    """An array that waits for a single job goes on, or fails, with it."""
    played = Played(slice_steps=SLICE)
    played.submit()
    array = played.submit(size=MANY, depends_on=[{"jobId": job_id_of(1)}])
    attempt = played.start()
    assert attempt is not None
    played.end(attempt, exit_code=exit_code)

    assert max(sizes_of_slices(played)) <= SLICE + 1
    assert MANY == array.counts[FAILED if exit_code else RUNNABLE]


def test_an_array_that_waits_for_what_has_failed_fails_in_slices() -> None:
    """From its submission on; none of its children starts, also where all else that it waits for has succeeded."""
    played = Played(slice_steps=SLICE)
    failed, other = played.submit(), played.submit()
    played.terminate(failed)
    before = {"jobId": failed.submission.job_id}, {"jobId": other.submission.job_id}
    array = played.submit(size=MANY, depends_on=before)
    attempt = played.start()
    assert attempt is not None
    played.end(attempt)

    assert played.start() is None
    assert max(sizes_of_slices(played)) <= SLICE + 1
    assert MANY == array.counts[FAILED]


def test_counterparts_are_told_whenever_they_came() -> None:
    """N_TO_N: those that waited before their counterpart ended, and those that came before that was passed on."""
    played = Played(vcpus=MANY, slice_steps=SLICE)
    first = played.submit(size=MANY)
    after = [{"jobId": first.submission.job_id, "type": "N_TO_N"}]
    early = played.submit(size=MANY, depends_on=after)
    for _ in range(MANY // 2):
        attempt = played.start()
        assert attempt is not None
        played.ledger.end(attempt, SUCCESS, NOW)
    played.ask(first, "enough")
    played.go_on()
    late = played.submit(size=MANY, depends_on=after)
    played.drain()

    half = [SUCCEEDED] * (MANY // 2) + [FAILED] * (MANY // 2)
    assert [half] * 3 == [[live.status(n) for n in range(1, MANY + 1)] for live in (first, early, late)]


def test_a_counterpart_that_has_succeeded_is_not_waited_for() -> None:
    """N_TO_N: also where others are still being told of its end, as of what came before it."""
    played = Played(slice_steps=1)
    failing = played.submit()
    played.submit(size=MANY, depends_on=[{"jobId": failing.submission.job_id}])
    first = played.submit(size=2)
    attempts = [played.start(), played.start()]
    for attempt, exit_code in zip(attempts, (1, 0), strict=True):
        assert attempt is not None
        played.end(attempt, exit_code=exit_code)
    second = played.submit(size=2, depends_on=[{"jobId": first.submission.job_id, "type": "N_TO_N"}])
    played.drain()

    assert [0, 0, 0, 0, 0, 2, 0] == second.counts


def test_a_child_whose_counterpart_has_failed_never_starts() -> None:
    """Also where it waits for something else besides, which then succeeds before the child's turn to fail comes."""
    played = Played(slice_steps=1)
    first, other = played.submit(size=2), played.submit()
    played.terminate(first)
    after = [{"jobId": first.submission.job_id, "type": "N_TO_N"}, {"jobId": other.submission.job_id}]
    attempt = played.start()
    array = played.submit(size=2, depends_on=after)
    assert attempt is not None
    played.end(attempt)
    played.drain()

    assert (2, [Status.PENDING, FAILED]) == (array.counts[FAILED], played.told[array.submission.key + 2])


def test_a_failure_and_a_success_told_in_slices_start_nothing() -> None:
    """What fails with one job stays where it is when another that it waited for succeeds."""
    played = Played(slice_steps=1)
    failed, other = played.submit(), played.submit()
    played.terminate(failed)
    attempt = played.start()
    assert attempt is not None
    before = [{"jobId": failed.submission.job_id}, {"jobId": other.submission.job_id}]
    array = played.submit(size=3, depends_on=before)
    played.end(attempt)
    played.drain()

    assert [[Status.PENDING, FAILED]] * 3 == [played.told[array.submission.key + n] for n in (1, 2, 3)]


def test_an_array_that_can_not_be_placed_fails_in_slices() -> None:
    """When its turn comes; the job after it starts all the same."""
    played = Played(slice_steps=SLICE)
    array, other = played.submit(size=MANY, unplaceable="too long"), played.submit()
    first = played.start()
    at_first = array.counts[FAILED]
    played.drain()

    assert (None, SLICE, MANY, SUCCEEDED) == (first, at_first, array.counts[FAILED], other.status(0))


def test_a_slice_is_small() -> None:
    """So that what is done at a time is a few milliseconds of work; a call's own consequences are no more."""
    played = Played()
    played.ask(played.submit(size=10_000), "enough")

    assert max(sizes_of_slices(played)) <= 251
