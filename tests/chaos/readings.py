"""Duels of readers and deliveries: whatever is being recorded meanwhile, nobody sees a job or its children go back."""

from __future__ import annotations

from collections.abc import Iterator

from controlplane.job import Status
from controlplane.records.record import RecordKey
from tests.builders import BATCH_JOB_ID, T0, bring, change
from tests.chaos.baton import Actor
from tests.chaos.ring import END, KEY, NAME, Duel, Ring

SIZE = 2
ENDED = frozenset(status for status in Status if status.is_terminal)
GOING = frozenset(Status) - ENDED


def counts_while_children_end(ring: Ring) -> Iterator[str]:
    """No fewer children are known, and no fewer have ended, than were before."""
    _delivery(ring, "RUNNABLE", 0)()
    seen: list[tuple[int, int]] = []

    def read() -> None:
        for _ in range(2):
            counts = ring.records.status_summary(BATCH_JOB_ID, size=SIZE)
            seen.append((sum(counts.values()), sum(count for status, count in counts.items() if status in ENDED)))

    ring.meet(_delivery(ring, "RUNNING", 1), _delivery(ring, "SUCCEEDED", 0), read)
    (known, ended), (known_later, ended_later) = seen
    if known > known_later or ended > ended_later:
        yield f"{known} known and {ended} ended, then {known_later} and {ended_later}"


def pages_while_a_child_ends(ring: Ring) -> Iterator[str]:
    """A child that was seen to have ended is in no page of those that go on, and is in each of all."""
    _delivery(ring, "RUNNING", 0)()
    seen: list[list[Status]] = []

    def read() -> None:
        for statuses in (ENDED, GOING, frozenset(Status)):
            page = ring.records.children(BATCH_JOB_ID, size=SIZE, first=0, limit=SIZE, statuses=statuses)
            seen.append([record.status for record in page])

    ring.meet(_delivery(ring, "SUCCEEDED", 0), read)
    ended, going, everything = seen
    if (ended and going) or len(everything) != 1 or (ended and everything != ended):
        yield f"pages of what has ended, of what goes on, and of all: {seen}"


def a_child_while_it_ends(ring: Ring) -> Iterator[str]:
    """Its record, the counts and what is open are never behind what was read of it before."""
    _delivery(ring, "RUNNING", 0)()
    seen: list[bool] = []

    def read() -> None:
        record = ring.records.get(RecordKey(job_id=BATCH_JOB_ID, index=0))
        seen.append(record is not None and record.status in ENDED)
        seen.append(not ring.records.open_children(BATCH_JOB_ID, size=1, first=0, limit=1))
        seen.append(bool(ring.records.children_in(BATCH_JOB_ID, size=SIZE, status=Status.SUCCEEDED)))

    ring.meet(_delivery(ring, "SUCCEEDED", 0), read)
    if seen != sorted(seen):
        yield f"whether it had ended, at one look after the other: {seen}"


def a_job_while_it_is_told_of(ring: Ring) -> Iterator[str]:
    """Its status never goes back, though an earlier one is told late."""
    ring.ours(change("RUNNABLE", name=NAME, at=T0 + 1000))
    seen: list[int] = []

    def read() -> None:
        for _ in range(3):
            record = ring.records.get(KEY)
            seen.append(record.order if record else -1)

    ring.meet(
        lambda: bring(ring.records, KEY, END, ours=True) and None,
        lambda: bring(ring.records, KEY, change("RUNNING", name=NAME, at=T0 + 2000), ours=True) and None,
        read,
    )
    if seen != sorted(seen):
        yield f"it has come to {seen}"


def _delivery(ring: Ring, status: str, index: int) -> Actor:
    told = change(status, job_id=f"{BATCH_JOB_ID}:{index}")
    return lambda: bring(ring.records, RecordKey(job_id=BATCH_JOB_ID, index=index), told, ours=False) and None


READINGS: tuple[Duel, ...] = (
    counts_while_children_end,
    pages_while_a_child_ends,
    a_child_while_it_ends,
    a_job_while_it_is_told_of,
)
