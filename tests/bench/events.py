"""The event path on one core: messages of a queue into records."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, count, islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from batchplane_local.database import Database
from batchplane_local.functions.sources import EVENTS_A_BATCH
from batchplane_local.queue import Queue
from batchplane_local.queues import EventDeadLetters
from batchplane_local.records import SqliteRecords
from controlplane.batch.port import Batch
from controlplane.batch.state_change import from_event
from lambdas.record_state_change.handler import build
from tests.bench.race import ROUNDS, Contender, one_in
from tests.bench.traffic import CHILDREN, array_batches, child, message
from tests.builders import life

#: Jobs of one round; each sends four events.
JOBS = 500
#: Batches of one round of the array.
ARRAY_BATCHES = CHILDREN * 4 // EVENTS_A_BATCH // ROUNDS


def contenders(folder: Path, *, scale: int = 1) -> Mapping[str, Contender]:
    """Reading alone, by the standard library and by ours; the whole function over SQLite, by what is in a batch."""
    database = Database(folder / "events.db")
    queue = Queue(database, "events", clock=lambda: 0)
    plane = SimpleNamespace(
        records=SqliteRecords(database, changes=queue),
        batch=Batch(SimpleNamespace()),  # type: ignore[arg-type] - no event here needs it
        dead_letters=EventDeadLetters(queue=queue),
        clock=lambda: 0,
    )
    handler = build(plane)  # type: ignore[arg-type] - the ports that this function uses
    fresh, jobs = count(), one_in(scale, JOBS)
    read = [each for life in _lives(fresh, jobs) for each in life]
    together = [_batches([each for life in _lives(fresh, jobs) for each in life]) for _ in range(ROUNDS)]
    apart = [
        _batches([each for step in zip(*_lives(fresh, jobs), strict=True) for each in step]) for _ in range(ROUNDS)
    ]
    told = chain.from_iterable(array_batches())
    array = iter(_batches([child(each) for each in islice(told, one_in(scale, CHILDREN * 4, least=EVENTS_A_BATCH))]))

    def loads() -> int:
        return sum(bool(json.loads(each)) for each in read)

    def decode() -> int:
        return sum(bool(from_event(each)) for each in read)

    def record(events: Iterable[dict[str, Any]]) -> int:
        return sum(len(event["Records"]) for event in events if not handler(event, None)["batchItemFailures"])

    return {
        "json.loads": loads,
        "read as a state change": decode,
        "recorded in SQLite, all of a job together": lambda: record(together.pop()),
        "recorded in SQLite, each of another job": lambda: record(apart.pop()),
        "recorded in SQLite, of an array's children": lambda: record(islice(array, one_in(scale, ARRAY_BATCHES))),
    }


def _lives(fresh: Iterator[int], jobs: int) -> list[list[str]]:
    """What new jobs send, each job's by itself."""
    return [life(f"bench-{job}", job_id=f"b{job}") for job in islice(fresh, jobs)]


def _batches(events: Sequence[str]) -> list[dict[str, Any]]:
    starts = range(0, len(events), EVENTS_A_BATCH)
    return [message(events[start : start + EVENTS_A_BATCH]) for start in starts]
