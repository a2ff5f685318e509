"""What the sweep concludes from a look at Batch."""

from dataclasses import replace
from typing import Any

import pytest

from controlplane.job import JobType, Status
from controlplane.reconciling.reconcile import (
    LOST_MILLISECONDS,
    OUTLIVED_MILLISECONDS,
    QUIET_MILLISECONDS,
    Findings,
    compare,
    compare_children,
    is_outlived,
    is_quiet,
    together,
)
from controlplane.records.record import JobRecord, RecordKey, born
from tests.builders import BATCH_JOB_ID, QUEUE, RUNNER, T0, submission

NOW = T0 + LOST_MILLISECONDS
OURS = born(submission())


def quiet(**members: Any) -> JobRecord:
    """A record that Batch knows and of which nothing was heard since it was made."""
    return replace(OURS, **({"batch_job_id": BATCH_JOB_ID} | members))


def described(status: str, job_id: str = BATCH_JOB_ID) -> dict[str, dict[str, Any]]:
    """DescribeJobs' answer about one job."""
    return {job_id: {"jobId": job_id, "status": status, "jobQueue": QUEUE, "jobDefinition": RUNNER}}


def children(answer: dict[str, dict[str, Any]], *, is_over: bool = False) -> Findings:
    """What a look at two children says: one is known to be RUNNING, of the other nothing is."""
    return compare_children(quiet(type=JobType.ARRAY), {3: 4, 7: -1}, answer, is_over=is_over, now=NOW)


def test_a_record_is_quiet_after_a_while() -> None:
    """Not a moment before the bound."""
    assert (False, True) == tuple(is_quiet(quiet(), now=T0 + QUIET_MILLISECONDS + late) for late in (-1, 0))


@pytest.mark.parametrize(
    ("members", "expected"),
    [({"batch_job_id": None}, True), ({}, False), ({"batch_job_id": None, "status": Status.FAILED}, False)],
    ids=["waits", "is with Batch", "was refused"],
)
def test_a_job_that_batch_may_not_know_is_unsent(members: dict[str, Any], expected: bool) -> None:
    """Unless it has ended without Batch."""
    assert expected == quiet(**members).is_unsent


def test_what_batch_describes_is_a_change() -> None:
    """DescribeJobs tells what no event did."""
    findings = compare([quiet()], described("SUCCEEDED"), now=NOW)

    assert (["SUCCEEDED"], Findings(changes=findings.changes)) == (
        [each.detail.status for each in findings.changes],
        findings,
    )


def test_what_is_known_is_no_change() -> None:
    """Nor anything else."""
    assert Findings() == compare([quiet(status=Status.RUNNING, order=4)], described("RUNNING"), now=NOW)


def test_what_batch_does_not_describe_is_missed_first() -> None:
    """However long ago it was heard of."""
    assert Findings(missed=(OURS.key,)) == compare([quiet()], {}, now=NOW * 2)


@pytest.mark.parametrize(("late", "lost"), [(-1, ()), (0, (OURS.key,))])
def test_what_was_missed_is_lost_when_it_is_missed_again(late: int, lost: tuple[RecordKey, ...]) -> None:
    """An hour after the first look, and not a moment before."""
    assert Findings(lost=lost) == compare([quiet(missed_at=T0)], {}, now=NOW + late)


def test_what_was_missed_and_is_described_is_found() -> None:
    """Then the next look that misses it is a first one."""
    assert Findings(seen_again=(OURS.key,)) == compare([quiet(missed_at=T0, order=4)], described("RUNNING"), now=NOW)


def test_a_description_that_can_not_be_read_stops_no_other() -> None:
    """It tells nothing of its job, which is neither missed nor lost."""
    other = quiet(key=RecordKey(job_id="other"), batch_job_id="other")
    answer = described("RUNNING") | {"other": {"jobId": "other", "status": 7}}
    findings = compare([other, quiet()], answer, now=NOW)

    assert (1, 1, ()) == (len(findings.changes), len(findings.unread), findings.missed)


def test_children_further_than_known_are_changes() -> None:
    """One that was never heard of, too."""
    answer = described("SUCCEEDED", f"{BATCH_JOB_ID}:3") | described("SUBMITTED", f"{BATCH_JOB_ID}:7")

    assert [f"{BATCH_JOB_ID}:3", f"{BATCH_JOB_ID}:7"] == [it.detail.job_id for it in children(answer).changes]


def test_children_as_far_as_known_are_no_changes() -> None:
    """Nothing is to be written."""
    assert Findings() == children(described("RUNNING", f"{BATCH_JOB_ID}:3"))


def test_children_that_are_not_described_are_lost_only_where_it_is_over() -> None:
    """As long as their array is there, they may come to be; one never heard of has nothing to lose."""
    lost = Findings(lost=(RecordKey(job_id=BATCH_JOB_ID, index=3),))

    assert (Findings(), lost) == (children({}), children({}, is_over=True))


@pytest.mark.parametrize(
    ("status", "late", "expected"),
    [(Status.FAILED, -1, False), (Status.FAILED, 0, True), (Status.PENDING, 0, False)],
)
def test_an_array_is_outlived_a_day_after_its_end(status: Status, late: int, expected: bool) -> None:
    """By then its children have ended too, if they ever were."""
    assert expected == is_outlived(quiet(status=status), now=T0 + OUTLIVED_MILLISECONDS + late)


def test_findings_are_put_together() -> None:
    """In their order."""
    first, second = RecordKey(job_id="a"), RecordKey(job_id="b")
    one, other = Findings(missed=(first,), lost=(first,)), Findings(missed=(second,), seen_again=(second,))

    assert Findings(missed=(first, second), seen_again=(second,), lost=(first,)) == together(one, other)
