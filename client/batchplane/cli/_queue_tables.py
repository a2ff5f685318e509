"""Job queues as tables for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.table import Table

from batchplane._queue import JobQueue, Place
from batchplane.cli._cells import facts_table, pairs, table, text
from batchplane.cli._words import moment


def queues_table(queues: Iterable[JobQueue]) -> Table:
    """One row a queue."""
    made = table("QUEUE", "STATE", "STATUS", "PRIORITY", "COMPUTE ENVIRONMENTS", "JOBS")
    for queue in queues:
        environments = ", ".join(queue.compute_environments) or None
        row = (queue.name, queue.state, queue.status, queue.priority, environments, pairs(queue.jobs, " ") or None)
        made.add_row(*map(text, row))
    return made


def queue_facts(queue: JobQueue) -> Table:
    """All that is known of one queue."""
    return facts_table(_facts(queue))


def line_table(line: Iterable[Place]) -> Table:
    """Where each of the caller's jobs stands."""
    made = table("PLACE", "JOB ID", "SINCE")
    for place in line:
        made.add_row(*map(text, (place.position, place.job_id, moment(place.since))))
    return made


def _facts(queue: JobQueue) -> Iterator[tuple[str, object]]:
    yield "queue", queue.name
    yield "state", queue.state
    yield "status", queue.status
    yield "status reason", queue.status_reason
    yield "priority", queue.priority
    yield "compute environments", ", ".join(queue.compute_environments) or None
    yield "fair share", "yes" if queue.fair_share else "no"
    yield "jobs", pairs(queue.jobs, " ") or None
    yield "in use", ", ".join(f"{used:g} {unit}" for unit, used in queue.capacity_usage.items()) or None
    yield "in line", f"{queue.in_line} or more" if queue.more_in_line else queue.in_line
