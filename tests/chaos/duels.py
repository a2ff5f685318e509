"""What two who meet over one job must not do to each other: of each condition that no flood of events needs, one.

Each says what is wrong afterwards, if anything is. They are played in every order of their calls.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from controlplane.job import Status
from controlplane.job_detail import JobDetail
from controlplane.record import RecordKey
from controlplane.records import AlertClaim
from controlplane.state_change import StateChange
from tests.builders import BATCH_JOB_ID, PLAIN, QUEUE, T0, bring, change
from tests.chaos.baton import Actor
from tests.chaos.ring import DAY, DAYS, KEY, NAME, OURS, Duel, Ring

THEIRS = RecordKey(job_id=BATCH_JOB_ID)
ANOTHER = "another"
#: Of SubmitJob: it has no id.
REFUSAL = StateChange(
    detail=JobDetail(
        job_id="", status=Status.FAILED, job_queue=OURS.job_queue, job_definition=OURS.job_definition, stopped_at=T0
    ),
    at=T0,
)
END = change("SUCCEEDED", name=NAME, at=T0 + 9000)


def two_claims(ring: Ring) -> Iterator[str]:
    """One of two who set out to submit may."""
    ring.ours()
    may: list[int] = []

    def claim(at: int) -> None:
        if ring.records.claim(OURS.job_id, previous=None, at=at, capability_digest=None):
            may.append(at)

    ring.meet(lambda: claim(1), lambda: claim(2))
    record = ring.whole.get(KEY)
    if record is None or may != [record.claimed_at]:
        yield f"{may} may submit"


def claims_too_late(ring: Ring) -> Iterator[str]:
    """Nobody sets out to submit what another has set out to, what Batch knows, or what it has refused."""
    ring.ours()
    ring.records.claim(OURS.job_id, previous=None, at=1, capability_digest=None)
    if ring.records.claim(OURS.job_id, previous=7, at=8, capability_digest=None):
        yield "a claim was taken over that had not been seen"
    bring(ring.records, KEY, REFUSAL, ours=True)
    if ring.records.claim(OURS.job_id, previous=1, at=2, capability_digest=None):
        yield "what was refused may be submitted"


def a_claim_of_what_is_settled(ring: Ring) -> Iterator[str]:
    """What Batch has is not submitted again."""
    ring.ours()
    ring.records.settle(OURS.job_id, BATCH_JOB_ID)
    if ring.records.claim(OURS.job_id, previous=None, at=1, capability_digest=None):
        yield "what is settled may be submitted"
    bring(ring.records, KEY, REFUSAL, ours=True)
    record = ring.whole.get(KEY)
    if record is None or record.status.is_terminal:
        yield "what is settled was refused"


def a_release_of_anothers_claim(ring: Ring) -> Iterator[str]:
    """A claim is taken back by who made it, and by nobody else."""
    ring.ours()
    ring.records.claim(OURS.job_id, previous=None, at=1, capability_digest=None)
    for other, left in ((2, 1), (1, None)):
        ring.records.release(OURS.job_id, claimed_at=other)
        record = ring.whole.get(KEY)
        if record is None or record.claimed_at != left:
            yield f"after the release of {other} the record is {record}"


def two_ids(ring: Ring) -> Iterator[str]:
    """The first of Batch's ids stays, and nothing is settled that is not there."""
    if ring.records.settle(OURS.job_id, BATCH_JOB_ID) or ring.item("RECORD"):
        yield "a job was settled that is not there"
    ring.ours()
    ring.records.settle(OURS.job_id, BATCH_JOB_ID)
    if ring.records.settle(OURS.job_id, ANOTHER):
        yield "a second id was taken"


