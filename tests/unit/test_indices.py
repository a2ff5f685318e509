"""Selections of children: what they are written as, and which child stands at each place."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from controlplane.indices import Selection

SETS = st.sets(st.integers(0, 300), min_size=1).map(sorted)


@given(SETS)
def test_each_place_is_the_index_that_was_chosen(indices: list[int]) -> None:
    """In their order, whatever gaps there are; also after a journey through a store."""
    chosen = Selection.choose(indices, of=301)
    stored = msgspec.json.decode(msgspec.json.encode(chosen), type=Selection)

    assert indices == [stored[place] for place in range(len(chosen))]


def test_neighbours_are_written_as_ranges() -> None:
    """Ten thousand that failed together take a few characters."""
    assert "3,7-9,12-10000" == Selection.choose([3, 7, 8, 9, *range(12, 10_001)], of=10_001).indices


@pytest.mark.parametrize("place", [-1, 3])
def test_there_is_nothing_beyond_the_end(place: int) -> None:
    """Nor before the beginning."""
    with pytest.raises(IndexError):
        Selection.choose([1, 2, 9], of=10)[place]
