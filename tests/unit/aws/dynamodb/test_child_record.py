"""A child's record: the pure merge of what was told, as far as its state has come."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from controlplane.aws.dynamodb.child_record import child_record
from controlplane.aws.dynamodb.child_rows import Told
from controlplane.aws.dynamodb.child_states import ChildStates, decided, lost, merged, missed
from controlplane.batch.state_change import StateChange, from_event
from controlplane.job import Status
from controlplane.records.record import JobRecord, RecordKey, decide, merge
from tests.builders import T0, change, life

KEY = RecordKey(job_id="parent", index=7)
LIFE = [from_event(each) for each in life("array", job_id="parent:7", attempts=2)]
FAILED = change("FAILED", job_id="parent:7", at=T0 + 60_000)
SUCCEEDED = change("SUCCEEDED", job_id="parent:7", at=T0 + 61_000)


def pure(changes: list[StateChange]) -> JobRecord:
    """The record that the pure merge makes."""
    return merge(None, KEY, *changes)


def of(
    changes: list[StateChange], states: ChildStates, *, answers: list[StateChange] | None = None
) -> JobRecord | None:
    """The record of the child at place 7."""
    rows = [*(Told(each, is_answer=False) for each in changes), *(Told(each, is_answer=True) for each in answers or [])]
    return child_record(KEY, rows, states, place=7)


def after(*changes: StateChange) -> ChildStates:
    """The states once these were told, in this order."""
    return merged(ChildStates(), [(7, each) for each in changes])[0]


@given(delivered=st.lists(st.sampled_from(LIFE), min_size=1), shuffled=st.randoms(use_true_random=False))
def test_rows_in_any_order_make_the_record_that_the_pure_merge_makes(
    delivered: list[StateChange], shuffled: Random
) -> None:
    """Doubled ones too."""
    rows = list(delivered)
    shuffled.shuffle(rows)

    assert pure(delivered) == of(rows, after(*delivered))


def test_of_two_ends_the_one_that_the_state_knows_stands() -> None:
    """Whichever was told first; the rows' order says nothing of that."""
    ends = [(FAILED, SUCCEEDED), (SUCCEEDED, FAILED)]

    assert [pure(list(each)) for each in ends] == [of([FAILED, SUCCEEDED], after(*each)) for each in ends]


def test_a_row_ahead_of_the_state_is_not_seen_yet() -> None:
    """Its delivery has died, and will be made again; until then, counts and records say the same."""
    assert pure(LIFE[:1]) == of(LIFE[:2], after(LIFE[0]))


def test_a_child_that_its_states_do_not_know_has_no_record() -> None:
    """Its rows were written by a delivery that died before the states."""
    assert of(LIFE[:1], ChildStates()) is None


def test_a_lost_child_says_so_and_since_when() -> None:
    """With the last status known, and the first time that Batch did not describe it."""
    states = lost(missed(after(LIFE[0]), 7, at=T0 + 5), 7, at=T0 + 9)
    record = pure(LIFE[:1])

    expected = replace(record, lost=True, missed_at=T0 + 5, changed_at=T0 + 9)
    assert (expected, Status.RUNNABLE) == (of(LIFE[:1], states), expected.status)


def test_batchs_own_answer_stands_as_a_whole() -> None:
    """Where it says the same end as was told before, nothing is left of how that was told."""
    answer = change("FAILED", job_id="parent:7", at=FAILED.at, statusReason="Host EC2 terminated")
    states = decided(after(FAILED, SUCCEEDED), 7, answer)

    assert decide(pure([FAILED, SUCCEEDED]), answer) == of([SUCCEEDED, FAILED], states, answers=[answer])


def test_a_status_that_is_not_known_makes_a_record_and_no_history() -> None:
    """What is known moves it on."""
    scheduled = change("SCHEDULED", job_id="parent:7", name="array")

    assert pure([scheduled]) == of([scheduled], after(scheduled))
    assert pure([scheduled, LIFE[0]]) == of([LIFE[0], scheduled], after(scheduled, LIFE[0]))


def test_an_answer_that_is_behind_what_was_told_takes_no_history_away() -> None:
    """Of a node that was ended while it waited for another attempt Batch tells no attempt at all."""
    node = RecordKey(job_id="gang", index=7)
    attempts = [each for each in map(from_event, life("gang", job_id="gang#7", attempts=2)) if each.finished_attempts]
    answer = change("FAILED", job_id="gang#7", name="gang", at=T0 + 60_000)
    states = decided(after(attempts[0]), 7, answer)
    rows = [Told(attempts[0], is_answer=False), Told(answer, is_answer=True)]
    record = child_record(node, rows, states, place=7)

    assert decide(merge(None, node, attempts[0]), answer) == record
