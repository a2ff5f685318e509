"""The event path on one core: messages of a queue into records."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import count, islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from batchplane_local.database import Database
from batchplane_local.queue import Queue
from batchplane_local.queues import EventDeadLetters
from batchplane_local.records import SqliteRecords
from controlplane.batch import Batch
from controlplane.state_change import from_event
from lambdas.record_state_change.handler import build
from tests.bench.race import Contender
from tests.builders import life

#: Jobs of one round; each sends four events.
JOBS = 500
#: Messages of one invocation.
BATCH_SIZE = 100


def contenders(folder: Path) -> Mapping[str, Contender]:
    """Reading alone, by the standard library and by ours; and the whole function over SQLite."""
    database = Database(folder / "events.db")
    queue = Queue(database, "events", clock=lambda: 0)
    plane = SimpleNamespace(
        records=SqliteRecords(database, changes=queue),
        batch=Batch(SimpleNamespace()),  # type: ignore[arg-type] - no event here needs it
        dead_letters=EventDeadLetters(queue=queue),
    )
    handler = build(plane)  # type: ignore[arg-type] - the ports that this function uses
    fresh = count()

    def events() -> list[str]:
        return [each for job in islice(fresh, JOBS) for each in life(f"bench-{job}", job_id=f"b{job}")]

    read = events()

    def loads() -> int:
        return sum(bool(json.loads(each)) for each in read)

    def decode() -> int:
        return sum(bool(from_event(each)) for each in read)

    waiting = [[_messages(batch) for batch in _batches(events())] for _ in range(8)]

    def record() -> int:
        return sum(len(event["Records"]) for event in waiting.pop() if not handler(event, None)["batchItemFailures"])

    return {"json.loads": loads, "read as a state change": decode, "recorded in SQLite, by the function": record}


def _batches(events: list[str]) -> list[list[str]]:
    return [events[start : start + BATCH_SIZE] for start in range(0, len(events), BATCH_SIZE)]


def _messages(bodies: list[str]) -> dict[str, Any]:
    records = [
        {"messageId": str(place), "receiptHandle": "r", "body": body, "attributes": {}, "messageAttributes": {}}
        for place, body in enumerate(bodies)
    ]
    return {"Records": [{**record, "eventSource": "aws:sqs"} for record in records]}
