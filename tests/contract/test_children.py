"""What the records promise of array jobs' children, over any store."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controlplane.batch.state_change import StateChange, from_event
from controlplane.job import Status
from controlplane.records.port import Merge, Records
from controlplane.records.record import JobRecord, Outcome, RecordKey, decide, keys_of, merge
from tests.builders import BATCH_JOB_ID, T0, bring, change, life
from tests.contract.conftest import NewRecords
from tests.lives import Life, batches, deliveries, lives

#: Larger than a store may keep together.
SIZE = 2500
#: Some children far apart, and two that are neighbours.
INDICES = (0, 1, 999, 1000, 2499)
#: Deliveries that come at the same time.
RIVALS = 6


def key(index: int) -> RecordKey:
    """The key of a child."""
    return RecordKey(job_id=BATCH_JOB_ID, index=index)


def told(index: int, status: str, *, at: int = T0, **detail: object) -> StateChange:
    """A child in a status."""
    array = {"index": index, "statusSummary": {}}
    return change(status, at=at, job_id=f"{BATCH_JOB_ID}:{index}", arrayProperties=array, **detail)


def of(index: int, *changes: StateChange) -> Merge:
    """What is told of one child in one delivery."""
    return Merge(key=key(index), changes=changes, ours=False)


def stored(records: Records, statuses: dict[int, str]) -> None:
    """Tell of children by their indices."""
    for index, status in statuses.items():
        bring(records, key(index), told(index, status), ours=False)


def record(records: Records, index: int) -> JobRecord:
    """The record of a child that is known."""
    found = records.get(key(index))
    assert found is not None
    return found


CHILDREN = st.tuples(
    *(
        lives(job_id=f"{BATCH_JOB_ID}:{index}", most_attempts=3, arrayProperties={"index": index, "statusSummary": {}})
        for index in INDICES
    )
)


@settings(max_examples=15)
@given(children=CHILDREN, data=st.data())
def test_every_child_ends_as_the_pure_merge_says(
    new_records: NewRecords, children: tuple[Life, ...], data: st.DataObject
) -> None:
    """Shuffled, doubled, and cut into batches anywhere; and the live counts say the same."""
    records = new_records()
    expected = [merge(None, key(index), *life.changes) for index, life in zip(INDICES, children, strict=True)]
    counts = [each.status for each in expected]
    told = [each for life in children for each in life.changes]

    for batch in data.draw(batches(data.draw(deliveries(told, most_repeats=8)))):
        keys = dict.fromkeys(keys_of(each)[0] for each in batch)
        news = {of: tuple(each for each in batch if keys_of(each)[0] == of) for of in keys}
        records.merge([Merge(key=of, changes=changes, ours=False) for of, changes in news.items()])

    assert expected == list(records.children(BATCH_JOB_ID, size=SIZE, first=0, limit=SIZE))
    assert {status: counts.count(status) for status in counts} == records.status_summary(BATCH_JOB_ID, size=SIZE)
    for status in Status:
        there = [index for index, each in zip(INDICES, counts, strict=True) if each is status]
        assert there == list(records.children_in(BATCH_JOB_ID, size=SIZE, status=status))


def test_what_became_of_each_merge_stands_in_its_place(records: Records) -> None:
    """Of children near and far, of two arrays, and of a job between them."""
    stored(records, {1000: "RUNNING", 3: "FAILED"})
    other = Merge(key=RecordKey(job_id="other", index=1000), changes=(told(1000, "STARTING"),), ours=False)
    job = Merge(key=RecordKey(job_id="job"), changes=(change("RUNNING", job_id="job"),), ours=False)
    merges = [of(1000, told(1000, "STARTING")), other, of(3, told(3, "SUCCEEDED")), job, of(4, told(4, "RUNNABLE"))]

    outcomes = records.merge(merges)

    assert [Outcome.LATE, Outcome.MERGED, Outcome.CONFLICT, Outcome.MERGED, Outcome.MERGED] == list(outcomes)


def test_a_child_keeps_what_each_attempt_came_to(records: Records) -> None:
    """Exit code, reason, log stream and times, one by one, beside thousands of others."""
    events = life("array", job_id=f"{BATCH_JOB_ID}:7", exit_codes=(137, 3))
    bring(records, key(7), *map(from_event, events), ours=False)

    attempts = [(each.container.exit_code, each.container.reason) for each in record(records, 7).attempts]

    assert [(137, "attempt 1"), (3, "attempt 2")] == attempts
    assert (3, "attempt 2", "s/1795000006000") == (
        record(records, 7).exit_code,
        record(records, 7).reason,
        record(records, 7).log_stream_name,
    )


def test_two_ends_of_a_child_that_disagree_are_told_of(records: Records) -> None:
    """The first stays; both are in history."""
    stored(records, {7: "FAILED"})

    outcome = bring(records, key(7), told(7, "SUCCEEDED", at=T0 + 5000), ours=False)

    found = record(records, 7)
    assert (Outcome.CONFLICT, Status.FAILED, [5, 6]) == (outcome, found.status, sorted(found.history))


def test_two_ends_in_one_delivery_disagree_too(records: Records) -> None:
    """Neither was known before."""
    outcome = bring(records, key(7), told(7, "FAILED"), told(7, "SUCCEEDED"), ours=False)

    assert (Outcome.CONFLICT, Status.FAILED) == (outcome, record(records, 7).status)


@pytest.mark.parametrize("answer", ["SUCCEEDED", "FAILED"])
def test_batchs_own_answer_about_a_child_stands(records: Records, answer: str) -> None:
    """The whole answer, whatever is delivered again afterwards."""
    failed = told(7, "FAILED", statusReason="Host EC2 terminated", container={"reason": "lost"})
    news, asked = (failed, told(7, "SUCCEEDED")), told(7, answer, stoppedAt=T0 + 7)
    bring(records, key(7), *news, ours=False)

    records.decide(key(7), asked)
    bring(records, key(7), *news, ours=False)

    assert decide(merge(None, key(7), *news), asked) == record(records, 7)


def test_a_status_of_a_child_that_is_not_known_makes_a_record(records: Records) -> None:
    """Of which nothing else is known; what is known moves it on."""
    unknown, running = told(7, "SCHEDULED"), told(7, "RUNNING")
    bring(records, key(7), unknown, ours=False)
    before = (record(records, 7), dict(records.open_children(BATCH_JOB_ID, size=8, first=7, limit=1)))

    bring(records, key(7), running, ours=False)

    assert (merge(None, key(7), unknown), {7: -1}) == before
    assert merge(None, key(7), unknown, running) == record(records, 7)


def test_nothing_is_decided_of_a_child_that_nobody_told_of(records: Records) -> None:
    """Its record may have gone."""
    records.decide(key(7), told(7, "SUCCEEDED"))

    assert records.get(key(7)) is None


def test_a_child_that_batch_does_not_describe_says_since_when(records: Records) -> None:
    """The first look counts."""
    stored(records, {7: "RUNNING"})

    for at in (T0 + 5, T0 + 9):
        records.miss(key(7), at=at)

    assert T0 + 5 == record(records, 7).missed_at


def test_a_child_that_is_described_again_is_missed_no_more(records: Records) -> None:
    """The note goes, and nothing else."""
    stored(records, {7: "RUNNING", 8: "RUNNING"})
    before = record(records, 7)
    for index in (7, 8):
        records.miss(key(index), at=T0 + 5)

    records.find(key(7))

    assert (before, T0 + 5) == (record(records, 7), record(records, 8).missed_at)


def test_a_lost_child_keeps_its_last_status(records: Records) -> None:
    """Only that nobody can say more is noted; it is not open any more."""
    stored(records, {7: "RUNNING", 8: "RUNNING"})
    before = record(records, 7)

    records.lose(key(7), at=T0 + 5)

    assert replace(before, lost=True, changed_at=T0 + 5) == record(records, 7)
    assert {8: 4} == records.open_children(BATCH_JOB_ID, size=9, first=7, limit=9)


def test_news_of_a_lost_child_finds_it_again(records: Records) -> None:
    """Batch had not forgotten it after all."""
    stored(records, {7: "STARTING"})
    records.miss(key(7), at=T0 + 4)
    records.lose(key(7), at=T0 + 5)

    stored(records, {7: "RUNNING"})

    found = record(records, 7)
    assert (False, None, Status.RUNNING) == (found.lost, found.missed_at, found.status)


def test_a_child_that_has_ended_is_not_lost(records: Records) -> None:
    """Its end came between the look at Batch and the note."""
    stored(records, {7: "SUCCEEDED"})
    before = record(records, 7)

    records.lose(key(7), at=T0 + 5)

    assert before == record(records, 7)


def test_losing_a_child_that_nobody_told_of_makes_no_record(records: Records) -> None:
    """What is not there stays so."""
    records.miss(key(7), at=T0)
    records.lose(key(7), at=T0)

    assert records.get(key(7)) is None


def test_children_of_some_statuses_are_found_wherever_they_lie(records: Records) -> None:
    """From an index on, and no more than asked for."""
    stored(records, {0: "FAILED", 1: "RUNNING", 999: "FAILED", 1000: "SUCCEEDED", 2498: "FAILED", 2499: "FAILED"})
    wanted = frozenset({Status.FAILED, Status.SUCCEEDED})

    found = records.children(BATCH_JOB_ID, size=SIZE, first=1, limit=3, statuses=wanted)

    assert [999, 1000, 2498] == [each.key.index for each in found]


@pytest.mark.parametrize(
    ("first", "limit", "expected"),
    [(0, 4, {0: 14, 1: -1, 3: -1, 4: 2}), (4, 2, {4: 2, 5: -1}), (2498, 9, {2499: -1}), (2500, 9, {})],
)
def test_open_children_are_those_not_known_to_have_ended(
    records: Records, first: int, limit: int, expected: dict[int, int]
) -> None:
    """With the order known, in the order of their indices, up to the array's size."""
    tried = [{"startedAt": T0, "stoppedAt": T0 + 1}]
    bring(records, key(0), told(0, "RUNNING", attempts=tried), ours=False)
    stored(records, {2: "SUCCEEDED", 4: "RUNNABLE", 2498: "FAILED"})

    found = records.open_children(BATCH_JOB_ID, size=SIZE, first=first, limit=limit)

    assert list(expected.items()) == list(found.items())


