"""Over any store, a record ends as the pure `merge` says, whatever is delivered how often and in which order."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controlplane.job import Status
from controlplane.records.port import Records
from controlplane.records.record import Outcome, RecordKey, born, decide, merge
from tests.builders import BATCH_JOB_ID, PLAIN, T0, bring, change, submission
from tests.contract.conftest import NewRecords
from tests.lives import Life, batches, deliveries, lives

OURS = submission()
KEY = RecordKey(job_id=OURS.job_id)
NAME = OURS.batch_job_name
THEIRS = RecordKey(job_id=BATCH_JOB_ID)
CHILD = RecordKey(job_id=BATCH_JOB_ID, index=4)
#: Few, for each is a store of its own and some tens of writes.
few = settings(max_examples=15)
OUR_LIVES = lives(name=NAME, most_attempts=3)
THEIR_LIVES = st.tuples(st.just(THEIRS), lives(most_attempts=3))
CHILDRENS_LIVES = st.tuples(
    st.just(CHILD), lives(job_id=f"{BATCH_JOB_ID}:4", most_attempts=3, arrayProperties={"index": 4})
)


@few
@given(life=OUR_LIVES, data=st.data())
def test_a_record_of_ours_ends_as_the_pure_merge_says(new_records: NewRecords, life: Life, data: st.DataObject) -> None:
    """Shuffled, doubled and in batches, changes make the record that ordered ones make."""
    records = new_records()
    records.create(OURS)

    for batch in data.draw(batches(data.draw(deliveries(life.changes, most_repeats=8)))):
        bring(records, KEY, *batch, ours=True)

    assert merge(born(OURS), KEY, *life.changes) == records.get(KEY)


@few
@given(told=THEIR_LIVES | CHILDRENS_LIVES, data=st.data())
def test_a_record_that_changes_made_ends_as_the_pure_merge_says(
    new_records: NewRecords, told: tuple[RecordKey, Life], data: st.DataObject
) -> None:
    """Nobody's jobs and children are born of whichever change comes first."""
    records, (key, life) = new_records(), told

    for batch in data.draw(batches(data.draw(deliveries(life.changes, most_repeats=8)))):
        bring(records, key, *batch, ours=False)

    assert merge(None, key, *life.changes) == records.get(key)


@few
@given(life=OUR_LIVES, ends=st.permutations(["SUCCEEDED", "FAILED"]), data=st.data())
def test_of_two_ends_the_first_stays_as_the_pure_merge_says(
    new_records: NewRecords, life: Life, ends: list[str], data: st.DataObject
) -> None:
    """Both are in history, whatever comes with them in one batch or after."""
    records = new_records()
    records.create(OURS)
    first, second = (change(end, name=NAME) for end in ends)
    running = [each for each in life.changes if not each.detail.status.is_terminal]
    delivered = [first, *data.draw(deliveries(running, most_repeats=4)), second]

    outcomes = [bring(records, KEY, *batch, ours=True) for batch in data.draw(batches(delivered))]

    assert (Outcome.CONFLICT, merge(born(OURS), KEY, *delivered)) == (outcomes[-1], records.get(KEY))


@pytest.mark.parametrize("together", [True, False])
def test_of_two_times_of_a_transition_the_first_told_stays(records: Records, together: bool) -> None:
    """The sweep may see a status before its event comes, in one batch or in two."""
    records.create(OURS)
    told = [change("RUNNABLE", name=NAME, at=T0 + seconds * 1000) for seconds in (5, 1)]

    for batch in [told] if together else [[each] for each in told]:
        bring(records, KEY, *batch, ours=True)

    assert merge(born(OURS), KEY, *told) == records.get(KEY)


@pytest.mark.parametrize("answer", ["SUCCEEDED", "FAILED"])
def test_batchs_own_answer_stands_after_a_conflict(records: Records, answer: str) -> None:
    """The whole answer: nothing is left of the end that was wrong."""
    records.create(OURS)
    failed = change("FAILED", name=NAME, statusReason="Host EC2 terminated", container={"reason": "lost"})
    delivered = [failed, change("SUCCEEDED", name=NAME)]
    told = change(answer, name=NAME, stoppedAt=T0 + 7)
    bring(records, KEY, *delivered, ours=True)

    records.decide(KEY, told)

    assert decide(merge(born(OURS), KEY, *delivered), told) == records.get(KEY)


