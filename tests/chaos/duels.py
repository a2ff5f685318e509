"""What two who meet over one job must not do to each other: of each condition that no flood of events needs, one.

Each says what is wrong afterwards, if anything is. They are played in every order of their calls.
"""

from __future__ import annotations

from collections.abc import Iterator

from controlplane.batch.job_detail import JobDetail
from controlplane.batch.state_change import StateChange
from controlplane.job import Status
from controlplane.records.port import AlertClaim
from controlplane.records.record import RecordKey
from tests.builders import BATCH_JOB_ID, PLAIN, QUEUE, T0, bring, change
from tests.chaos.baton import Actor
from tests.chaos.ring import DAY, DAYS, END, KEY, NAME, OURS, THEIRS, Duel, Ring

ANOTHER = "another"
#: Of SubmitJob: it has no id.
REFUSAL = StateChange(
    detail=JobDetail(
        job_id="", status=Status.FAILED, job_queue=OURS.job_queue, job_definition=OURS.job_definition, stopped_at=T0
    ),
    at=T0,
)


def two_claims(ring: Ring) -> Iterator[str]:
    """One of two who set out to submit may."""
    ring.ours()
    may: list[int] = []

    def claim(at: int) -> None:
        if ring.records.claim(OURS.job_id, previous=None, at=at, capability_digests=()):
            may.append(at)

    ring.meet(lambda: claim(1), lambda: claim(2))
    record = ring.whole.get(KEY)
    if record is None or may != [record.claimed_at]:
        yield f"{may} may submit"


def claims_too_late(ring: Ring) -> Iterator[str]:
    """Nobody sets out to submit what another has set out to, what Batch knows, or what it has refused."""
    ring.ours()
    ring.records.claim(OURS.job_id, previous=None, at=1, capability_digests=())
    if ring.records.claim(OURS.job_id, previous=7, at=8, capability_digests=()):
        yield "a claim was taken over that had not been seen"
    bring(ring.records, KEY, REFUSAL, ours=True)
    if ring.records.claim(OURS.job_id, previous=1, at=2, capability_digests=()):
        yield "what was refused may be submitted"


def a_claim_of_what_is_settled(ring: Ring) -> Iterator[str]:
    """What Batch has is not submitted again."""
    ring.ours()
    ring.records.settle(OURS.job_id, BATCH_JOB_ID)
    if ring.records.claim(OURS.job_id, previous=None, at=1, capability_digests=()):
        yield "what is settled may be submitted"
    bring(ring.records, KEY, REFUSAL, ours=True)
    record = ring.whole.get(KEY)
    if record is None or record.status.is_terminal:
        yield "what is settled was refused"


def a_release_of_anothers_claim(ring: Ring) -> Iterator[str]:
    """A claim is taken back by who made it, and by nobody else."""
    ring.ours()
    ring.records.claim(OURS.job_id, previous=None, at=1, capability_digests=())
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
        seen.append(history_of(ring).get(3))

    ring.meet(lambda: date(T0 + 2000), lambda: date(T0 + 3000))
    if history_of(ring).get(2) != T0 + 1000 or len({*seen, history_of(ring).get(3)}) > 1:
        yield f"history is {history_of(ring)}, and was {seen}"


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
    ring.records.close(KEY, since=T0 + 4)
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


def an_end_of_a_bookmark(ring: Ring) -> Iterator[str]:
    """A walk that is through begins anew."""
    ring.records.keep_bookmark("walk", "place")
    ring.records.keep_bookmark("walk", None)
    if ring.whole.bookmark("walk") is not None:
        yield "the walk goes on behind its end"


def two_takers(ring: Ring) -> Iterator[str]:
    """Of a minute's room no more is given than there is, and all of it."""
    taken: list[int] = []

    def take(count: int) -> None:
        taken.append(ring.usage.take(OURS.owner, count=count, most=4, at=T0))

    ring.meet(lambda: take(3), lambda: take(3))
    if sum(taken) != 4:
        yield f"{taken} were let through"


def _telling(ring: Ring, index: int) -> Actor:
    """Tell that a child runs."""
    running = change("RUNNING", job_id=f"{BATCH_JOB_ID}:{index}")
    return lambda: bring(ring.records, RecordKey(job_id=BATCH_JOB_ID, index=index), running, ours=False) and None


def _wrong_children(ring: Ring, orders: dict[int, int]) -> Iterator[str]:
    told = ring.whole.open_children(BATCH_JOB_ID, size=len(orders), first=0, limit=len(orders))
    if told != orders:
        yield f"the children have come to {told}"


def history_of(ring: Ring) -> dict[int, int]:
    """Our job's, as it stands."""
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
    an_end_of_a_bookmark,
    two_takers,
)
