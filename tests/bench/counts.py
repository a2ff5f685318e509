"""What events cost at DynamoDB: calls, and capacity units, of which there are as many on every machine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

from moto import mock_aws
from rich.console import Console
from rich.table import Table

from controlplane.aws.dynamodb.records import DynamoRecords
from lambdas.record_state_change.handler import build
from tests.bench import plain
from tests.bench.race import one_in
from tests.bench.traffic import Told, array_batches, child, job_batches, message, single, submission_of
from tests.builders import T0
from tests.contract.deployed import client, create_table
from tests.metered import Metered

#: Single jobs that are counted, and how many come a second.
JOBS, A_SECOND = 200, 20.0
#: Events of the array that are counted where each is a write, as every one is like any other.
FEW_EVENTS = 400
#: Takes the bodies of one batch.
_Consumer = Callable[[Sequence[str]], object]


def print_counts(console: Console, *, scale: int = 1) -> None:
    """A table: calls and units an event, for one conditional write an event, and for ours."""
    table = Table("", "events", "batches", "calls", "write units", "of indexes", "read units", title_justify="left")
    table.title = "Calls and units an event, two pollers, batches of 2,000 or 5 s"
    jobs, array = job_batches(one_in(scale, JOBS), a_second=A_SECOND), array_batches()
    few = array[0][: one_in(scale, FEW_EVENTS)]
    rows = (
        ("single jobs, a write an event", jobs, single, _one_by_one),
        ("single jobs, record_state_change", jobs, single, _function),
        ("an array, a write an event", [few], child, _one_by_one),
        ("an array, record_state_change", array if scale == 1 else [few], child, _function),
    )
    for name, batches, body_of, consumer in rows:
        table.add_row(name, *_counted(batches, body_of, consumer))
    console.print(table)


def _counted(
    batches: Sequence[Sequence[Told]], body_of: Callable[[Told], str], consumer: Callable[[Metered, str], _Consumer]
) -> list[str]:
    """Bring the batches to an empty table that knows the jobs, and count from there."""
    with mock_aws():
        metered = Metered(client("dynamodb"))
        table = create_table(metered)
        if body_of is single:
            records = DynamoRecords(metered, table=table, clock=lambda: T0)
            for job in {told.job for batch in batches for told in batch}:
                records.create(submission_of(job))
        metered.reset()
        consume = consumer(metered, table)
        for batch in batches:
            consume([body_of(told) for told in batch])
    events = sum(map(len, batches))
    indexes = sum(units for name, units in metered.write_units.items() if name != "table")
    counts = (metered.calls.total(), metered.write_units.total(), indexes, metered.read_units)
    return [f"{events:,}", f"{len(batches):,}", *(f"{each / events:.3f}" for each in counts)]


def _one_by_one(client: Any, table: str) -> _Consumer:
    return lambda bodies: plain.one_by_one(client, table, bodies)


def _function(client: Any, table: str) -> _Consumer:
    """The function over this table; no event here needs Batch or the dead letters."""
    plane = SimpleNamespace(
        records=DynamoRecords(client, table=table, clock=lambda: T0),
        batch=SimpleNamespace(),
        dead_letters=None,
        clock=lambda: T0,
    )
    handler = build(plane)  # type: ignore[arg-type] - the ports that this function uses

    def consume(bodies: Sequence[str]) -> None:
        if handler(message(bodies), None)["batchItemFailures"]:
            raise RuntimeError("an event was not recorded")

    return consume
