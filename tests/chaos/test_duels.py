"""Two who meet over one job, in every order of their calls."""

import pytest

from tests.chaos import deletions, duels
from tests.chaos.closings import CLOSINGS
from tests.chaos.deletions import DELETIONS
from tests.chaos.duels import DUELS
from tests.chaos.expirings import EXPIRINGS
from tests.chaos.farewells import FAREWELLS
from tests.chaos.readings import READINGS
from tests.chaos.registering import REGISTRATIONS
from tests.chaos.ring import Duel, wrongs_in
from tests.chaos.sqlite_ring import wrongs_over_sqlite

#: Those that look at no item of DynamoDB's.
OVER_SQLITE = (
    *(duels.two_claims, duels.claims_too_late, duels.a_claim_of_what_is_settled, duels.a_release_of_anothers_claim),
    *(duels.two_dates, duels.a_look_and_an_end, duels.news_after_a_look, duels.two_alerts),
    *(duels.two_first_children, duels.two_children, duels.an_end_of_a_bookmark, duels.two_takers),
    *(deletions.a_deletion_and_its_key, deletions.a_deletion_and_news, deletions.a_deletion_too_late),
    *(*REGISTRATIONS, *READINGS, *EXPIRINGS),
)
OVER_DYNAMODB = (*DUELS, *FAREWELLS, *DELETIONS, *CLOSINGS, *REGISTRATIONS, *READINGS, *EXPIRINGS)


@pytest.mark.parametrize("duel", OVER_DYNAMODB, ids=lambda duel: str(duel.__name__))
def test_nothing_is_wrong_after_a_duel(duel: Duel) -> None:
    """Whoever goes first, and whoever comes between."""
    assert [] == list(wrongs_in(duel))


@pytest.mark.parametrize("duel", OVER_SQLITE, ids=lambda duel: str(duel.__name__))
def test_nothing_is_wrong_after_a_duel_over_sqlite(duel: Duel) -> None:
    """Two threads of one plane, in every order of their reads and transactions."""
    assert [] == list(wrongs_over_sqlite(duel))