def two_dates(ring: Ring) -> Iterator[str]:
    """What dates a transition first dates it for good, whether it comes late or with what is new."""
    ring.ours(change("RUNNABLE", name=NAME, at=T0 + 1000))
    bring(ring.records, KEY, change("RUNNABLE", name=NAME, at=T0 + 5000), change("RUNNING", name=NAME), ours=True)
    seen: list[int | None] = []

    def date(at: int) -> None:
        bring(ring.records, KEY, change("STARTING", name=NAME, at=at), ours=True)
        seen.append(_history(ring).get(3))

    ring.meet(lambda: date(T0 + 2000), lambda: date(T0 + 3000))
    if _history(ring).get(2) != T0 + 1000 or len({*seen, _history(ring).get(3)}) > 1:
        yield f"history is {_history(ring)}, and was {seen}"


def two_tales(ring: Ring) -> Iterator[str]:
    """What a job is stays as it was first told."""
    told = change("RUNNABLE", createdAt=T0 + 1, arrayProperties={"size": 3})
    otherwise = {
        "jobQueue": f"{QUEUE}x",
        "jobDefinition": PLAIN,
        "createdAt": T0 + 2,
        "nodeProperties": {"numNodes": 2},
    }
    bring(ring.records, THEIRS, told, ours=False)
    first = ring.whole.get(THEIRS)
    item = ring.table.get_item(Key={"pk": {"S": BATCH_JOB_ID}, "sk": {"S": "RECORD"}})["Item"]
    for status, more in (("STARTING", {"arrayProperties": {"size": 4}}), ("RUNNING", {})):
        bring(ring.records, THEIRS, change(status, name="otherwise", **otherwise, **more), ours=False)
    last = ring.whole.get(THEIRS)
    now = ring.table.get_item(Key={"pk": {"S": BATCH_JOB_ID}, "sk": {"S": "RECORD"}})["Item"]
    members = ("type", "job_name", "job_queue", "job_definition", "created_at", "size")
    wrong = [name for name in members if getattr(first, name) != getattr(last, name)]
    if wrong or any(item[name] != now[name] for name in ("created", "openSince")):
        yield f"{wrong or 'the place in an index'} changed"


def a_look_and_an_end(ring: Ring) -> Iterator[str]:
    """What has ended is neither missed nor lost."""
    ring.ours(change("RUNNING", name=NAME))
    ring.meet(
        lambda: ring.records.miss(KEY, at=T0 + 1),
        lambda: ring.records.lose(KEY, at=T0 + 2),
        lambda: bring(ring.records, KEY, END, ours=True) and None,
    )
    record = ring.whole.get(KEY)
    if record is None or record.lost or record.missed_at is not None or not record.status.is_terminal:
        yield f"after its end the record is {record}"


def news_after_a_look(ring: Ring) -> Iterator[str]:
    """The first look counts; news takes it away, and that the job was lost, and would have gone."""
    ring.ours()
    ring.records.miss(KEY, at=T0 + 1)
    ring.records.miss(KEY, at=T0 + 2)
    missed = ring.whole.get(KEY)
    if missed is None or missed.missed_at != T0 + 1:
        yield "the second look counts"
    ring.records.find(KEY)
    found = ring.whole.get(KEY)
    if found is None or found.missed_at is not None:
        yield "it is missed though it was found"
    ring.records.miss(KEY, at=T0 + 3)
    ring.records.lose(KEY, at=T0 + 4)
    if ring.whole.list_open(limit=9).records:
        yield "what is lost is looked at again"
    bring(ring.records, KEY, change("RUNNING", name=NAME), ours=True)
    ring.now[0] += (DAYS + 1) * DAY
    again = ring.whole.get(KEY)
    if again is None or again.lost or again.missed_at is not None:
        yield f"after news the record is {again}"


def looks_at_nothing(ring: Ring) -> Iterator[str]:
    """A job that has gone is not made again by a note on it."""
    ring.records.miss(KEY, at=1)
    ring.records.lose(KEY, at=2)
    ring.records.find(KEY)
    if ring.item("RECORD"):
        yield f"there is a record: {ring.item('RECORD')}"


