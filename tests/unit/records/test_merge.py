"""Merging is commutative, associative and idempotent over every life that a job may have."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controlplane.batch.state_change import StateChange, from_event
from controlplane.documents.job import history, to_document
from controlplane.job import JobType, Status
from controlplane.records.record import JobRecord, Outcome, RecordKey, born, decide, keys_of, merge, outcome
from tests.builders import BATCH_JOB_ID, DEPLOYMENT, change, submission
from tests.lives import Life, batches, deliveries, lives, of_any_kind

SUBMISSION = submission()
OURS = born(SUBMISSION)
KEY = RecordKey(job_id=BATCH_JOB_ID)
#: The time that an example takes is the machine's affair.
steady = settings(max_examples=60)
#: What a record begins as: a submission of ours, or nothing.
beginnings = st.sampled_from([OURS, None])


def recorded(changes: Iterable[StateChange]) -> dict[RecordKey, JobRecord]:
    """The records of some jobs, each change by itself."""
    records: dict[RecordKey, JobRecord] = {}
    for each in changes:
        key, _ = keys_of(each)
        records[key] = merge(records.get(key), key, each)
    return records


def folded(record: JobRecord | None, delivered: Iterable[Iterable[StateChange]]) -> JobRecord:
    """The record after batches of changes."""
    for batch in delivered:
        record = merge(record, KEY, *batch)
    assert record is not None
    return record


@steady
@given(kind=of_any_kind(), data=st.data())
def test_any_order_and_repetition_makes_the_same_records(kind: tuple[Life, ...], data: st.DataObject) -> None:
    """Single jobs, arrays with their children, and multi-node jobs, from whichever event comes first."""
    told = [change for life in kind for change in life.changes]

    assert recorded(told) == recorded(data.draw(deliveries(told)))


@steady
@given(life=lives(), beginning=beginnings, data=st.data())
def test_any_batches_make_the_same_record(life: Life, beginning: JobRecord | None, data: st.DataObject) -> None:
    """Merging is associative: what comes together comes to what comes one by one."""
    delivered = data.draw(deliveries(life.changes))

    assert folded(beginning, [life.changes]) == folded(beginning, data.draw(batches(delivered)))


@steady
@given(life=lives(), beginning=beginnings, data=st.data())
def test_what_is_known_already_changes_nothing(life: Life, beginning: JobRecord | None, data: st.DataObject) -> None:
    """Merging is idempotent, in every state on the way."""
    delivered = data.draw(st.permutations(life.changes))
    some = delivered[: data.draw(st.integers(1, len(delivered)))]
    record = folded(beginning, [some])

    assert [record] * len(some) == [merge(record, KEY, each) for each in some]


@steady
@given(life=lives(), data=st.data())
def test_history_keeps_every_delivered_transition_once(life: Life, data: st.DataObject) -> None:
    """As the document shows it: in the order of the job's life, whichever were delivered and however often."""
    some = data.draw(st.sets(st.integers(0, len(life.changes) - 1), min_size=1))
    record = folded(None, [data.draw(deliveries([life.changes[place] for place in some]))])
    expected = [
        (str(status), max(finished, 1) if status.is_terminal else finished + 1)
        for status, finished in (life.steps[place] for place in sorted(some))
    ]

    assert expected == [(each["status"], each["attempt"]) for each in history(record)]


@steady
@given(life=lives(), beginning=beginnings, data=st.data())
def test_each_attempt_keeps_its_own(life: Life, beginning: JobRecord | None, data: st.DataObject) -> None:
    """Exit code, reason, times, log stream and pod, of every shape, once the last event has come."""
    assert life.attempts == folded(beginning, [data.draw(deliveries(life.changes))]).attempts


@steady
@given(life=lives(), data=st.data())
def test_lost_events_change_nothing_but_history(life: Life, data: st.DataObject) -> None:
    """If the last event arrives, all but history is as if every one had."""
    some = data.draw(st.lists(st.sampled_from(life.changes)))
    holed = folded(OURS, [data.draw(st.permutations([*some, life.changes[-1]]))])

    assert replace(folded(OURS, [life.changes]), history={}) == replace(holed, history={})


@steady
@given(life=lives(), data=st.data())
def test_the_latest_that_was_delivered_stands(life: Life, data: st.DataObject) -> None:
    """Whatever is missing, and however late a RUNNABLE comes."""
    some = data.draw(st.lists(st.integers(0, len(life.changes) - 1), min_size=1))
    record = folded(None, [[life.changes[place] for place in some]])

    assert life.steps[max(some)] == (record.status, len(record.attempts))


@steady
@given(life=lives(), end=st.sampled_from(["SUCCEEDED", "FAILED"]), data=st.data())
def test_an_end_is_never_left(life: Life, end: str, data: st.DataObject) -> None:
    """What comes after it, of any status but the other end, goes into history alone."""
    ended = merge(OURS, KEY, change(end))
    late = [each for each in life.changes if not each.detail.status.is_terminal]
    after = folded(ended, [data.draw(st.permutations([*late, change("SCHEDULED")]))])

    assert ended == replace(after, history=ended.history)


