"""Duels with the deletion of what has expired, which comes whenever it likes: the expirer's, or DynamoDB's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from controlplane.records.record import RecordKey
from tests.builders import BATCH_JOB_ID, bring, change
from tests.chaos.ring import DAY, DAYS, END, KEY, NAME, OURS, Duel, Ring


def an_expirer_and_a_beginning(ring: Ring) -> Iterator[str]:
    """A job that is begun anew while the old one is deleted is there whole."""
    ring.ours(END)
    ring.now[0] += (DAYS + 1) * DAY
    anew = replace(OURS, created_at=ring.now[0])
    ring.meet(ring.expire, lambda: ring.records.create(anew) and None)
    record = ring.whole.get(KEY)
    if ring.whole.submission(OURS.job_id) != anew or record is None or record.created_at != anew.created_at:
        yield f"the new job is {record}, and {ring.whole.submission(OURS.job_id)} was asked"


def an_expirer_and_a_reader(ring: Ring) -> Iterator[str]:
    """What has expired is not there, whether it is deleted yet or not."""
    ring.ours(END)
    ring.now[0] += (DAYS + 1) * DAY
    seen: list[object] = []

    def read() -> None:
        seen.extend((ring.records.get(KEY), ring.records.submission(OURS.job_id)))

    ring.meet(ring.expire, read)
    if any(seen):
        yield f"{seen} was read"


def an_expirer_and_news(ring: Ring) -> Iterator[str]:
    """News of a child keeps nothing, and makes nothing, of a job that runs beside one that has expired."""
    ring.ours(change("RUNNING", name=NAME))
    running = change("RUNNING", job_id=f"{BATCH_JOB_ID}:0")
    ring.now[0] += (DAYS + 1) * DAY
    child = RecordKey(job_id=BATCH_JOB_ID, index=0)
    ring.meet(ring.expire, lambda: bring(ring.records, child, running, ours=False) and None)
    if ring.whole.get(KEY) is None or ring.whole.get(child) is None:
        yield "what runs was deleted"


EXPIRINGS: tuple[Duel, ...] = (an_expirer_and_a_beginning, an_expirer_and_a_reader, an_expirer_and_news)
