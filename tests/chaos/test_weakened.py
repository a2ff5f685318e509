"""Each condition of the adapters is needed: without it, something here is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest

from tests.chaos.chaos import UNSWEPT, Chaos, chaos
from tests.chaos.checks import wrongs
from tests.chaos.closings import CLOSINGS
from tests.chaos.deletions import DELETIONS
from tests.chaos.duels import DUELS
from tests.chaos.farewells import FAREWELLS
from tests.chaos.registering import REGISTRATIONS
from tests.chaos.ring import wrongs_in
from tests.chaos.seams import SeamedDatabase
from tests.chaos.stores import Opens, in_memory, in_sqlite
from tests.chaos.truth import Truth
from tests.chaos.weakened import Noting, Weakened
from tests.chaos.weakened_database import NotAlone, NotWhole

FEW_JOBS, SEEDS = 12, range(4)
#: So much goes wrong that some statement of a transaction fails.
OFTEN = Chaos(faults=(0.2,), dropped=0, is_swept=False)
#: What may be left out, as all of its values are the same; it is written all the same, for whoever reads an update.
EQUAL = {
    "update RECORD in batchJobId, h once batchJobId": "its condition lets only the id that is there through",
    "update RECORD to the newest once batchJobId": "likewise; and nobody's record lies under its own id",
    "update RECORD to the newest once owner": "it is written of nobody's jobs alone, which are nobody's",
}


def wrongs_of_chaos(truth: Truth, opens: Opens, seed: int, bad: Chaos) -> Iterator[str]:
    """What is wrong after one run; that it does not come to its end is."""
    try:
        with chaos(truth, opens, seed=seed, jobs=FEW_JOBS, bad=bad) as run:
            yield from wrongs(run)
    except Exception as error:
        yield repr(error)


def test_dynamodb_needs_all_that_its_requests_have(truth: Truth) -> None:
    """Everything that can be taken away from a request that the adapter was seen to send is missed by some run."""
    plays = [partial(wrongs_in, duel) for duel in (*DUELS, *FAREWELLS, *DELETIONS, *CLOSINGS, *REGISTRATIONS)]
    for seed in SEEDS:
        bad = UNSWEPT if seed % 2 else Chaos()
        plays.append(lambda weaken, seed=seed, bad=bad: wrongs_of_chaos(truth, in_memory(weaken=weaken), seed, bad))
    noted: list[set[str]] = [set() for _ in plays]
    for play, found in zip(plays, noted, strict=True):
        assert [] == list(play(weaken=partial(Noting, found=found)))

    def is_missed(lacks: str) -> bool:
        """Whether a play that has it goes wrong without it; one that fails altogether does."""
        concerned = (play for play, found in zip(plays, noted, strict=True) if lacks in found)
        return any(next(_tried(play(weaken=partial(Weakened, lacks=lacks))), None) for play in concerned)

    assert sorted(EQUAL) == sorted(lacks for lacks in set().union(*noted) if not is_missed(lacks))


@pytest.mark.parametrize("weakened", [NotAlone, NotWhole])
def test_sqlite_needs_whole_transactions_that_are_alone(truth: Truth, weakened: type[SeamedDatabase]) -> None:
    """Without either promise some run goes wrong."""
    opens = partial(in_sqlite, database_of=weakened)

    assert any(next(wrongs_of_chaos(truth, opens, seed, OFTEN), None) for seed in range(24))


def _tried(found: Iterator[str]) -> Iterator[str]:
    try:
        yield from found
    except Exception as error:
        yield repr(error)