def test_deliveries_at_the_same_time_lose_nothing(records: Records) -> None:
    """Each tells of all children of a range, one status each."""
    statuses = ("RUNNABLE", "STARTING", "RUNNING", "RUNNABLE", "RUNNING", "SUCCEEDED")
    parts = [[of(index, told(index, status)) for index in range(990, 1010)] for status in statuses]

    with ThreadPoolExecutor(RIVALS) as rivals:
        list(rivals.map(records.merge, parts))

    found = records.children(BATCH_JOB_ID, size=SIZE, first=0, limit=SIZE)
    assert [(Status.SUCCEEDED, [2, 3, 4, 5])] * 20 == [(each.status, sorted(each.history)) for each in found]


def test_a_childs_news_leaves_its_parent_alone(records: Records) -> None:
    """Nobody has told of the parent."""
    stored(records, {0: "RUNNING"})

    assert records.get(RecordKey(job_id=BATCH_JOB_ID)) is None


def test_batchs_own_answer_about_a_child_is_counted_once(records: Records) -> None:
    """Under the end that it tells."""
    bring(records, key(7), told(7, "FAILED"), told(7, "SUCCEEDED"), ours=False)

    records.decide(key(7), told(7, "SUCCEEDED"))

    assert {Status.SUCCEEDED: 1} == records.status_summary(BATCH_JOB_ID, size=SIZE)


def test_a_lost_child_that_nobody_told_of_is_not_waited_for(records: Records) -> None:
    """It has no record, and is counted nowhere."""
    stored(records, {1: "RUNNING"})

    records.lose(key(2), at=T0 + 5)

    open_children = records.open_children(BATCH_JOB_ID, size=4, first=0, limit=9)
    assert ([0, 1, 3], {Status.RUNNING: 1}) == (list(open_children), records.status_summary(BATCH_JOB_ID, size=4))


def test_news_of_a_lost_child_that_nobody_told_of_makes_its_record(records: Records) -> None:
    """As if it had not been given up."""
    records.lose(key(2), at=T0 + 5)

    stored(records, {2: "RUNNING"})

    assert (False, Status.RUNNING) == (record(records, 2).lost, record(records, 2).status)
    assert {0: -1, 1: -1, 2: 4, 3: -1} == records.open_children(BATCH_JOB_ID, size=4, first=0, limit=9)
