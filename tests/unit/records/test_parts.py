"""Arrays in parts: how they are split, and what their records tell of the whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controlplane.job import LARGEST_ARRAY, MOST_CHILDREN, MOST_PARTS, Status, batch_job_name, job_id_in, whole_of
from controlplane.records.parts import change_of_whole, is_lost, parts_of, ranges
from controlplane.records.record import JobRecord, born, merge
from controlplane.submissions.indices import Indices
from tests.builders import T0, submission

SIZES = st.integers(MOST_CHILDREN + 1, LARGEST_ARRAY)
WHOLE = submission(arrayProperties={"size": 25_000}, tags={"team": "red"})
ENDS = st.lists(st.sampled_from([Status.SUCCEEDED, Status.FAILED]), min_size=3, max_size=3)


def part(number: int, status: Status, **members: object) -> JobRecord:
    """The record of a part in a status."""
    return replace(born(parts_of(WHOLE)[number]), **{"status": status, "changed_at": T0 + number} | members)  # type: ignore[arg-type]


def whole_after(parts: Sequence[JobRecord]) -> JobRecord:
    """The whole, once it was brought to where these are."""
    whole = born(WHOLE)
    change = change_of_whole(whole, parts)
    return merge(whole, whole.key, change) if change else whole


@given(SIZES)
def test_every_child_is_in_one_part(size: int) -> None:
    """In as few as can be, none of them too large or too small for Batch."""
    found = ranges(size)

    assert [0, *(part.stop for part in found)] == [*(part.start for part in found), size]
    assert -(-size // MOST_CHILDREN) == len(found) <= MOST_PARTS
    assert all(2 <= len(part) <= MOST_CHILDREN for part in found)


def test_a_part_is_asked_of_batch_as_the_whole_was() -> None:
    """With its own size and id, by which Batch's name tells what it is of."""
    first, *_, last = parts_of(WHOLE)
    name = batch_job_name("n" * 128, last.job_id)

    assert ({"team": "red"}, 8334, 8333) == (first.request["tags"], first.size, last.size)
    assert (last.job_id, WHOLE.job_id, 128) == (job_id_in(name), whole_of(last.job_id), len(name))


@given(SIZES, st.data())
def test_a_child_of_a_part_knows_its_index(size: int, data: st.DataObject) -> None:
    """In the whole array, and in the one that this runs again."""
    index = data.draw(st.integers(0, size - 1))
    parts = parts_of(submission(arrayProperties={"size": size}))
    (mine,) = (each for each in parts if each.part and 0 <= index - each.part.first < (each.size or 0))
    place = index - mine.part.first if mine.part else 0

    assert (index, index, size) == (mine.first_child + place, mine.original_index(place), mine.original_size)


def test_a_part_that_runs_children_again_knows_their_first_indices() -> None:
    """Its share of those that were chosen."""
    chosen = Indices.choose(range(0, 50_000, 2), of=50_000)
    _, second, _ = parts_of(replace(WHOLE, indices=chosen))

    assert (16_668, 16_670, 50_000) == (second.original_index(0), second.original_index(1), second.original_size)


def test_the_whole_waits_until_a_part_has_moved() -> None:
    """Then it is PENDING, as Batch's arrays are, whichever it was."""
    waiting = [part(number, Status.SUBMITTED) for number in range(3)]
    moved = [
        whole_after([*waiting[:number], part(number, Status.PENDING), *waiting[number + 1 :]]) for number in (0, 2)
    ]

    assert (Status.SUBMITTED, [Status.PENDING] * 2) == (whole_after(waiting).status, [each.status for each in moved])
    assert moved[0] == moved[1]


@given(ENDS)
def test_the_whole_ends_with_its_last_part(statuses: list[Status]) -> None:
    """FAILED where one of them failed, with the counts of all children."""
    parts = [
        part(number, status, batch_job_id=f"b{number}", status_summary={status.value: 8000}, stopped_at=T0 + number)
        for number, status in enumerate(statuses)
    ]
    whole = whole_after(parts)

    assert (Status.FAILED if Status.FAILED in statuses else Status.SUCCEEDED) == whole.status
    assert {status.value: 8000 * statuses.count(status) for status in statuses} == whole.status_summary
    assert (T0 + 2, T0 + 2) == (whole.stopped_at, whole.changed_at)


def test_children_that_batch_never_had_failed_with_their_part() -> None:
    """They are counted, for no event tells of them."""
    parts = [part(number, Status.FAILED, is_cancelled=True, status_reason="enough") for number in range(3)]
    whole = whole_after(parts)

    assert ({"FAILED": 25_000}, True, "enough") == (whole.status_summary, whole.is_cancelled, whole.status_reason)


@pytest.mark.parametrize(("others", "expected"), [(Status.RUNNING, False), (Status.SUCCEEDED, True)])
def test_the_whole_is_lost_with_a_part_once_all_are_over(others: Status, expected: bool) -> None:
    """While another runs it is in progress. A part that has gone is as good as lost."""
    lost = part(0, Status.PENDING, lost=True)
    rest = [part(number, others) for number in (1, 2)]

    assert (expected, expected) == (is_lost([lost, *rest]), is_lost([None, *rest]))
