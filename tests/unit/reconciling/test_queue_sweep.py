"""How far a pass over a queue's past has come."""

import pytest

from controlplane.batch.port import JobSummary
from controlplane.reconciling.queue_sweep import Pass
from controlplane.reconciling.reconcile import QUIET_MILLISECONDS
from tests.builders import T0

WHOLE = Pass(since=T0, until=T0 + 1000, before=T0 + 1000)


def jobs(*ages: int) -> list[JobSummary]:
    """A page of jobs that were created so long after the beginning (milliseconds)."""
    return [JobSummary(job_id=f"batch-{age}", job_name="theirs", created_at=T0 + age) for age in ages]


def test_a_pass_leaves_the_last_minutes_out() -> None:
    """Events have had their time of what it looks at."""
    until = T0 + 1000
    assert WHOLE == Pass.begin(since=T0, now=until + QUIET_MILLISECONDS)


def test_a_pass_goes_on_below_the_last_job() -> None:
    """But for others of that millisecond, which may be on the next page."""
    after = WHOLE.after(jobs(900, 800), is_last=False)

    assert (T0 + 801, False) == (after.before, after.is_done)


def test_a_page_without_jobs_moves_nothing() -> None:
    """More is to come."""
    assert WHOLE == WHOLE.after([], is_last=False)


@pytest.mark.parametrize(("ages", "is_last"), [((900, 0), False), ((900, -5), False), ((900,), True), ((), True)])
def test_a_pass_is_done_where_the_one_before_began(ages: tuple[int, ...], is_last: bool) -> None:
    """Or where the queue has no more."""
    assert WHOLE.after(jobs(*ages), is_last=is_last).is_done
