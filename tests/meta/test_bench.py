"""The races of `make bench` are fair: what is not seen to be so before they run would be seen there only."""

from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from tests.bench import dynamodb, submissions
from tests.bench.tables import TABLES, Table

#: How much less than `make bench` a test does.
SCALE = 1000


def test_the_rival_of_the_event_path_writes_what_the_plane_does() -> None:
    """The same attributes under the same conditions; where they differ, there are no contenders."""
    assert 2 == len(dynamodb.reading())


def test_every_submission_of_the_race_is_accepted(tmp_path: Path) -> None:
    """Whatever ports the routes have come to ask for."""
    _, post = submissions.contenders(tmp_path).values()

    assert submissions.REQUESTS == post()


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_every_table_is_made(table: Table, tmp_path: Path) -> None:
    """With a thousandth of the work: what it calls is still there, and answers as it expects."""
    printed = StringIO()

    table(tmp_path, Console(file=printed, width=110), scale=SCALE)

    assert "│" in printed.getvalue()
