"""How children stand: what a byte says, and what moves it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controlplane.aws.dynamodb.child_states import (
    CHILDREN_A_BLOCK,
    ChildStates,
    block_of,
    decided,
    decode,
    encode,
    lost,
    merged,
    missed,
    order_of,
    state_of,
    unheard,
)
from controlplane.batch.job_detail import Attempt, JobDetail
from controlplane.batch.state_change import StateChange
from controlplane.job import Status
from controlplane.records.record import Outcome, RecordKey, outcome
from controlplane.records.record import merge as record_merge
from tests.builders import T0, attempt, change

NOTHING = ChildStates()
KEY = RecordKey(job_id="parent", index=7)


def told(status: str, *, finished: int = 0, mark: str = ":") -> StateChange:
    """A child in a status, after so many attempts; with another mark in its id a node."""
    attempts = [attempt(1, started_at=T0, stopped_at=T0 + 1) for _ in range(finished)]
    return change(status, job_id=f"parent{mark}7", attempts=attempts)


statuses = st.sampled_from([*[*Status][1:], "SCHEDULED"])
changes = st.builds(told, statuses, finished=st.integers(min_value=0, max_value=20))
changes_of_nodes = st.builds(told, statuses, finished=st.integers(min_value=0, max_value=14), mark=st.just("#"))
lists_of_changes = st.lists(changes, min_size=1, max_size=8) | st.lists(changes_of_nodes, min_size=1, max_size=8)


@given(change=changes | changes_of_nodes)
def test_a_byte_says_the_order_and_the_status_of_its_change(change: StateChange) -> None:
    """Of more attempts than Batch makes, and of a status that is not known."""
    states, _ = merged(NOTHING, [(7, change)])

    assert (change.order, change.detail.status) == (order_of(states.states[7]), states.status(7))


@given(changes=lists_of_changes)
def test_states_move_as_records_do(changes: list[StateChange]) -> None:
    """The outcome of each change, the order and the status are those of the pure merge."""
    expected = [outcome(None, changes[0], ours=False)]
    record = record_merge(None, KEY, changes[0])
    for each in changes[1:]:
        expected.append(outcome(record, each, ours=False))
        record = record_merge(record, KEY, each)

    states, outcomes = merged(NOTHING, [(7, each) for each in changes])

    assert (expected, record.status, record.order) == (outcomes, states.status(7), order_of(states.states[7]))


@given(first=st.lists(changes, max_size=4), second=st.lists(changes, max_size=4))
def test_deliveries_one_after_the_other_come_to_the_same_as_one(
    first: list[StateChange], second: list[StateChange]
) -> None:
    """Where one delivery ends has no part in how a child stands."""
    parts, _ = merged(merged(NOTHING, [(7, each) for each in first])[0], [(7, each) for each in second])

    assert parts == merged(NOTHING, [(7, each) for each in first + second])[0]


def test_what_moves_nothing_leaves_the_states_as_they_are() -> None:
    """So that nothing is written."""
    states, _ = merged(NOTHING, [(7, told("RUNNING"))])

    assert states is merged(states, [(7, told("RUNNING")), (7, told("STARTING"))])[0]


def test_only_a_childs_newest_change_is_known_to_be_kept() -> None:
    """Whether an older one is, only the rows can say."""
    states, _ = merged(NOTHING, [(7, told("RUNNING"))])
    late = (7, told("STARTING"))

    assert [late] == unheard(states, [(7, told("RUNNING")), late])


def test_more_attempts_than_a_byte_tells_apart_still_end() -> None:
    """Batch makes at most ten; a hundred are no reason to lose a child."""
    tried = (Attempt(stopped_at=T0),) * 100
    running, failed = (
        StateChange(detail=JobDetail(job_id="parent:7", status=status, attempts=tried), at=T0)
        for status in (Status.RUNNING, Status.FAILED)
    )

    states, _ = merged(NOTHING, [(7, running), (7, failed)])

    assert Status.FAILED is states.status(7)


def test_a_node_is_tried_again_after_its_end() -> None:
    """With its job, whatever it came to; the end of an earlier attempt is late then."""
    ended, waiting = told("SUCCEEDED", finished=1, mark="#"), told("RUNNABLE", finished=1, mark="#")

    again, outcomes = merged(NOTHING, [(7, ended), (7, waiting), (7, ended)])

    assert ([Outcome.MERGED, Outcome.MERGED, Outcome.LATE], Status.RUNNABLE) == (outcomes, again.status(7))
    assert again.is_open(7)


def test_children_are_counted_by_status_where_anything_is_known() -> None:
    """A thousand have room; three are known."""
    news = [(0, told("RUNNING")), (1, told("RUNNING", finished=2)), (999, told("FAILED"))]

    assert {Status.RUNNING: 2, Status.FAILED: 1} == merged(NOTHING, news)[0].summary()


def test_children_are_open_until_they_have_ended_or_are_lost() -> None:
    """Those that nobody told of are open too."""
    states, _ = merged(NOTHING, [(1, told("RUNNING", finished=1)), (2, told("FAILED")), (3, told("STARTING"))])

    assert [(0, -1), (1, 14), (4, -1)] == list(lost(states, 3, at=T0).open_places(0, 5))


def test_batchs_own_answer_corrects_an_end() -> None:
    """This alone leaves a terminal status."""
    states, _ = merged(NOTHING, [(7, told("FAILED"))])

    assert Status.SUCCEEDED is decided(states, 7, told("SUCCEEDED")).status(7)


def test_nothing_is_decided_or_missed_of_a_child_that_nobody_told_of() -> None:
    """Neither makes a record."""
    after = [decided(NOTHING, 7, told("FAILED")), missed(NOTHING, 7, at=T0)]

    assert [NOTHING] * 2 == after


def test_a_child_that_nobody_told_of_is_not_waited_for_once_it_is_lost() -> None:
    """It is counted nowhere."""
    states = lost(NOTHING, 7, at=T0)

    assert (False, {}) == (states.is_open(7), states.summary())


def test_a_child_that_has_ended_is_neither_missed_nor_lost() -> None:
    """Its end came between the look at Batch and the note."""
    ended, _ = merged(NOTHING, [(7, told("SUCCEEDED"))])

    assert [ended] * 2 == [missed(ended, 7, at=T0), lost(ended, 7, at=T0)]


def test_the_first_miss_counts() -> None:
    """How long Batch has not described it is counted from there."""
    states, _ = merged(NOTHING, [(7, told("RUNNING"))])

    assert {7: T0} == missed(missed(states, 7, at=T0), 7, at=T0 + 1).missed


@pytest.mark.parametrize("news", ["RUNNING", "SUCCEEDED"])
def test_news_of_a_child_takes_its_notes_away(news: str) -> None:
    """And leaves those of others."""
    states, _ = merged(NOTHING, [(7, told("STARTING")), (8, told("STARTING"))])
    noted = lost(lost(missed(states, 7, at=T0), 7, at=T0), 8, at=T0 + 1)

    after, _ = merged(noted, [(7, told(news))])

    assert ({}, {8: T0 + 1}) == (after.missed, after.lost)


states = st.builds(
    ChildStates,
    states=st.binary(min_size=CHILDREN_A_BLOCK, max_size=CHILDREN_A_BLOCK),
    missed=st.dictionaries(st.integers(0, CHILDREN_A_BLOCK - 1), st.integers(0, 2**45), max_size=3),
    lost=st.dictionaries(st.integers(0, CHILDREN_A_BLOCK - 1), st.integers(0, 2**45), max_size=3),
    expires_at=st.none() | st.integers(0, 2**33),
)


@given(states=states)
def test_states_come_back_as_they_were_stored(states: ChildStates) -> None:
    """With their notes; the expiry stands beside them, for DynamoDB reads it."""
    assert states == decode(encode(states), expires_at=states.expires_at)


def test_a_block_in_ten_ways_is_stored_in_half_a_kilobyte() -> None:
    """The rest of the first kilobyte is the key's and the notes'."""
    ways = [state_of(told(status, finished=finished)) for status in [*Status][2:] for finished in (0, 1)]
    mixed = bytes(ways[index * index % 1009 % len(ways)] for index in range(CHILDREN_A_BLOCK))

    assert len(encode(replace(NOTHING, states=mixed))) < 512


def test_children_lie_in_blocks_of_a_thousand() -> None:
    """The last of one and the first of the next."""
    assert [(0, 999), (1, 0), (9, 999)] == [block_of(index) for index in (999, 1000, 9999)]
