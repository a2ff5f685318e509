"""The two stores of records answer alike, whatever is called in whichever order: one seeded sequence of calls for both.

What no suite thought of is met here: a claim after a loss, an answer of Batch's before any news, a key that is used
again when its job has gone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest
from moto import mock_aws

from batchplane_local.queue import Queue
from batchplane_local.records import SqliteRecords
from controlplane.aws.dynamodb.records import DynamoRecords
from controlplane.job import NOBODY, JobType, Status
from controlplane.records.job_filter import JobFilter
from controlplane.records.port import Page, Records
from controlplane.records.record import JobRecord
from tests.builders import QUEUE, T0
from tests.contract.conftest import NewDatabase
from tests.contract.deployed import client, create_table
from tests.contract.port_calls import SINGLE, Call, Calls, Jobs
from tests.local.clocks import Clock

#: Calls of one sequence, and after how many of them all is asked that can be.
CALLS, BETWEEN = 60, 30
#: After how many calls of the other sequence one job of ours ends, and all are deleted that are over.
DELETING = 10
RETENTION_DAYS = 30
#: Longer than the retention (milliseconds).
LONG = (RETENTION_DAYS + 1) * 86_400_000
#: No walk of these tests has more pages.
PAGES = 100
ENDED = frozenset(status for status in Status if status.is_terminal)
FILTERS = (
    JobFilter(owner=SINGLE.owner),
    JobFilter(owner=NOBODY),
    JobFilter(job_queue=QUEUE, statuses=ENDED),
    JobFilter(owner=SINGLE.owner, tags={"team": "red"}),
    JobFilter(job_queue=QUEUE, name_prefix="maNY", types=frozenset({JobType.ARRAY})),
)


def walked(page_after: Callable[[str | None], Page]) -> list[JobRecord]:
    """The records of all pages."""
    found: list[JobRecord] = []
    cursor: str | None = None
    for _ in range(PAGES):
        page = page_after(cursor)
        found += page.records
        cursor = page.cursor
        if cursor is None:
            return found
    raise AssertionError(f"the walk did not end after {PAGES} pages")


def of_jobs(records: Records, jobs: Jobs) -> Iterator[Any]:
    """What a store says of these jobs."""
    yield {key: records.get(key) for key in jobs.keys if not key.index}
    yield records.known(key for key in jobs.keys if key.index is None)
    for parent, size in jobs.sizes.items():
        summary = records.status_summary(parent, size=size)
        yield parent, {status: count for status, count in summary.items() if count}
        yield parent, [list(records.children_in(parent, size=size, status=status)) for status in Status]
        yield parent, dict(records.open_children(parent, size=size, first=1, limit=size))
        yield parent, list(records.children(parent, size=size, first=0, limit=size))
        yield parent, list(records.children(parent, size=size, first=1, limit=3, statuses=ENDED))


def told_of_all(records: Records, ages: list[Jobs]) -> Iterator[Any]:
    """All that a store says."""
    for jobs in ages:
        yield from of_jobs(records, jobs)
    for wanted in FILTERS:
        yield wanted, walked(lambda cursor, wanted=wanted: records.list_jobs(wanted, limit=2, cursor=cursor))
    yield walked(lambda cursor: records.list_open(limit=2, cursor=cursor))
    yield records.bookmark("sweep")


class Pair:
    """Both stores, at one time."""

    def __init__(self, embedded: SqliteRecords, aws: DynamoRecords, *, dynamodb: Any, table: str, clock: Clock) -> None:
        self.embedded = embedded
        self.aws = aws
        self.clock = clock
        self._dynamodb = dynamodb
        self._table = table

    def answers(self, call: Call) -> tuple[Any, Any]:
        """What each answers to a call."""
        return call.of(self.embedded), call.of(self.aws)

    def differences(self, ages: list[Jobs]) -> list[tuple[Any, Any]]:
        """All that they say differently."""
        said = zip(told_of_all(self.embedded, ages), told_of_all(self.aws, ages), strict=True)
        return [(one, other) for one, other in said if one != other]

    def let_go(self) -> None:
        """Delete what has expired, as each plane does in its own time; an alert goes after its record."""
        self.embedded.delete_expired(limit=1_000_000)
        for item in self._dynamodb.scan(TableName=self._table)["Items"]:
            expires_at = int(item.get("expiresAt", {"N": T0})["N"])
            if expires_at * 1000 <= self.clock() and item["sk"] != {"S": "ALERT"}:
                self._dynamodb.delete_item(TableName=self._table, Key={"pk": item["pk"], "sk": item["sk"]})


@pytest.fixture(params=[0, RETENTION_DAYS], ids=["for good", "retention"])
def pair(request: pytest.FixtureRequest, new_database: NewDatabase) -> Iterator[Pair]:
    """Both, empty."""
    clock, database, days = Clock(), new_database(), request.param
    changes = Queue(database, "record_changes", clock=clock)
    embedded = SqliteRecords(database, changes=changes, clock=clock, retention_days=days)
    with mock_aws():
        dynamodb = client("dynamodb")
        table = create_table(dynamodb)
        aws = DynamoRecords(dynamodb, table=table, clock=clock, retention_days=days)
        yield Pair(embedded, aws, dynamodb=dynamodb, table=table, clock=clock)


@pytest.mark.parametrize("seed", range(3))
def test_both_stores_answer_alike(pair: Pair, seed: int) -> None:
    """Each call, and after some of them all that can be asked; once, half-way, nearly all that has ended is gone."""
    calls = Calls(Random(seed), clock=pair.clock)  # noqa: S311 - it guards nothing
    ages = [calls.jobs]
    for number in range(1, CALLS + 1):
        call = calls.draw()
        embedded, aws = pair.answers(call)
        assert (number, call, embedded) == (number, call, aws)
        if number % BETWEEN == 0:
            assert [] == pair.differences(ages)
        if number == CALLS // 2:
            pair.clock.now += LONG
            calls.begin_anew()
            ages.append(calls.jobs)
            for each in calls.submissions:
                assert pair.aws.create(each) == pair.embedded.create(each)
            pair.let_go()
            assert [] == pair.differences(ages)


@pytest.mark.parametrize("seed", range(3))
def test_both_stores_answer_alike_after_deletions(pair: Pair, seed: int) -> None:
    """News comes late, keys are used again, alerts are claimed: nothing brings a job back in one store alone."""
    calls = Calls(Random(seed), clock=pair.clock)  # noqa: S311 - it guards nothing
    for each in calls.submissions:
        assert pair.aws.create(each) == pair.embedded.create(each)
    deleted = 0
    for number in range(1, CALLS + 1):
        for call in (calls.draw(), *((*calls.ending(), *calls.deletions()) if number % DELETING == 0 else ())):
            embedded, aws = pair.answers(call)
            assert (number, call, embedded) == (number, call, aws)
            deleted += call.name == "delete" and embedded is True

    assert [] == pair.differences([calls.jobs])
    assert deleted
