"""Selections of children: what they are written as, and which child stands at each place."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from controlplane.submissions.indices import Indices

SETS = st.sets(st.integers(0, 300), min_size=1).map(sorted)


@given(SETS)
def test_each_place_is_the_index_that_was_chosen(indices: list[int]) -> None:
    """In their order, whatever gaps there are; also after a journey through a store."""
    chosen = Indices.choose(indices, of=301)
    stored = msgspec.json.decode(msgspec.json.encode(chosen), type=Indices)

    assert indices == [stored[place] for place in range(len(chosen))]


def test_a_selection_takes_a_bit_for_each_index() -> None:
    """Half of the largest array, scattered, fits an item of DynamoDB many times; gaps at its ends take nothing."""
    scattered, last = (Indices.choose(chosen, of=200_000) for chosen in (range(0, 200_000, 2), [199_999]))

    assert (33_336, 4) == (len(scattered.bits), len(last.bits))


@pytest.mark.parametrize("place", [-1, 3])
def test_there_is_nothing_beyond_the_end(place: int) -> None:
    """Nor before the beginning."""
    with pytest.raises(IndexError):
        Indices.choose([1, 2, 9], of=10)[place]
