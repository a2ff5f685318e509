"""The races of `make bench` are fair: what is not seen to be so before they run would be seen there only."""

from pathlib import Path

from tests.bench import cold_start, dynamodb, submissions


def test_the_rival_of_the_event_path_writes_what_the_plane_does() -> None:
    """The same attributes under the same conditions; where they differ, there are no contenders."""
    assert 2 == len(dynamodb.reading())


def test_every_submission_of_the_race_is_accepted(tmp_path: Path) -> None:
    """Whatever ports the routes have come to ask for."""
    _, post = submissions.contenders(tmp_path).values()

    assert submissions.REQUESTS == post()


def test_the_cold_start_of_the_api_accepts_a_submission() -> None:
    """As the function is deployed, with all that its routes have come to be told."""
    with cold_start.accepting() as starts:
        _, api = starts.values()

        assert cold_start.STARTS == api()