def test_a_status_that_is_not_known_settles_a_record_of_ours(records: Records) -> None:
    """Batch's id is learnt, and nothing else."""
    records.create(OURS)
    told = change("SCHEDULED", name=NAME)

    outcome = bring(records, KEY, told, ours=True)

    assert (Outcome.LATE, merge(born(OURS), KEY, told)) == (outcome, records.get(KEY))


@pytest.mark.parametrize("statuses", [["SCHEDULED"], ["SCHEDULED", "HELD"], ["SCHEDULED", "RUNNING", "HELD"]])
def test_a_status_that_is_not_known_makes_a_record(records: Records, statuses: list[str]) -> None:
    """Of a job of nobody's too; what is known moves it on."""
    told = [change(status) for status in statuses]

    for each in told:
        bring(records, THEIRS, each, ours=False)

    assert merge(None, THEIRS, *told) == records.get(THEIRS)


@few
@given(life=OUR_LIVES, place=st.integers(min_value=0), claimed=st.booleans())
def test_changes_and_the_answer_of_submit_job_may_come_in_any_order(
    new_records: NewRecords, life: Life, place: int, claimed: bool
) -> None:
    """Batch's id is settled between any two changes, or was by one of them, and nothing else moves."""
    records, delivered = new_records(), life.changes
    records.create(OURS)
    if claimed:
        records.claim(OURS.job_id, previous=None, at=T0, capability_digests=("digest",))
    at = place % (len(delivered) + 1)

    for each in delivered[:at]:
        bring(records, KEY, each, ours=True)
    settled = records.settle(OURS.job_id, BATCH_JOB_ID)
    for each in delivered[at:]:
        bring(records, KEY, each, ours=True)

    record = records.get(KEY)
    assert record is not None
    assert (True, BATCH_JOB_ID, life.steps[-1][0]) == (settled, record.batch_job_id, record.status)
    assert (("digest",) if claimed else ()) == record.capability_digests


def test_a_terminal_status_is_never_left(records: Records) -> None:
    """A late RUNNING is history only."""
    records.create(OURS)
    bring(records, KEY, change("SUCCEEDED", name=NAME), ours=True)

    outcome = bring(records, KEY, change("RUNNING", name=NAME), ours=True)

    record = records.get(KEY)
    assert record is not None
    assert (Outcome.LATE, Status.SUCCEEDED, {0, 4, 5}) == (outcome, record.status, set(record.history))


def test_a_name_of_ours_that_no_submission_has_changes_nothing(records: Records) -> None:
    """Whoever may submit to Batch can make such a name up."""
    outcome = bring(records, KEY, change("RUNNING", name=NAME), ours=True)

    assert (Outcome.STRANGE, None) == (outcome, records.get(KEY))


def test_a_forged_name_leaves_our_record_alone(records: Records) -> None:
    """The name is ours, but the definition is another than the one that was accepted."""
    records.create(OURS)

    outcome = bring(records, KEY, change("FAILED", name=NAME, jobDefinition=PLAIN), ours=True)

    assert (Outcome.STRANGE, born(OURS)) == (outcome, records.get(KEY))


def test_a_second_batch_job_is_told_of_and_leaves_our_record_alone(records: Records) -> None:
    """Name, queue and definition match, but Batch's id is another's."""
    records.create(OURS)
    bring(records, KEY, change("RUNNABLE", name=NAME), ours=True)
    before = records.get(KEY)

    outcome = bring(records, KEY, change("RUNNING", name=NAME, job_id="another"), ours=True)

    assert (Outcome.DUPLICATE, before) == (outcome, records.get(KEY))


def test_a_newer_change_is_merged(records: Records) -> None:
    """The outcome says that the record has its status now."""
    records.create(OURS)

    assert Outcome.MERGED is bring(records, KEY, change("RUNNING", name=NAME), ours=True)


def test_a_repeated_change_is_late(records: Records) -> None:
    """The second delivery writes nothing."""
    records.create(OURS)
    bring(records, KEY, change("RUNNING", name=NAME), ours=True)
    before = records.get(KEY)

    outcome = bring(records, KEY, change("RUNNING", name=NAME), ours=True)

    assert (Outcome.LATE, before) == (outcome, records.get(KEY))


def test_news_of_a_lost_job_finds_it_again(records: Records) -> None:
    """Batch had not forgotten it after all."""
    records.create(OURS)
    bring(records, KEY, change("RUNNABLE", name=NAME), ours=True)
    records.lose(KEY, at=T0 + 5)

    bring(records, KEY, change("RUNNING", name=NAME), ours=True)

    record = records.get(KEY)
    assert record is not None
    assert (False, Status.RUNNING) == (record.lost, record.status)
