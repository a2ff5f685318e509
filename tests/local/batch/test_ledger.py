"""How jobs move: statuses, retries, arrays, dependencies, requests."""

from __future__ import annotations

import pytest

from batchplane_local.batch.jobs.status import Status
from batchplane_local.batch.refused import Refused
from tests.local.batch.ledgers import Played, job_id_of

PENDING, RUNNABLE, STARTING, RUNNING = Status.PENDING, Status.RUNNABLE, Status.STARTING, Status.RUNNING
SUCCEEDED, FAILED = Status.SUCCEEDED, Status.FAILED
#: What one attempt is told by.
ATTEMPT = [STARTING, RUNNING]


def started(played: Played) -> int:
    """Start the next attempt and give its job's row."""
    attempt = played.start()
    assert attempt is not None
    return attempt.key


def test_a_single_job_passes_through_its_statuses() -> None:
    """A job without dependencies is never PENDING."""
    played = Played()
    played.submit()
    played.drain()
    assert played.told[1] == [RUNNABLE, *ATTEMPT, SUCCEEDED]


def test_a_failed_attempt_is_followed_by_another() -> None:
    """A retry takes the job from RUNNING back to RUNNABLE, until the attempts are used up."""
    played = Played()
    played.submit(attempts=2)
    played.drain(exit_code=1)
    assert played.told[1] == [RUNNABLE, *ATTEMPT, RUNNABLE, *ATTEMPT, FAILED]
    assert played.rows[1].attempts == 2


def test_an_array_s_parent_is_pending_until_all_children_have_ended() -> None:
    """Parent and children send their own events, and the parent's end is the last."""
    played = Played()
    played.submit(size=2)
    played.drain()
    assert played.told[1] == [PENDING, SUCCEEDED]
    assert played.told[2] == played.told[3] == [RUNNABLE, *ATTEMPT, SUCCEEDED]
    assert played.order[-1] == (1, SUCCEEDED)


def test_an_array_with_a_failed_child_fails_when_all_have_ended() -> None:
    """One failed child does not end the others."""
    played = Played(vcpus=1)
    array = played.submit(size=3)
    attempt = played.start()
    assert attempt is not None
    played.end(attempt, exit_code=1)
    before = played.status(array)
    played.drain()
    assert (before, played.status(array)) == (PENDING, FAILED)
    assert played.rows[1].status_reason == "Array Child Job failed"
    assert array.counts == [0, 0, 0, 0, 0, 2, 1]


def test_jobs_start_in_the_order_in_which_they_were_submitted() -> None:
    """First in, first out; an array's children by index."""
    played = Played(vcpus=9)
    played.submit()
    played.submit(size=2)
    played.submit()
    assert [started(played) for _ in range(4)] == [1, 3, 4, 5]


def test_a_retried_job_keeps_its_place() -> None:
    """A job that is RUNNABLE again comes before those submitted after it."""
    played = Played(vcpus=1)
    played.submit(attempts=2)
    played.submit()
    attempt = played.start()
    assert attempt is not None
    played.end(attempt, exit_code=1)
    assert started(played) == 1


def test_a_job_waits_for_its_dependency() -> None:
    """A dependent is PENDING until the job it depends on has succeeded."""
    played = Played()
    played.submit()
    played.submit(depends_on=[{"jobId": job_id_of(1)}])
    played.drain()
    assert played.told[2] == [PENDING, RUNNABLE, *ATTEMPT, SUCCEEDED]
    assert played.order.index((1, SUCCEEDED)) < played.order.index((2, RUNNABLE))


def test_a_failed_dependency_fails_its_dependents() -> None:
    """And theirs in turn, in Batch's words."""
    played = Played()
    played.submit()
    played.submit(depends_on=[{"jobId": job_id_of(1)}])
    played.submit(depends_on=[{"jobId": job_id_of(2)}])
    played.drain(exit_code=1)
    assert played.told[2] == played.told[3] == [PENDING, FAILED]
    assert played.rows[3].status_reason == "Dependent Job failed"


def test_a_dependency_s_retries_are_waited_for() -> None:
    """A dependent waits for the job, not for its attempt."""
    played = Played(vcpus=1)
    played.submit(attempts=2)
    dependent = played.submit(depends_on=[{"jobId": job_id_of(1)}])
    attempt = played.start()
    assert attempt is not None
    played.end(attempt, exit_code=1)
    between = played.status(dependent)
    played.drain()
    assert (between, played.status(dependent)) == (PENDING, SUCCEEDED)


def test_a_dependency_that_has_ended_is_not_waited_for() -> None:
    """A job may depend on one that has succeeded; on one that has failed, it fails."""
    played = Played()
    played.submit()
    played.drain()
    played.submit(depends_on=[{"jobId": job_id_of(1)}])
    played.submit()
    played.drain(exit_code=1)
    played.submit(depends_on=[{"jobId": job_id_of(3)}])
    assert played.told[2][0] == RUNNABLE
    assert played.told[4] == [PENDING, FAILED]


def test_a_missing_dependency_is_refused() -> None:
    """A job can't wait for one that doesn't exist, and nothing of it is kept."""
    played = Played()
    with pytest.raises(Refused, match="does not exist"):
        played.submit(depends_on=[{"jobId": job_id_of(9)}])
    assert (played.ledger.lives, played.order) == ({}, [])


def test_children_wait_for_the_child_of_their_index() -> None:
    """N_TO_N: each child starts when its counterpart has succeeded, whatever the others do."""
    played = Played(vcpus=1)
    played.submit(size=2)
    second = played.submit(size=2, depends_on=[{"jobId": job_id_of(1), "type": "N_TO_N"}])
    attempt = played.start()
    assert attempt is not None
    played.end(attempt)
    assert [second.status(position) for position in (1, 2)] == [RUNNABLE, PENDING]


