"""Submissions that wait: for their turn, for Batch, for one another. None is given up for it."""

from __future__ import annotations

from controlplane.submissions.queue import MOST_WAITS
from tests.flow.river import River
from tests.flow.scripted_batch import Answered

#: More receives than the dead letters allow of one message.
MANY = 15
#: More waits than one message has.
TOO_MANY = MOST_WAITS + 3
MINUTE = 60_000


def let_pass(river: River, *, minutes: int) -> None:
    """Turn the river once each minute."""
    for _ in range(minutes):
        river.turn()
        river.now += MINUTE


def throttled(calls: int) -> list[Exception]:
    """What so many calls of SubmitJob are answered."""
    return [Answered("TooManyRequestsException", 429) for _ in range(calls)]


def test_each_call_of_submit_job_waits_for_its_turn(river: River) -> None:
    """A second try takes a turn too; what is not sent takes none."""
    turns: list[int] = []
    river.plane.pace = lambda: turns.append(len(river.batch.jobs))
    river.batch.refusals += throttled(1)
    for number in range(2):
        river.submit(jobName=f"job-{number}")
    river.settle()
    river.submit(jobName="job-0")
    river.settle()

    assert [0, 0, 1] == turns


def test_waiting_for_batch_is_no_reason_to_give_up(river: River) -> None:
    """It takes no call for a long time."""
    river.batch.refusals += throttled(MANY)
    river.submit()
    let_pass(river, minutes=60)

    assert (1, []) == (len(river.batch.jobs), river.submissions.dead_letters(1))


def test_waiting_for_a_dependency_is_no_reason_to_give_up(river: River) -> None:
    """It is not with Batch for as long."""
    first = river.submit()
    second = river.submit(jobName="second", dependsOn=[{"jobId": first}])
    river.batch.refusals += throttled(MANY)
    let_pass(river, minutes=90)

    assert [first, second] == [job["jobName"][-26:] for job in river.batch.jobs.values()]
    assert [] == river.submissions.dead_letters(1)


def test_what_has_waited_too_often_is_handed_on_by_the_sweep(river: River) -> None:
    """Its message is let go, so that messages don't become more and more while Batch is away; the job is not."""
    river.batch.refusals += throttled(TOO_MANY)
    river.submit()
    let_pass(river, minutes=180)
    left = (len(river.batch.jobs), river.submissions.seconds_until_visible())
    for _ in range(TOO_MANY - MOST_WAITS):
        river.reconcile(minutes=5)
        river.turn()

    assert ((0, None), 1, []) == (left, len(river.batch.jobs), river.submissions.dead_letters(1))
