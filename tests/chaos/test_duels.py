"""Two who meet over one job, in every order of their calls."""

import pytest

from tests.chaos.deletions import DELETIONS
from tests.chaos.duels import DUELS
from tests.chaos.farewells import FAREWELLS
from tests.chaos.ring import Duel, wrongs_in


@pytest.mark.parametrize("duel", [*DUELS, *FAREWELLS, *DELETIONS], ids=lambda duel: str(duel.__name__))
def test_nothing_is_wrong_after_a_duel(duel: Duel) -> None:
    """Whoever goes first, and whoever comes between."""
    assert [] == list(wrongs_in(duel))
