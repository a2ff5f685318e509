"""What an array of 10,000 costs at DynamoDB, everything written included, under the traffic that two pollers make."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from moto import mock_aws

from controlplane.aws.dynamodb.records import DynamoRecords
from controlplane.batch.state_change import StateChange, from_event
from controlplane.records.port import Merge
from controlplane.records.record import Outcome, RecordKey, keys_of
from tests.bench.traffic import ARRAY_ID, CHILDREN, array_batches, child
from tests.builders import T0, bring, change
from tests.contract.deployed import client, create_table
from tests.metered import Metered

#: Calls and write units an event: the bound that the project has set itself.
BOUND = 0.10


@dataclass(frozen=True, kw_only=True)
class Bill:
    """What an array has cost, and how many events it had."""

    records: DynamoRecords
    metered: Metered
    events: int
    outcomes: frozenset[Outcome | Exception]


@pytest.fixture(scope="module")
def bill() -> Iterator[Bill]:
    """All of the array's events, brought in the pollers' batches; with a day of retention."""
    with mock_aws():
        metered = Metered(client("dynamodb"))
        table = create_table(metered)
        records = DynamoRecords(metered, table=table, clock=lambda: T0, retention_days=1)
        events, outcomes = 0, set()
        for batch in array_batches():
            outcomes.update(records.merge([merges(each) for each in by_child(map(child, batch))]))
            events += len(batch)
        yield Bill(records=records, metered=metered, events=events, outcomes=frozenset(outcomes))


def by_child(bodies: Iterator[str]) -> list[list[StateChange]]:
    """The changes of a batch, each child's by themselves."""
    changes: dict[str, list[StateChange]] = {}
    for each in map(from_event, bodies):
        changes.setdefault(each.detail.job_id, []).append(each)
    return list(changes.values())


def merges(changes: list[StateChange]) -> Merge:
    """What is to be brought to one child's record."""
    return Merge(key=keys_of(changes[0])[0], changes=tuple(changes), ours=False)


def test_an_array_takes_few_calls_and_write_units_an_event(bill: Bill) -> None:
    """States and rows, and the expiry of all of them once the array is closed."""
    calls, units = bill.metered.calls.total() / bill.events, bill.metered.write_units.total() / bill.events
    parent = RecordKey(job_id=ARRAY_ID)
    bring(bill.records, parent, change("SUCCEEDED", job_id=ARRAY_ID, arrayProperties={"size": CHILDREN}), ours=False)
    bill.records.close(parent, since=T0)
    with_expiry = bill.metered.write_units.total() / bill.events

    assert {Outcome.MERGED, Outcome.LATE} == bill.outcomes
    assert calls <= BOUND / 2
    assert units <= BOUND * 0.65
    assert with_expiry <= BOUND


def test_one_child_of_it_is_read_in_a_few_units(bill: Bill) -> None:
    """Its block's states and rows, and no other's."""
    before, calls = bill.metered.read_units, bill.metered.calls.total()

    found = bill.records.get(RecordKey(job_id=ARRAY_ID, index=42))

    assert found is not None
    assert (0, 2) == (found.exit_code, bill.metered.calls.total() - calls)
    assert bill.metered.read_units - before <= 30


def test_its_live_counts_are_read_in_a_unit_a_thousand(bill: Bill) -> None:
    """One call, whatever has become of the children."""
    before, calls = bill.metered.read_units, bill.metered.calls.total()

    bill.records.status_summary(ARRAY_ID, size=CHILDREN)

    assert (10, 1) == (bill.metered.read_units - before, bill.metered.calls.total() - calls)
