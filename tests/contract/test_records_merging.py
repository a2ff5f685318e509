"""Over any store, a record ends as the pure `merge` says, whatever is delivered how often and in which order."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from controlplane.job import Status
from controlplane.record import Outcome, RecordKey, born, merge
from controlplane.records import Records
from controlplane.state_change import StateChange, from_event
from tests.builders import BATCH_JOB_ID, PLAIN, T0, bring, change, life, submission
from tests.contract.conftest import NewRecords

OURS = submission()
KEY = RecordKey(job_id=OURS.job_id)
NAME = OURS.batch_job_name
THEIRS = RecordKey(job_id=BATCH_JOB_ID)
CHILD = RecordKey(job_id=BATCH_JOB_ID, index=4)
#: Few, for each is a store of its own and some tens of writes.
few = settings(max_examples=15, deadline=None)
codes = st.lists(st.integers(min_value=0, max_value=255), min_size=1, max_size=3).map(tuple)


@st.composite
def lives(draw: st.DrawFn) -> tuple[list[StateChange], list[StateChange]]:
    """Every change of a job of ours in order, and the same as it may be delivered."""
    changes = [from_event(each) for each in life(NAME, exit_codes=draw(codes))]
    delivered = changes + draw(st.lists(st.sampled_from(changes), max_size=8))
    return changes, draw(st.permutations(delivered))


@few
@given(life=lives())
def test_a_record_of_ours_ends_as_the_pure_merge_says(
    new_records: NewRecords, life: tuple[list[StateChange], list[StateChange]]
) -> None:
    """Shuffled and doubled changes make the record that ordered ones make: history has each transition once."""
    records, (changes, delivered) = new_records(), life
    records.create(OURS)
    expected = born(OURS)
    for each in changes:
        expected = merge(expected, KEY, each)

    for each in delivered:
        bring(records, KEY, each, ours=True)

    assert expected == records.get(KEY)


@few
@given(life=lives(), key=st.sampled_from([THEIRS, CHILD]))
def test_a_record_that_changes_made_ends_as_the_pure_merge_says(
    new_records: NewRecords, life: tuple[list[StateChange], list[StateChange]], key: RecordKey
) -> None:
    """Nobody's jobs and children are born of whichever change comes first."""
    records, (changes, delivered) = new_records(), life
    expected = None
    for each in changes:
        expected = merge(expected, key, each)

    for each in delivered:
        bring(records, key, each, ours=False)

    assert expected == records.get(key)


@few
@given(life=lives(), place=st.integers(min_value=0), claimed=st.booleans())
def test_changes_and_the_answer_of_submit_job_may_come_in_any_order(
    new_records: NewRecords, life: tuple[list[StateChange], list[StateChange]], place: int, claimed: bool
) -> None:
    """Batch's id is settled between any two changes, or was by one of them, and nothing else moves."""
    records, (_, delivered) = new_records(), life
    records.create(OURS)
    if claimed:
        records.claim(OURS.job_id, previous=None, at=T0, capability_digest="digest")
    at = place % (len(delivered) + 1)

    for each in delivered[:at]:
        bring(records, KEY, each, ours=True)
    settled = records.settle(OURS.job_id, BATCH_JOB_ID)
    for each in delivered[at:]:
        bring(records, KEY, each, ours=True)

    record = records.get(KEY)
    assert record is not None
    assert (True, BATCH_JOB_ID, True) == (settled, record.batch_job_id, record.status.is_terminal)
    assert ("digest" if claimed else None) == record.capability_digest


def test_a_terminal_status_is_never_left(records: Records) -> None:
    """A late RUNNING is history only."""
    records.create(OURS)
    bring(records, KEY, change("SUCCEEDED", name=NAME), ours=True)

    outcome = bring(records, KEY, change("RUNNING", name=NAME), ours=True)

    record = records.get(KEY)
    assert record is not None
    assert (Outcome.LATE, Status.SUCCEEDED, {0, 4, 5}) == (outcome, record.status, set(record.history))


def test_of_two_terminal_changes_the_first_stays(records: Records) -> None:
    """Conflicting ends are both in history; the status is the first one's."""
    records.create(OURS)
    bring(records, KEY, change("FAILED", name=NAME), ours=True)
    bring(records, KEY, change("SUCCEEDED", name=NAME), ours=True)

    record = records.get(KEY)
    assert record is not None
    assert (Status.FAILED, {0, 5, 6}) == (record.status, set(record.history))


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