def test_a_failed_counterpart_fails_its_child_only() -> None:
    """N_TO_N: a child fails with its counterpart; the others go on."""
    played = Played(vcpus=1)
    played.submit(size=2)
    second = played.submit(size=2, depends_on=[{"jobId": job_id_of(1), "type": "N_TO_N"}])
    attempt = played.start()
    assert attempt is not None
    played.end(attempt, exit_code=1)
    played.drain()
    assert [second.status(position) for position in (0, 1, 2)] == [FAILED, FAILED, SUCCEEDED]


def test_counterparts_must_be_as_many() -> None:
    """N_TO_N needs two arrays of one size."""
    played = Played()
    played.submit(size=2)
    with pytest.raises(Refused, match="same size"):
        played.submit(size=3, depends_on=[{"jobId": job_id_of(1), "type": "N_TO_N"}])


def test_sequential_children_run_one_after_another() -> None:
    """SEQUENTIAL: a child waits for its earlier sibling, even where there is room."""
    played = Played(vcpus=9)
    played.submit(size=3, depends_on=[{"type": "SEQUENTIAL"}])
    first = started(played)
    assert (first, played.start()) == (2, None)
    played.drain()
    assert played.told[4] == [PENDING, RUNNABLE, *ATTEMPT, SUCCEEDED]


def test_a_failed_sibling_fails_those_after_it() -> None:
    """SEQUENTIAL: children after a failed one never run."""
    played = Played()
    array = played.submit(size=3, depends_on=[{"type": "SEQUENTIAL"}])
    played.drain(exit_code=1)
    assert array.counts == [0, 0, 0, 0, 0, 0, 3]
    assert played.told[4] == [PENDING, FAILED]


def test_a_runnable_job_is_cancelled() -> None:
    """CancelJob fails a job that hasn't started, with the given reason."""
    played = Played()
    job = played.submit()
    played.cancel(job)
    row = played.rows[1]
    assert (row.status, row.status_reason, row.is_cancelled) == (FAILED, "cancelled by a test", True)
    assert played.start() is None


def test_a_running_job_is_not_cancelled() -> None:
    """CancelJob leaves what has started as it is."""
    played = Played()
    job = played.submit()
    played.start()
    played.cancel(job)
    played.drain()
    assert (played.status(job), played.rows[1].is_cancelled) == (SUCCEEDED, False)


def test_a_pending_job_is_cancelled_when_its_dependencies_have_ended() -> None:
    """Until then it stays PENDING, and says that the request was accepted."""
    played = Played()
    played.submit()
    job = played.submit(depends_on=[{"jobId": job_id_of(1)}])
    played.cancel(job)
    between = played.rows[2]
    played.drain()
    assert (between.status, between.is_cancelled) == (PENDING, True)
    assert (played.told[2], played.rows[2].status_reason) == ([PENDING, FAILED], "cancelled by a test")


def test_cancelling_an_array_cancels_every_child_that_has_not_started() -> None:
    """The parent fails with the reason once the running ones have ended."""
    played = Played(vcpus=1)
    array = played.submit(size=3)
    attempt = played.start()
    assert attempt is not None
    played.cancel(array)
    between = played.status(array)
    played.end(attempt)
    assert (between, array.counts) == (PENDING, [0, 0, 0, 0, 0, 1, 2])
    assert (played.rows[1].status_reason, played.rows[1].is_cancelled) == ("cancelled by a test", True)


def test_one_child_is_terminated_alone() -> None:
    """The others go on; the parent fails in the end."""
    played = Played(vcpus=1)
    array = played.submit(size=3)
    played.terminate(array, 2)
    played.drain()
    assert [array.status(position) for position in range(4)] == [FAILED, SUCCEEDED, FAILED, SUCCEEDED]


def test_a_terminated_job_is_not_retried() -> None:
    """Whatever its exit code, a terminated job fails with the reason, attempts left or not."""
    played = Played()
    job = played.submit(attempts=3)
    attempt = played.start()
    assert played.terminate(job) == [attempt]
    assert attempt is not None
    played.end(attempt, exit_code=0)
    row = played.rows[1]
    assert (row.status, row.status_reason, row.is_terminated) == (FAILED, "terminated by a test", True)


def test_terminating_an_array_gives_the_attempts_to_end() -> None:
    """Children that run are to be ended; children that wait fail at once."""
    played = Played(vcpus=1)
    array = played.submit(size=3)
    attempt = played.start()
    assert played.terminate(array) == [attempt]
    assert array.counts == [0, 0, 0, 0, 1, 0, 2]


def test_a_request_for_a_job_that_has_ended_changes_nothing() -> None:
    """A terminal status is never left."""
    played = Played()
    job = played.submit()
    played.drain()
    played.cancel(job)
    assert (played.terminate(job), played.told[1][-1], played.rows[1].is_terminated) == ([], SUCCEEDED, False)


def test_what_can_not_be_placed_fails_when_its_turn_comes() -> None:
    """It is accepted, RUNNABLE, and then FAILED with no attempt; the next job runs."""
    played = Played(vcpus=1)
    played.submit(unplaceable="Container Overrides length must be at most 8192", attempts=3)
    played.submit()
    played.drain()
    assert (played.told[1], played.rows[1].attempts) == ([RUNNABLE, FAILED], 0)
    assert played.rows[1].status_reason == "Container Overrides length must be at most 8192"
    assert played.told[2][-1] == SUCCEEDED
