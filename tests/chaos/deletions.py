"""Duels over jobs that are deleted on request: who asks for them again, tells of them, or has taken their id."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

from controlplane.errors import KeySpent
from controlplane.records.port import DELETED_MILLISECONDS
from tests.builders import bring, change
from tests.chaos.ring import DAY, DAYS, END, KEY, NAME, OURS, Duel, Ring


def a_deletion_and_its_key(ring: Ring) -> Iterator[str]:
    """Whoever uses the key again meanwhile brings nothing back."""
    ring.ours(END)
    record = ring.whole.get(KEY)
    assert record is not None

    def ask_again() -> None:
        with suppress(KeySpent):
            ring.records.create(OURS)

    ring.meet(lambda: ring.records.delete(record, at=ring.now[0]) and None, ask_again)
    if ring.whole.get(KEY) or ring.whole.submission(OURS.job_id) or ring.whole.list_open(limit=9).records:
        yield "the job is there again"


def a_deletion_and_news(ring: Ring) -> Iterator[str]:
    """What is told meanwhile brings nothing back."""
    ring.ours(END)
    record = ring.whole.get(KEY)
    assert record is not None
    ring.meet(
        lambda: ring.records.delete(record, at=ring.now[0]) and None,
        lambda: bring(ring.records, KEY, change("RUNNING", name=NAME), ours=True) and None,
    )
    if ring.whole.get(KEY):
        yield "the job is there again"


def a_deletion_too_late(ring: Ring) -> Iterator[str]:
    """A job that has gone, and was begun anew, is another one."""
    ring.ours(END)
    record = ring.whole.get(KEY)
    assert record is not None
    ring.now[0] += (DAYS + 1) * DAY
    anew = replace(OURS, created_at=ring.now[0])
    ring.records.create(anew)
    if ring.records.delete(record, at=ring.now[0]) or ring.whole.submission(OURS.job_id) != anew:
        yield "the new job was deleted"


def a_deletion_in_two_goes(ring: Ring) -> Iterator[str]:
    """What was killed on the way is done again; and when its time is over, the key is free."""
    ring.ours(END)
    record = ring.whole.get(KEY)
    assert record is not None
    deleted = [ring.records.delete(record, at=ring.now[0]) for _ in range(2)]
    ring.table.let_go(OURS.job_id, "SUBMISSION")
    deleted.append(ring.records.delete(record, at=ring.now[0]))
    ring.now[0] += DELETED_MILLISECONDS + 1000
    ring.records.create(OURS)
    if not all(deleted) or ring.whole.get(KEY) is None:
        yield f"deleted {deleted}, and then {ring.item('RECORD')}"


def a_deletion_and_news_of_what_was_lost(ring: Ring) -> Iterator[str]:
    """Who keeps what belongs to a job that is found, or lets it go, leaves the tombstones their time."""
    ring.ours(change("RUNNING", name=NAME))
    ring.records.lose(KEY, at=ring.now[0])
    ring.records.close(KEY, since=ring.now[0])
    record = ring.whole.get(KEY)
    assert record is not None
    ring.meet(
        lambda: ring.records.delete(record, at=ring.now[0]) and None,
        lambda: bring(ring.records, KEY, END, ours=True) and None,
    )
    if len({str(ring.item(sort_key).get("expiresAt")) for sort_key in ("SUBMISSION", "RECORD")}) > 1:
        yield f"the tombstones are {ring.item('SUBMISSION')} and {ring.item('RECORD')}"


def a_deletion_and_an_alert(ring: Ring) -> Iterator[str]:
    """Whoever is alerting of a job meanwhile leaves nothing of it."""
    ring.ours(END)
    record = ring.whole.get(KEY)
    assert record is not None
    ring.whole.claim_alert(OURS.job_id, at=ring.now[0], lease=1000)
    ring.meet(
        lambda: ring.records.delete(record, at=ring.now[0]) and None,
        lambda: ring.records.close_alert(OURS.job_id),
    )
    if ring.item("ALERT"):
        yield f"there is {ring.item('ALERT')}"


DELETIONS: tuple[Duel, ...] = (
    a_deletion_and_an_alert,
    a_deletion_and_news_of_what_was_lost,
    a_deletion_and_its_key,
    a_deletion_and_news,
    a_deletion_too_late,
    a_deletion_in_two_goes,
)
