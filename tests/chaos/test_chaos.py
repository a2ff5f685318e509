"""Whatever is delivered how often, late or never, and wherever it is torn: the records say what really became of jobs.

A failing seed is replayed by its number: the dice are the same, and what became of jobs is but for its times.
"""

from __future__ import annotations

import pytest
from moto import mock_aws

from tests.chaos.chaos import UNSWEPT, Chaos, chaos
from tests.chaos.checks import wrongs
from tests.chaos.mirrored import Mirrored
from tests.chaos.stores import Opens, in_dynamodb, in_memory, in_sqlite
from tests.chaos.table import TableInMemory
from tests.chaos.truth import Truth
from tests.contract.deployed import client, create_table

STORES = {"sqlite": in_sqlite, "dynamodb": in_memory()}
#: Runs of few jobs, in which whatever is told of one meets with everything else that is.
FEW_JOBS, RUNS = 15, 40
ALL_JOBS = 100_000
#: Of a run over moto, which takes a hundredth of a second for each write.
FEWEST_JOBS = 4
Played = tuple[int, list[str]]


def played(truth: Truth, opens: Opens, *, seed: int, jobs: int, bad: Chaos) -> Played:
    """What is wrong after a run, with the seed that replays it."""
    with chaos(truth, opens, seed=seed, jobs=jobs, bad=bad) as run:
        return seed, wrongs(run)


@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("bad", [Chaos(), UNSWEPT], ids=["dropped and swept", "unswept"])
def test_records_of_few_jobs_equal_the_truth(truth: Truth, times: int, store: str, bad: Chaos) -> None:
    """Many runs; in each, consumers, submitters, acceptors and the sweep meet at few jobs."""
    seeds = range(RUNS * times)

    runs = [played(truth, STORES[store], seed=seed, jobs=FEW_JOBS, bad=bad) for seed in seeds]

    assert [(seed, []) for seed in seeds] == runs


@pytest.mark.parametrize("store", STORES)
def test_records_of_all_jobs_equal_the_truth(truth: Truth, times: int, store: str) -> None:
    """Thousands of jobs and children, in batches and pages of every size."""
    seeds = range(times)

    runs = [played(truth, STORES[store], seed=seed, jobs=ALL_JOBS, bad=Chaos(faults=0.01)) for seed in seeds]

    assert [(seed, []) for seed in seeds] == runs


def test_the_table_in_memory_answers_as_moto_does(truth: Truth, times: int) -> None:
    """Every call of a run is made of both, and answered alike: so what holds over the one holds over the other."""
    seeds = range(2 * times)
    with mock_aws():
        dynamodb = client("dynamodb")
        tables = {seed: create_table(dynamodb) for seed in seeds}

        runs = [
            played(
                truth,
                in_dynamodb(Mirrored(TableInMemory(), dynamodb), tables[seed]),
                seed=seed,
                jobs=FEWEST_JOBS,
                bad=Chaos(),
            )
            for seed in seeds
        ]

    assert [(seed, []) for seed in seeds] == runs


def test_the_same_seed_is_the_same_run(truth: Truth) -> None:
    """Every choice is made by the dice: they have come equally far in the end."""
    ends = []
    for _ in range(2):
        with chaos(truth, in_memory(), seed=1, jobs=FEW_JOBS) as run:
            ends.append((run.dice.random(), run.now, run.batch.submitted))

    assert ends[0] == ends[1]
