"""What is told of children: packed small, and read back whole."""

from __future__ import annotations

import random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from controlplane.aws.dynamodb.child_rows import SEGMENT_LIMIT, segments, unpacked
from controlplane.batch.job_detail import Attempt, Container, JobDetail
from controlplane.batch.state_change import StateChange
from controlplane.job import Status
from tests.builders import T0

#: Of more than one script, with what separates and what ends a log stream.
texts = st.text(alphabet="aé/0f\n λ", max_size=6)
streams = texts | st.builds("{}/{:032x}".format, texts, st.integers(0, 2**128 - 1))
times = st.none() | st.integers(0, 2**45)
containers = st.builds(
    Container,
    exit_code=st.none() | st.integers(-(2**31), 2**31),
    reason=st.none() | texts,
    log_stream_name=st.none() | streams,
    name=st.none() | texts,
)
attempts = st.builds(
    Attempt,
    container=containers,
    started_at=times,
    stopped_at=times,
    status_reason=st.none() | texts,
    pod_name=st.none() | texts,
)


@st.composite
def changes(draw: st.DrawFn, place: int) -> StateChange:
    """Any change of the child at a place of block 2."""
    tried = draw(st.lists(attempts, max_size=3).map(tuple))
    last = [st.just(tried[-1].container)] if tried else []
    detail = JobDetail(
        job_id=f"parent{draw(st.sampled_from(':#'))}{2000 + place}",
        status=draw(st.sampled_from(Status)),
        job_name=draw(texts),
        job_queue=draw(texts),
        job_definition=draw(texts),
        status_reason=draw(st.none() | texts),
        created_at=draw(st.integers(0, 2**45)),
        started_at=draw(times),
        stopped_at=draw(times),
        attempts=tried,
        container=draw(st.one_of(containers, *last)),
        is_cancelled=draw(st.booleans()),
        is_terminated=draw(st.booleans()),
    )
    unknown = draw(st.none() | st.just("SCHEDULED")) if detail.status is Status.SUBMITTED else None
    return StateChange(detail=detail, at=draw(st.integers(0, 2**45)), unknown_status=unknown)


told_once = st.dictionaries(st.integers(0, 999), st.none(), max_size=5).flatmap(
    lambda places: st.tuples(*(st.tuples(st.just(place), changes(place)) for place in places))
)


def read(
    packed: list[tuple[str, bytes]], *, places: frozenset[int] = frozenset(range(1000))
) -> list[tuple[int, StateChange]]:
    """Every change of some segments of block 2 of an array, with the child's place."""
    return [
        (place, row.change)
        for _, segment in packed
        for place, row in unpacked(segment, batch_job_id="parent", block=2, places=places)
    ]


def succeeded(place: int, *, stream: str = "", at: int = T0) -> tuple[int, StateChange]:
    """A child that has run once."""
    container = Container(exit_code=0, log_stream_name=stream)
    tried = (Attempt(container=container, started_at=at - 60_000, stopped_at=at),)
    detail = JobDetail(job_id=f"parent:{2000 + place}", status=Status.SUCCEEDED, attempts=tried, container=container)
    return place, StateChange(detail=detail, at=at)


@given(told=told_once)
def test_every_change_comes_back_whole(told: tuple[tuple[int, StateChange], ...]) -> None:
    """In the order of the children, from whatever order they were told in."""
    assert sorted(told, key=lambda each: each[0]) == read(list(segments(told)))


@given(told=told_once, rng=st.randoms(use_true_random=False))
def test_a_delivery_that_is_repeated_makes_the_same_segments(
    told: tuple[tuple[int, StateChange], ...], rng: random.Random
) -> None:
    """In another order too, with each change twice: what was written is written again, and nothing beside it."""
    again = [*told, *told]
    rng.shuffle(again)

    assert list(segments(told)) == list(segments(again))


@pytest.mark.parametrize("turned", [1, -1])
def test_of_a_transition_that_is_told_twice_the_earliest_time_is_kept(turned: int) -> None:
    """An event's time may be cut to the second, and a look at Batch comes later: the earliest is nearest the truth."""
    told = [succeeded(3, at=T0), succeeded(3, at=T0 + 500)]

    assert [told[0]] == read(list(segments(told[::turned])))


def test_only_the_children_that_are_asked_for_are_read() -> None:
    """A block has a thousand; most questions are of one."""
    packed = list(segments([succeeded(3), succeeded(4)]))

    assert [succeeded(4)] == read(packed, places=frozenset({4}))


def test_of_nothing_told_no_segment_is_made() -> None:
    """There is nothing to write."""
    assert [] == list(segments([]))


def test_what_is_too_much_for_one_segment_is_told_in_several() -> None:
    """Random text can't be packed; nothing of it is lost."""
    rng = random.Random(4)  # noqa: S311 - a fixed seed, so that every run is the same
    told = [succeeded(place, stream=rng.randbytes(1500).hex()) for place in range(200)]

    packed = list(segments(told))

    assert told == read(packed)
    assert max(len(segment) for _, segment in packed) <= SEGMENT_LIMIT


def test_the_end_of_a_child_takes_less_than_thirty_bytes() -> None:
    """Sixteen of them are its log stream's, which nothing can pack."""
    rng = random.Random(4)  # noqa: S311
    told = [succeeded(place, stream=f"solver/default/{rng.randbytes(16).hex()}", at=T0 + place) for place in range(100)]

    ((_, packed),) = segments(told)

    assert len(packed) < 30 * len(told)


@pytest.mark.parametrize("is_answer", [False, True])
def test_a_segment_says_whether_it_is_batchs_own_answer(is_answer: bool) -> None:
    """And has another name than the same news of an event."""
    ((name, segment),) = segments([succeeded(3)], is_answer=is_answer)
    ((other, _),) = segments([succeeded(3)], is_answer=not is_answer)

    ((_, row),) = unpacked(segment, batch_job_id="parent", block=2, places={3})

    assert (is_answer, True) == (row.is_answer, name != other)


def test_a_row_carries_every_member_that_a_container_and_an_attempt_have() -> None:
    """A member that they gain must be packed too, or this fails; tasks are read into the container beforehand."""
    members = {each.name for shape in (Container, Attempt) for each in msgspec.structs.fields(shape)}
    packed = {"exit_code", "reason", "log_stream_name", "name", "container"}
    packed |= {"started_at", "stopped_at", "status_reason", "pod_name"}

    assert packed | {"task_properties"} == members
