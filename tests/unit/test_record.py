"""Merging is right under any order, repetition and loss."""

import random

from hypothesis import given
from hypothesis import strategies as st

from controlplane.job import Status
from controlplane.job_filter import from_cursor, to_cursor
from controlplane.record import JobRecord, Outcome, RecordKey, born, keys_of, merge, outcome
from controlplane.state_change import StateChange, from_event
from tests.builders import BATCH_JOB_ID, PLAIN, change, life, refusal, submission

SUBMISSION = submission()
OURS = born(SUBMISSION)
codes = st.lists(st.integers(min_value=0, max_value=255), min_size=1, max_size=10).map(tuple)


def merged(record: JobRecord | None, changes: list[StateChange]) -> JobRecord | None:
    """A record after some changes, in this order."""
    for each in changes:
        record = merge(record, OURS.key, each)
    return record


def lived(exit_codes: tuple[int, ...]) -> list[StateChange]:
    """Every change of a job of ours."""
    return [from_event(each) for each in life(SUBMISSION.batch_job_name, exit_codes=exit_codes)]


@given(exit_codes=codes, data=st.data())
def test_any_order_and_repetition_of_changes_ends_the_same(exit_codes: tuple[int, ...], data: st.DataObject) -> None:
    """Merging is commutative and idempotent: shuffled, doubled events make the record that ordered ones make."""
    changes = lived(exit_codes)
    delivered = changes + data.draw(st.lists(st.sampled_from(changes), max_size=20))
    data.draw(st.randoms(use_true_random=False)).shuffle(delivered)

    assert merged(OURS, changes) == merged(OURS, delivered)


@given(exit_codes=codes, seed=st.integers())
def test_a_record_that_events_made_is_the_same_in_any_order(exit_codes: tuple[int, ...], seed: int) -> None:
    """Jobs of nobody we know are born of whichever event comes first."""
    changes = lived(exit_codes)
    shuffled = random.Random(seed).sample(changes, len(changes))  # noqa: S311 - a shuffle, not a secret

    assert merged(None, changes) == merged(None, shuffled)


@given(exit_codes=codes, lost=st.sets(st.integers(min_value=0, max_value=31)))
def test_lost_events_change_nothing_but_history(exit_codes: tuple[int, ...], lost: set[int]) -> None:
    """If the last event arrives, the final status, attempts and exit code do not depend on the others."""
    changes = lived(exit_codes)
    kept = [each for place, each in enumerate(changes[:-1]) if place not in lost] + changes[-1:]
    whole, holed = merged(OURS, changes), merged(OURS, kept)

    assert whole is not None
    assert holed is not None
    assert (whole.status, whole.attempts, whole.exit_code) == (holed.status, holed.attempts, holed.exit_code)


@given(exit_codes=codes)
def test_history_keeps_each_transition_once(exit_codes: tuple[int, ...]) -> None:
    """SUBMITTED is ours; then three transitions an attempt, and the end."""
    record = merged(OURS, lived(exit_codes) * 2)

    assert record is not None
    assert 1 + 3 * len(exit_codes) + 1 == len(record.history)


def test_a_terminal_status_is_never_left() -> None:
    """A late RUNNING after SUCCEEDED is history only."""
    record = merged(OURS, [*lived((0,)), change("RUNNING", name=SUBMISSION.batch_job_name)])

    assert record is not None
    assert Status.SUCCEEDED is record.status


def test_of_two_terminal_changes_the_first_stays() -> None:
    """Conflicting ends are both in history; the status is the first one's."""
    record = merged(OURS, [change("FAILED"), change("SUCCEEDED")])

    assert record is not None
    assert (Status.FAILED, {0, 5, 6}) == (record.status, set(record.history))


def test_each_attempt_keeps_its_own_exit_code() -> None:
    """The attempts of the newest change are all there."""
    record = merged(OURS, lived((3, 7)))

    assert record is not None
    assert [attempt.container.exit_code for attempt in record.attempts] == [3, 7]


def test_an_event_settles_batchs_id() -> None:
    """An event may be faster than SubmitJob's answer."""
    assert merge(OURS, OURS.key, change("RUNNABLE")).batch_job_id == BATCH_JOB_ID


def test_an_event_of_another_definition_is_strange() -> None:
    """Whoever may submit to Batch can forge a name, but then queue and definition do not match."""
    assert Outcome.STRANGE is outcome(OURS, change("RUNNING", jobDefinition=PLAIN), ours=True)


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
