"""Which record a change belongs to, and what it comes to there."""

from dataclasses import replace

from controlplane.job import Status
from controlplane.records.job_filter import from_cursor, to_cursor
from controlplane.records.record import Outcome, RecordKey, born, keys_of, merge, outcome, snapshot
from tests.builders import BATCH_JOB_ID, PLAIN, T0, change, refusal, submission

SUBMISSION = submission()
OURS = born(SUBMISSION)


def test_an_event_settles_batchs_id() -> None:
    """An event may be faster than SubmitJob's answer."""
    assert merge(OURS, OURS.key, change("RUNNABLE")).batch_job_id == BATCH_JOB_ID


def test_of_two_times_of_a_transition_the_first_told_stays() -> None:
    """The sweep may see a status before its event comes."""
    seen = [change("RUNNABLE", at=T0 + seconds * 1000) for seconds in (5, 1)]

    assert T0 + 5000 == merge(OURS, OURS.key, *seen).history[Status.RUNNABLE.rank]


def test_an_array_has_the_summary_of_its_newest_change() -> None:
    """As Batch counted its children then."""
    told = [
        change(status, arrayProperties={"size": 2, "statusSummary": summary})
        for status, summary in (("FAILED", {"FAILED": 2}), ("PENDING", {"PENDING": 2}))
    ]

    assert {"FAILED": 2} == merge(OURS, OURS.key, *told).status_summary


def test_a_job_that_is_no_array_has_no_summary() -> None:
    """There is nothing to count."""
    assert {} == merge(OURS, OURS.key, change("RUNNING")).status_summary


def test_a_status_that_is_not_known_decides_nothing() -> None:
    """What a store writes of it to a new record is what the record says without it."""
    told = change("SCHEDULED", statusReason="soon")
    record = merge(None, OURS.key, told)

    assert record == replace(record, **snapshot(told))


def test_an_event_of_another_definition_is_strange() -> None:
    """Whoever may submit to Batch can forge a name, but then queue and definition do not match."""
    assert Outcome.STRANGE is outcome(OURS, change("RUNNING", jobDefinition=PLAIN), ours=True)


def test_an_event_of_a_job_that_is_older_than_the_record_is_strange() -> None:
    """It is of the job that had the same idempotency key before; but two clocks may differ a little."""
    earlier = [change("RUNNING", createdAt=T0 - hours * 3_600_000) for hours in (2, 1)]

    assert [Outcome.STRANGE, Outcome.MERGED] == [outcome(OURS, each, ours=True) for each in earlier]


def test_an_event_of_another_batch_job_is_a_duplicate() -> None:
    """The name, queue and definition match, but Batch's id is another's."""
    settled = merge(OURS, OURS.key, change("RUNNABLE"))

    assert Outcome.DUPLICATE is outcome(settled, change("RUNNING", job_id="another"), ours=True)


def test_a_refusal_is_strange_to_a_job_that_batch_has() -> None:
    """An earlier try was taken: what a later one is told does not end the job."""
    settled = merge(OURS, OURS.key, change("RUNNABLE"))

    assert Outcome.STRANGE is outcome(settled, refusal(), ours=True)


def test_a_change_of_our_job_belongs_to_our_key_and_to_batchs() -> None:
    """The name tells our id; Batch's own key is where it goes if the name lies."""
    keys = keys_of(change("RUNNING", name=SUBMISSION.batch_job_name))

    assert (RecordKey(job_id=BATCH_JOB_ID), RecordKey(job_id=SUBMISSION.job_id)) == keys


def test_a_child_belongs_to_batchs_id_of_its_parent() -> None:
    """Children carry their parent's name, and are kept under Batch's id, which can't be forged."""
    keys = keys_of(change("RUNNING", job_id=f"{BATCH_JOB_ID}:3", name=SUBMISSION.batch_job_name))

    assert (RecordKey(job_id=BATCH_JOB_ID, index=3), None) == keys


def test_a_cursor_tells_where_the_page_ended() -> None:
    """What goes into a cursor comes out of it."""
    assert (OURS.created_at, OURS.key.job_id) == from_cursor(to_cursor(OURS.created_at, OURS.key.job_id))
