"""Whatever is delivered how often, late or never, and wherever it is torn: the records say what really became of jobs.

A failure says its seed: BATCHPLANE_CHAOS_SEED plays that one alone. Its dice are the same, and so is what became of
the jobs but for its times.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from moto import mock_aws

from tests.chaos.chaos import UNSWEPT, Chaos, chaos
from tests.chaos.checks import wrongs
from tests.chaos.conftest import Seeds
from tests.chaos.mirrored import Mirrored
from tests.chaos.stores import Opens, in_dynamodb, in_memory, in_sqlite
from tests.chaos.table import TableInMemory
from tests.chaos.truth import Truth
from tests.contract.deployed import client, create_table

STORES = {"sqlite": in_sqlite, "dynamodb": in_memory()}
#: Runs of few jobs, in which whatever is told of one meets with everything else that is.
FEW_JOBS, RUNS = 15, 20
ALL_JOBS = 100_000
#: Of a run over moto, which takes a hundredth of a second for each write.
FEWEST_JOBS = 4


def wrong_in(truth: Truth, opens: Opens, seeds: Iterable[int], *, jobs: int, bad: Chaos) -> list[str]:
    """What is wrong after these runs, each with what replays it."""
    found = []
    for seed in seeds:
        replay = f"BATCHPLANE_CHAOS_SEED={seed}"
        try:
            with chaos(truth, opens, seed=seed, jobs=jobs, bad=bad) as run:
                found += [f"{replay}: {wrong}" for wrong in wrongs(run)]
        except Exception as error:
            raise AssertionError(f"{replay}: the run does not come to its end") from error
    return found


@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("bad", [Chaos(), UNSWEPT], ids=["dropped and swept", "unswept"])
def test_records_of_few_jobs_equal_the_truth(truth: Truth, seeds: Seeds, store: str, bad: Chaos) -> None:
    """Many runs; in each, consumers, submitters, acceptors and the sweep meet at few jobs."""
    assert [] == wrong_in(truth, STORES[store], seeds(RUNS), jobs=FEW_JOBS, bad=bad)


@pytest.mark.parametrize("store", STORES)
def test_records_of_all_jobs_equal_the_truth(truth: Truth, seeds: Seeds, store: str) -> None:
    """Thousands of jobs and children, in batches and pages of every size."""
    assert [] == wrong_in(truth, STORES[store], seeds(1), jobs=ALL_JOBS, bad=Chaos(faults=(0.01,)))


def test_the_table_in_memory_answers_as_moto_does(truth: Truth, seeds: Seeds) -> None:
    """Every call of a run is made of both, and answered alike: so what holds over the one holds over the other."""
    with mock_aws():
        dynamodb = client("dynamodb")

        def opens(*arguments: Any) -> Any:
            return in_dynamodb(Mirrored(TableInMemory(), dynamodb), create_table(dynamodb))(*arguments)

        assert [] == wrong_in(truth, opens, seeds(2), jobs=FEWEST_JOBS, bad=Chaos())


def test_the_same_seed_is_the_same_run(truth: Truth) -> None:
    """Every choice is made by the dice: they have come equally far in the end."""
    ends = []
    for _ in range(2):
        with chaos(truth, in_memory(), seed=1, jobs=FEW_JOBS) as run:
            ends.append((run.dice.random(), run.now, run.batch.submitted))

    assert ends[0] == ends[1]
