"""The races of `make bench` are fair: what is not seen to be so before they run would be seen there only."""

from tests.bench import dynamodb


def test_the_rival_of_the_event_path_writes_what_the_plane_does() -> None:
    """The same attributes under the same conditions; where they differ, there are no contenders."""
    assert 2 == len(dynamodb.reading())