@steady
@given(life=lives(), ends=st.permutations(["SUCCEEDED", "FAILED"]), data=st.data())
def test_of_two_ends_the_first_stays_and_both_are_noted(life: Life, ends: list[str], data: st.DataObject) -> None:
    """Whatever else comes between them, and however often they come again."""
    running = [each for each in life.changes if not each.detail.status.is_terminal]
    first, second = (change(end, statusReason=end) for end in ends)
    between, after = data.draw(deliveries(running)), data.draw(deliveries([first, second]))
    record = folded(OURS, [[first, *between, second, *after]])

    assert (ends[0], ends[0], True) == (str(record.status), record.status_reason, record.is_conflicting)


@pytest.mark.parametrize(("ends", "conflict"), [(["FAILED"], False), (["FAILED", "SUCCEEDED"], True)])
def test_a_document_shows_a_conflict(ends: list[str], conflict: bool) -> None:
    """Whoever reads the status may want to know that Batch told of two."""
    record = merge(OURS, KEY, *map(change, ends))

    assert conflict is to_document(record, deployment=DEPLOYMENT)["conflict"]


@steady
@given(life=lives(), data=st.data())
def test_a_job_told_of_by_one_end_has_no_conflict(life: Life, data: st.DataObject) -> None:
    """Ten FAILED attempts are no two ends."""
    assert not folded(OURS, [data.draw(deliveries(life.changes))]).is_conflicting


@steady
@given(life=lives(), ends=st.permutations(["SUCCEEDED", "FAILED"]))
def test_the_second_end_is_a_conflict_whenever_it_comes(life: Life, ends: list[str]) -> None:
    """Delivered again, it asks again: whoever was told of it first may have died before asking Batch."""
    first, second = map(change, ends)
    once = merge(OURS, KEY, *life.changes[:1], first, second)

    assert [Outcome.CONFLICT, Outcome.LATE] == [outcome(once, each, ours=True) for each in (second, first)]


@steady
@given(life=lives(), answer=st.sampled_from(["SUCCEEDED", "FAILED"]), ends=st.permutations(["SUCCEEDED", "FAILED"]))
def test_batchs_own_answer_stands_after_a_conflict(life: Life, answer: str, ends: list[str]) -> None:
    """The status is Batch's, whichever came first; history goes on saying that there were two."""
    conflicting = merge(OURS, KEY, *life.changes[:1], *map(change, ends))
    decided = decide(conflicting, change(answer, statusReason="as Batch says"))

    assert (answer, "as Batch says", True, conflicting.history) == (
        str(decided.status),
        decided.status_reason,
        decided.is_conflicting,
        decided.history,
    )


@steady
@given(life=lives())
def test_an_answer_that_is_no_end_decides_nothing(life: Life) -> None:
    """A terminal status is left for the other one only."""
    ended = merge(OURS, KEY, change("FAILED"))
    running = [each for each in life.changes if not each.detail.status.is_terminal]

    assert {Status.FAILED} == {decide(ended, each).status for each in running}


@steady
@given(life=lives(), places=st.lists(st.integers(0, 40), max_size=5), beginning=beginnings)
def test_statuses_that_are_not_known_change_nothing(life: Life, places: list[int], beginning: JobRecord | None) -> None:
    """Wherever they come: neither what a record says, nor its history."""
    delivered = list(life.changes)
    for place in places:
        delivered.insert(place, change("SCHEDULED", attempts=[{"stoppedAt": 1}] * (place % 4)))

    assert folded(beginning, [life.changes]) == folded(beginning, [delivered])


def test_a_status_that_is_not_known_makes_a_record() -> None:
    """Batch has the job, and that is all that is said of it."""
    record = merge(None, KEY, change("SCHEDULED"))

    assert (Status.SUBMITTED, {}, BATCH_JOB_ID, -1) == (
        record.status,
        record.history,
        record.batch_job_id,
        record.order,
    )


def test_a_status_that_is_not_known_settles_a_record_of_ours() -> None:
    """Nothing but Batch's id is learnt."""
    assert replace(OURS, batch_job_id=BATCH_JOB_ID) == merge(OURS, KEY, change("SCHEDULED"))


@steady
@given(life=lives(), data=st.data())
def test_what_the_sweep_sees_is_what_events_tell(life: Life, data: st.DataObject) -> None:
    """Only the time of a transition may be the sweep's, where it was there first."""
    told = [*life.changes, *life.sightings(after=data.draw(st.integers(0, 10**6)))]
    record = folded(OURS, [data.draw(st.permutations(told))])
    alone = folded(OURS, [life.changes])

    assert (set(alone.history), alone.status, alone.attempts) == (set(record.history), record.status, record.attempts)


@steady
@given(kind=of_any_kind())
def test_a_record_knows_its_kind(kind: tuple[Life, ...]) -> None:
    """From whichever event comes first."""
    details = [json.loads(life.events[0])["detail"] for life in kind]
    types = {
        keys_of(from_event(life.events[0]))[0]: JobType.ARRAY_CHILD
        if ":" in detail["jobId"]
        else JobType.NODE
        if "#" in detail["jobId"]
        else JobType.ARRAY
        if "arrayProperties" in detail
        else JobType.MULTI_NODE
        if "nodeProperties" in detail
        else JobType.SINGLE
        for life, detail in zip(kind, details, strict=True)
    }
    records = recorded(change for life in kind for change in life.changes)

    assert types == {key: record.type for key, record in records.items()}