def two_alerts(ring: Ring) -> Iterator[str]:
    """One of two alerts, until its lease is over or the alert is out."""
    granted: list[AlertClaim] = []

    def alert() -> None:
        granted.append(ring.records.claim_alert(KEY.job_id, at=T0, lease=10))

    ring.meet(alert, alert)
    if sorted(each.value for each in granted) != ["granted", "held"]:
        yield f"both alert: {granted}"
    ring.records.close_alert(KEY.job_id)
    if ring.records.claim_alert(KEY.job_id, at=T0 + 99, lease=10) is not AlertClaim.CLOSED:
        yield "what is out is alerted of again"


def two_first_children(ring: Ring) -> Iterator[str]:
    """Children of one block are told of at once, and nothing was before."""
    ring.meet(_telling(ring, 0), _telling(ring, 1))
    yield from _wrong_children(ring, {0: 4, 1: 4})


def two_children(ring: Ring) -> Iterator[str]:
    """Children of one block are told of at once."""
    _telling(ring, 2)()
    ring.meet(_telling(ring, 0), _telling(ring, 1))
    yield from _wrong_children(ring, {0: 4, 1: 4, 2: 4})


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


def _news_of_another(ring: Ring, *, batch_job_id: str = ANOTHER, **members: str) -> Iterator[str]:
    """News of a job that has gone come late, and a new one of another kind or id stands in its place."""
    ring.ours(change("RUNNING", name=NAME), END)
    anew = replace(OURS, created_at=T0 + 99 * DAY, **members)  # type: ignore[arg-type] - texts, all of them

    def begin() -> None:
        _let_go(ring)
        ring.whole.create(anew)
        ring.whole.settle(OURS.job_id, batch_job_id)

    ring.meet(lambda: bring(ring.records, KEY, change("STARTING", name=NAME), ours=True) and None, begin)
    if _history(ring) != {0: anew.created_at}:
        yield f"news of the old job are in the history of the new one: {_history(ring)}"


def news_of_another_job(ring: Ring) -> Iterator[str]:
    """Told apart by Batch's id."""
    yield from _news_of_another(ring)


def news_of_another_queue(ring: Ring) -> Iterator[str]:
    """Told apart by the queue."""
    yield from _news_of_another(ring, batch_job_id=BATCH_JOB_ID, job_queue=f"{QUEUE}x")


def news_of_another_definition(ring: Ring) -> Iterator[str]:
    """Told apart by the definition."""
    yield from _news_of_another(ring, batch_job_id=BATCH_JOB_ID, job_definition=PLAIN)


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


def an_end_of_a_bookmark(ring: Ring) -> Iterator[str]:
    """A walk that is through begins anew."""
    ring.records.keep_bookmark("walk", "place")
    ring.records.keep_bookmark("walk", None)
    if ring.whole.bookmark("walk") is not None:
        yield "the walk goes on behind its end"


def _telling(ring: Ring, index: int) -> Actor:
    """Tell that a child runs."""
    running = change("RUNNING", job_id=f"{BATCH_JOB_ID}:{index}")
    return lambda: bring(ring.records, RecordKey(job_id=BATCH_JOB_ID, index=index), running, ours=False) and None


def _wrong_children(ring: Ring, orders: dict[int, int]) -> Iterator[str]:
    told = ring.whole.open_children(BATCH_JOB_ID, size=len(orders), first=0, limit=len(orders))
    if told != orders:
        yield f"the children have come to {told}"


def _let_go(ring: Ring) -> None:
    for sort_key in ("RECORD", "SUBMISSION"):
        ring.table.let_go(OURS.job_id, sort_key)


def _history(ring: Ring) -> dict[int, int]:
    record = ring.whole.get(KEY)
    return dict(record.history) if record else {}


DUELS: tuple[Duel, ...] = (
    two_claims,
    claims_too_late,
    a_claim_of_what_is_settled,
    a_release_of_anothers_claim,
    two_ids,
    two_dates,
    two_tales,
    a_look_and_an_end,
    news_after_a_look,
    looks_at_nothing,
    two_alerts,
    two_first_children,
    two_children,
    two_beginnings,
    an_alert_of_each,
    an_end_twice,
    news_of_what_goes,
    news_of_another_job,
    news_of_another_queue,
    news_of_another_definition,
    a_decision_about_what_goes,
    an_end_of_a_bookmark,
)
