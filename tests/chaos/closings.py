"""Duels over jobs that are closed: what belongs to them goes with them, and stays where there is news of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from controlplane.job import part_id
from controlplane.records.port import DELETED_MILLISECONDS, Records
from controlplane.records.record import RecordKey
from tests.builders import BATCH_JOB_ID, T0, bring, change, refusal, submission
from tests.chaos.ring import DAY, DAYS, Duel, Ring

ARRAY = {"arrayProperties": {"size": 2}}
OURS = submission(key="given:array", **ARRAY)
KEY, NAME = RecordKey(job_id=OURS.job_id), OURS.batch_job_name
SINGLE = submission()
SINGLE_KEY = RecordKey(job_id=SINGLE.job_id)
CHILD = RecordKey(job_id=BATCH_JOB_ID, index=1)
PENDING, RUNNABLE, ENDED, FAILED = (
    change(status, name=NAME, at=T0 + 9000 + late, **ARRAY)
    for late, status in enumerate(("PENDING", "RUNNABLE", "SUCCEEDED", "FAILED"))
)
LOST_AT, ENDED_AT = T0 + 20_000, T0 + 90_000


def a_loss_and_news(ring: Ring) -> Iterator[str]:
    """Whoever finds a lost job again keeps all of it, whatever is let go of it meanwhile."""
    ring.records.create(SINGLE)
    ring.records.lose(SINGLE_KEY, at=LOST_AT)
    ring.meet(
        lambda: ring.records.close(SINGLE_KEY, since=LOST_AT),
        lambda: _news(ring.whole, "RUNNING"),
    )
    yield from _unlike(ring, None, job_id=SINGLE.job_id)


def news_and_a_loss(ring: Ring) -> Iterator[str]:
    """Likewise, where the loss is closed between any two steps of the news."""
    ring.records.create(SINGLE)
    ring.records.lose(SINGLE_KEY, at=LOST_AT)
    ring.meet(
        lambda: _news(ring.records, "RUNNING"),
        lambda: ring.whole.close(SINGLE_KEY, since=LOST_AT),
    )
    yield from _unlike(ring, None, job_id=SINGLE.job_id)


def two_who_find_it(ring: Ring) -> Iterator[str]:
    """Two tell of a lost job, and all of it is kept."""
    _lose(ring.records)
    ring.meet(lambda: _news(ring.records, "RUNNING"), lambda: _news(ring.whole, "RUNNABLE"))
    yield from _unlike(ring, None, job_id=SINGLE.job_id)


def a_find_and_an_end(ring: Ring) -> Iterator[str]:
    """Of two who tell of a lost job one tells of its end, and all of it goes with that."""
    _lose(ring.records)
    ring.meet(lambda: _news(ring.records, "RUNNING"), lambda: _news(ring.whole, "SUCCEEDED"))
    yield from _unlike(ring, ENDED_AT, job_id=SINGLE.job_id)


def a_loss_and_an_end(ring: Ring) -> Iterator[str]:
    """The end of a lost job lets all of it go, and whoever closes it as lost meanwhile no part of it earlier."""
    ring.records.create(SINGLE)
    ring.records.lose(SINGLE_KEY, at=LOST_AT)
    ring.meet(lambda: ring.records.close(SINGLE_KEY, since=LOST_AT), lambda: _news(ring.whole, "SUCCEEDED"))
    yield from _unlike(ring, ENDED_AT, job_id=SINGLE.job_id)


def a_find_and_another_loss(ring: Ring) -> Iterator[str]:
    """News of a job that was found, and lost again, keeps what the second loss let go."""
    _lose(ring.records)

    def find_and_lose() -> None:
        _news(ring.whole, "RUNNABLE")
        _lose(ring.whole, at=LOST_AT + 5000)

    ring.meet(lambda: _news(ring.records, "RUNNING"), find_and_lose)
    record = ring.whole.get(SINGLE_KEY)
    yield from _unlike(ring, LOST_AT + 5000 if record and record.lost else None, job_id=SINGLE.job_id)


def a_closing_and_a_deletion(ring: Ring) -> Iterator[str]:
    """What is deleted is not closed: its tombstone stays for its time."""
    part = replace(OURS, job_id=part_id(OURS.job_id, 0))
    key = RecordKey(job_id=part.job_id)
    ring.records.create(part)
    bring(ring.records, key, refusal(), ours=True)
    record = ring.whole.get(key)
    assert record is not None
    ring.meet(
        lambda: ring.records.close(key, since=None),
        lambda: ring.records.close(key, since=T0),
        lambda: ring.whole.delete(record, at=T0 + 10 * DAY) and None,
    )
    yield from _unlike(ring, T0 + 10 * DAY + DELETED_MILLISECONDS - DAYS * DAY, job_id=part.job_id)


def a_lost_array(ring: Ring) -> Iterator[str]:
    """It goes with its children, since the first loss that was noted; all of it is kept when it is found again."""
    _array(ring)
    for at in (LOST_AT, LOST_AT + 5000):
        ring.records.lose(KEY, at=at)
    for news in (RUNNABLE, change("RUNNING", name=NAME, **ARRAY)):
        ring.records.close(KEY, since=LOST_AT)
        yield from _unlike(ring, LOST_AT)
        record = ring.whole.get(KEY)
        if record is None or record.changed_at != LOST_AT:
            yield f"{record} was lost at another time"
        if ring.whole.list_open(limit=9).records:
            yield "what is closed is looked at again"
        bring(ring.records, KEY, news, ours=True)
        yield from _unlike(ring, None)
        ring.records.lose(KEY, at=LOST_AT)


def a_closing_and_an_answer(ring: Ring) -> Iterator[str]:
    """An end that Batch takes back opens what was closed; none of it goes with one end, and some with the other."""
    _array(ring, FAILED)
    ring.meet(
        lambda: ring.records.close(KEY, since=FAILED.at),
        lambda: ring.whole.decide(KEY, change("SUCCEEDED", name=NAME, at=LOST_AT, **ARRAY)),
    )
    is_open = bool(ring.whole.list_open(limit=9).records)
    if is_open:
        ring.records.close(KEY, since=LOST_AT)
    yield from _unlike(ring, LOST_AT if is_open else FAILED.at)


def a_closing_and_a_child(ring: Ring) -> Iterator[str]:
    """What is told of a child in the moment in which its array is closed goes with it, though it is no news."""
    _array(ring, ENDED)
    bring(ring.records, CHILD, change("RUNNING", job_id=f"{BATCH_JOB_ID}:1"), ours=False)
    ring.meet(
        lambda: ring.records.close(KEY, since=ENDED.at),
        lambda: bring(ring.records, CHILD, change("STARTING", job_id=f"{BATCH_JOB_ID}:1"), ours=False) and None,
    )
    yield from _unlike(ring, ENDED.at)


def a_part_that_is_kept(ring: Ring) -> Iterator[str]:
    """A part goes with the whole, not with its own end; and is kept, where the whole is not over after all."""
    part = replace(OURS, job_id=part_id(OURS.job_id, 0))
    key = RecordKey(job_id=part.job_id)
    ring.records.create(part)
    bring(ring.records, key, change("SUCCEEDED", name=part.batch_job_name, **ARRAY), ours=True)
    for since, expected in ((None, None), (T0, T0), (None, None)):
        ring.records.close(key, since=since)
        yield from _unlike(ring, expected, job_id=part.job_id)
        if ring.whole.list_open(limit=9).records:
            yield "a part that is closed is looked at again"


def _lose(records: Records, *, at: int = LOST_AT) -> None:
    records.create(SINGLE)
    records.lose(SINGLE_KEY, at=at)
    records.close(SINGLE_KEY, since=at)


def _news(records: Records, status: str) -> None:
    bring(records, SINGLE_KEY, change(status, name=SINGLE.batch_job_name, at=ENDED_AT), ours=True)


def _array(ring: Ring, *news: Any) -> None:
    ring.records.create(OURS)
    for each in (PENDING, *news):
        bring(ring.records, KEY, each, ours=True)
    bring(ring.records, CHILD, change("RUNNABLE", job_id=f"{BATCH_JOB_ID}:1"), ours=False)


def _unlike(ring: Ring, since: int | None, *, job_id: str = OURS.job_id) -> Iterator[str]:
    """What of an array does not go so many days after a moment; for None, what goes at all."""
    expected = None if since is None else -(-since // 1000) + DAYS * DAY // 1000
    for item in ring.table.items:
        if item["pk"]["S"] in (job_id, f"{BATCH_JOB_ID}#00"):
            expires_at = int(item["expiresAt"]["N"]) if "expiresAt" in item else None
            if expires_at != expected:
                yield f"{item['pk']['S']} {item['sk']['S']} goes at {expires_at}, not {expected}"


CLOSINGS: tuple[Duel, ...] = (
    a_loss_and_news,
    news_and_a_loss,
    two_who_find_it,
    a_find_and_an_end,
    a_loss_and_an_end,
    a_find_and_another_loss,
    a_closing_and_a_deletion,
    a_lost_array,
    a_closing_and_an_answer,
    a_closing_and_a_child,
    a_part_that_is_kept,
)
