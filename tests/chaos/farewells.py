"""Duels over jobs that are over: DynamoDB deletes what has expired whenever it likes, and an id may be begun anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from controlplane.records.port import AlertClaim
from controlplane.submissions.submission import Submission
from tests.builders import BATCH_JOB_ID, PLAIN, QUEUE, T0, bring, change
from tests.chaos.ring import DAY, DAYS, END, KEY, NAME, OURS, THEIRS, Duel, Ring

#: Batch's id of a later job.
ANOTHER = "another"
#: Asked for so soon that the clocks of Batch and of the plane could not tell it from the job before.
SOON = replace(OURS, created_at=T0 + 60_000)


def two_beginnings(ring: Ring) -> Iterator[str]:
    """A job that is gone is begun anew by one of two, and the other is told of that one."""
    ring.ours(END)
    ring.now[0] += (DAYS + 1) * DAY
    anew = [replace(OURS, created_at=ring.now[0] + place) for place in range(2)]
    begun: list[int] = []

    def begin(place: int) -> None:
        begun.append((ring.records.create(anew[place]) or anew[place]).created_at)

    ring.meet(lambda: begin(0), lambda: begin(1))
    kept, record = ring.whole.submission(OURS.job_id), ring.whole.get(KEY)
    if len({*begun, kept and kept.created_at, record and record.created_at}) > 1:
        yield f"begun at {begun}; the submission is {kept}, the record {record}"
    if ring.item("ALERT"):
        yield "an alert was made of nothing"


def an_alert_of_each(ring: Ring) -> Iterator[str]:
    """A job that is begun anew may be alerted of, though the one before was."""
    ring.ours(END)
    ring.records.claim_alert(KEY.job_id, at=T0, lease=1)
    ring.records.close_alert(KEY.job_id)
    ring.now[0] += (DAYS + 1) * DAY
    ring.records.create(replace(OURS, created_at=ring.now[0]))
    if ring.records.claim_alert(KEY.job_id, at=ring.now[0], lease=99 * DAY) is not AlertClaim.GRANTED:
        yield "the new job can't be alerted of"


def a_miss_of_what_is_lost(ring: Ring) -> Iterator[str]:
    """Who looks a moment later notes nothing of it any more."""
    ring.ours(change("RUNNING", name=NAME))
    ring.records.lose(KEY, at=T0 + 1)
    ring.records.miss(KEY, at=T0 + 2)
    if "missedAt" in ring.item("RECORD"):
        yield "a lost job is missed"


def an_end_twice(ring: Ring) -> Iterator[str]:
    """What was asked goes when it was first said to go, and does not come again."""
    ring.ours(END)
    first = ring.item("SUBMISSION")["expiresAt"]
    bring(ring.records, KEY, change("FAILED", name=NAME, at=T0 + 99 * DAY), ours=True)
    if ring.item("SUBMISSION")["expiresAt"] != first:
        yield "the submission goes later"
    ring.table.let_go(OURS.job_id, "SUBMISSION")
    bring(ring.records, KEY, END, ours=True)
    if ring.item("SUBMISSION"):
        yield "the submission is there again"


def news_of_what_goes(ring: Ring) -> Iterator[str]:
    """DynamoDB deletes what has expired, whenever it likes: what comes late does not make half of it again."""
    bring(ring.records, THEIRS, change("RUNNING"), change("SUCCEEDED"), ours=False)
    ring.meet(
        lambda: bring(ring.records, THEIRS, change("STARTING"), ours=False) and None,
        lambda: ring.table.let_go(BATCH_JOB_ID, "RECORD"),
    )
    item = ring.table.get_item(Key={"pk": {"S": BATCH_JOB_ID}, "sk": {"S": "RECORD"}}).get("Item", {})
    if item and "status" not in item:
        yield f"there is half a record: {item}"


def _news_of_another(ring: Ring, anew: Submission, *, batch_job_id: str | None) -> Iterator[str]:
    """News of a job that has gone come late, and a new one stands in its place; Batch's id of it may be known."""
    ring.ours(change("RUNNING", name=NAME), END)

    def begin() -> None:
        _let_go(ring)
        ring.whole.create(anew)
        if batch_job_id:
            ring.whole.settle(OURS.job_id, batch_job_id)

    ring.meet(lambda: bring(ring.records, KEY, change("STARTING", name=NAME), ours=True) and None, begin)
    if _history(ring) != {0: anew.created_at}:
        yield f"news of the old job are in the history of the new one: {_history(ring)}"


def news_of_an_earlier_job(ring: Ring) -> Iterator[str]:
    """Told apart by when Batch created it: long before the new one was asked for."""
    yield from _news_of_another(ring, replace(OURS, created_at=T0 + 99 * DAY), batch_job_id=None)


def news_of_another_job(ring: Ring) -> Iterator[str]:
    """Told apart by Batch's id."""
    yield from _news_of_another(ring, SOON, batch_job_id=ANOTHER)


def news_of_another_queue(ring: Ring) -> Iterator[str]:
    """Told apart by the queue."""
    yield from _news_of_another(ring, replace(SOON, job_queue=f"{QUEUE}x"), batch_job_id=BATCH_JOB_ID)


def news_of_another_definition(ring: Ring) -> Iterator[str]:
    """Told apart by the definition."""
    yield from _news_of_another(ring, replace(SOON, job_definition=PLAIN), batch_job_id=BATCH_JOB_ID)


def a_decision_about_what_goes(ring: Ring) -> Iterator[str]:
    """Batch's answer about a job that has gone changes nothing of the next one."""
    ring.ours(change("FAILED", name=NAME))
    anew = replace(OURS, created_at=T0 + 99 * DAY)

    def begin() -> None:
        _let_go(ring)
        ring.whole.create(anew)

    ring.meet(lambda: ring.records.decide(KEY, END), begin)
    record = ring.whole.get(KEY)
    if record is None or record.created_at != anew.created_at:
        yield f"the new record is {record}"


def _let_go(ring: Ring) -> None:
    for sort_key in ("RECORD", "SUBMISSION"):
        ring.table.let_go(OURS.job_id, sort_key)


def _history(ring: Ring) -> dict[int, int]:
    record = ring.whole.get(KEY)
    return dict(record.history) if record else {}


FAREWELLS: tuple[Duel, ...] = (
    two_beginnings,
    an_alert_of_each,
    a_miss_of_what_is_lost,
    an_end_twice,
    news_of_what_goes,
    news_of_an_earlier_job,
    news_of_another_job,
    news_of_another_queue,
    news_of_another_definition,
    a_decision_about_what_goes,
)
