"""What the sweep concludes from a look at Batch."""

from dataclasses import replace

from controlplane.reconcile import LOST_MILLISECONDS, QUIET_MILLISECONDS, compare, is_quiet
from controlplane.record import JobRecord, born
from tests.builders import BATCH_JOB_ID, QUEUE, RUNNER, T0, submission

NOW = T0 + LOST_MILLISECONDS


def quiet(**members: object) -> JobRecord:
    """A record that Batch knows and of which nothing was heard since it was made."""
    return replace(born(submission()), batch_job_id=BATCH_JOB_ID, **members)  # type: ignore[arg-type]


def test_a_record_is_quiet_after_a_while() -> None:
    """Not a moment before the bound."""
    assert (False, True) == tuple(is_quiet(quiet(), now=T0 + QUIET_MILLISECONDS + late) for late in (-1, 0))


def test_a_job_that_has_ended_is_not_asked_after() -> None:
    """Terminal and lost records are left alone."""
    assert not is_quiet(quiet(lost=True), now=NOW)


def test_what_batch_describes_is_a_change() -> None:
    """DescribeJobs tells what no event did."""
    description = {"jobId": BATCH_JOB_ID, "status": "SUCCEEDED", "jobQueue": QUEUE, "jobDefinition": RUNNER}
    findings = compare([quiet()], [description], now=NOW)

    assert (["SUCCEEDED"], []) == ([each.detail.status for each in findings.changes], list(findings.lost))


def test_what_batch_has_forgotten_is_lost() -> None:
    """After a long silence, a job that is not described is lost, not failed."""
    assert [quiet()] == list(compare([quiet()], [], now=NOW).lost)


def test_what_batch_may_not_list_yet_is_not_lost() -> None:
    """DescribeJobs may lag behind SubmitJob."""
    assert [] == list(compare([quiet()], [], now=NOW - 1).lost)
