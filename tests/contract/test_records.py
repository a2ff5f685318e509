"""What each single promise of the records is, over any store."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from controlplane.job import Status, part_id
from controlplane.records.port import AlertClaim, Records
from controlplane.records.record import Outcome, RecordKey, born
from controlplane.submissions.indices import Indices
from controlplane.submissions.submission import Part
from tests.builders import BATCH_JOB_ID, T0, bring, change, refusal, submission

OURS = submission()
KEY = RecordKey(job_id=OURS.job_id)
#: How many at once set out to do what only one may.
RIVALS = 8


def test_a_submission_is_kept_with_its_record(records: Records) -> None:
    """What was asked and what is remembered are both there."""
    earlier = records.create(OURS)

    assert (None, OURS, born(OURS)) == (earlier, records.submission(OURS.job_id), records.get(KEY))


def test_every_member_of_a_submission_comes_back(records: Records) -> None:
    """Nested documents, text of any script, numbers: all as they were."""
    document = {
        "arrayProperties": {"size": 3},
        "parameters": {"größe": "λ = 0.5"},
        "retryStrategy": {"attempts": 2, "evaluateOnExit": [{"action": "RETRY", "onExitCode": "1*"}]},
        "timeout": {"attemptDurationSeconds": 60},
        "tags": {"team": ""},
    }
    asked = submission(**document)
    again = replace(asked, job_id=f"{asked.job_id[:-1]}0", rerun_of=OURS.job_id, indices=Indices.choose((2,), of=3))
    part = replace(asked, job_id=part_id(asked.job_id, 7), part=Part(first=70_000, of=100_000))
    operators = replace(asked, job_id=f"{asked.job_id[:-1]}1", by_operator=True)
    kept = (asked, again, part, operators)
    for each in kept:
        records.create(each)

    assert list(kept) == [records.submission(each.job_id) for each in kept]


def test_a_job_that_exists_is_left_as_it_is(records: Records) -> None:
    """The second of one key gets what the first one asked."""
    records.create(OURS)
    bring(records, KEY, change("RUNNING", name=OURS.batch_job_name), ours=True)
    before = records.get(KEY)

    earlier = records.create(replace(OURS, created_at=T0 + 9, digest="another"))

    assert (OURS, before) == (earlier, records.get(KEY))


def test_many_are_created_as_each_would_be(records: Records) -> None:
    """New ones are kept with their records; of one that exists, what was asked comes back."""
    records.create(OURS)
    others = [submission(key=f"given:many-{number}", tags={"n": str(number)}) for number in range(30)]
    again = replace(OURS, created_at=T0 + 9, digest="another")

    assert [None] * 15 + [OURS] + [None] * 15 == list(records.create_all([*others[:15], again, *others[15:]]))
    assert [(each, born(each)) for each in others] == [
        (records.submission(each.job_id), records.get(RecordKey(job_id=each.job_id))) for each in others
    ]


def test_what_nobody_stored_is_not_there(records: Records) -> None:
    """No record, no submission, no children."""
    found = (records.get(KEY), records.submission(OURS.job_id), list(records.children("b", size=9, first=0, limit=9)))

    assert (None, None, []) == found


def test_of_many_who_set_out_to_submit_one_may(records: Records) -> None:
    """Claims exclude each other."""
    records.create(OURS)

    def claim(at: int) -> bool:
        return records.claim(OURS.job_id, previous=None, at=at, capability_digests=())

    with ThreadPoolExecutor(RIVALS) as rivals:
        granted = list(rivals.map(claim, range(T0, T0 + RIVALS)))

    assert 1 == granted.count(True)


@pytest.mark.parametrize("digests", [("digest",), ("second", "first")])
def test_a_claim_keeps_its_time_and_the_digests(records: Records, digests: tuple[str, ...]) -> None:
    """The runner's capabilities are known by their digests from then on, in this order."""
    records.create(OURS)
    records.claim(OURS.job_id, previous=None, at=T0 + 1, capability_digests=digests)

    assert replace(born(OURS), claimed_at=T0 + 1, capability_digests=digests) == records.get(KEY)


def test_a_claim_follows_the_one_it_saw(records: Records) -> None:
    """After an unknown outcome has settled, one more attempt may be made."""
    records.create(OURS)
    records.claim(OURS.job_id, previous=None, at=T0 + 1, capability_digests=())

    blind = records.claim(OURS.job_id, previous=None, at=T0 + 2, capability_digests=())
    seeing = records.claim(OURS.job_id, previous=T0 + 1, at=T0 + 3, capability_digests=())

    assert (False, True) == (blind, seeing)


def test_a_job_that_batch_knows_is_not_claimed(records: Records) -> None:
    """An event was faster than the message."""
    records.create(OURS)
    bring(records, KEY, change("RUNNABLE", name=OURS.batch_job_name), ours=True)

    assert not records.claim(OURS.job_id, previous=None, at=T0 + 1, capability_digests=())


def test_a_job_that_is_settled_is_not_claimed(records: Records) -> None:
    """SubmitJob has answered, and no event has come yet."""
    records.create(OURS)
    records.settle(OURS.job_id, BATCH_JOB_ID)

    assert not records.claim(OURS.job_id, previous=None, at=T0 + 1, capability_digests=())


def test_a_refusal_does_not_end_a_job_that_batch_has(records: Records) -> None:
    """An earlier try was taken, and its first event was faster than the second try's refusal."""
    records.create(OURS)
    bring(records, KEY, change("RUNNABLE", name=OURS.batch_job_name), ours=True)

    outcome = bring(records, KEY, refusal(), ours=True)

    assert (Outcome.STRANGE, Status.RUNNABLE) == (outcome, getattr(records.get(KEY), "status", None))


def test_a_job_that_was_refused_is_not_claimed(records: Records) -> None:
    """It ended before Batch ever knew it."""
    records.create(OURS)
    bring(records, KEY, refusal(), ours=True)

    assert not records.claim(OURS.job_id, previous=None, at=T0 + 1, capability_digests=())


def test_nothing_is_claimed_where_there_is_no_job(records: Records) -> None:
    """A message may be older than its record's deletion."""
    assert not records.claim(OURS.job_id, previous=None, at=T0, capability_digests=())


def test_a_released_claim_may_be_made_again(records: Records) -> None:
    """Batch was throttling, and did not take the job."""
    records.create(OURS)
    records.claim(OURS.job_id, previous=None, at=T0 + 1, capability_digests=())

    records.release(OURS.job_id, claimed_at=T0 + 1)

    assert records.claim(OURS.job_id, previous=None, at=T0 + 2, capability_digests=())


def test_nobody_releases_anothers_claim(records: Records) -> None:
    """A release that comes late changes nothing."""
    records.create(OURS)
    records.claim(OURS.job_id, previous=None, at=T0 + 1, capability_digests=())

    records.release(OURS.job_id, claimed_at=T0)

    assert replace(born(OURS), claimed_at=T0 + 1) == records.get(KEY)


def test_batchs_id_is_noted_once(records: Records) -> None:
    """The same id again is well, another is refused."""
    records.create(OURS)

    settled = [records.settle(OURS.job_id, each) for each in (BATCH_JOB_ID, BATCH_JOB_ID, "another")]

    assert ([True, True, False], replace(born(OURS), batch_job_id=BATCH_JOB_ID)) == (settled, records.get(KEY))


def test_batchs_id_is_noted_of_no_unknown_job(records: Records) -> None:
    """Settling makes no record."""
    assert (False, None) == (records.settle(OURS.job_id, BATCH_JOB_ID), records.get(KEY))


def test_a_lost_job_keeps_its_last_status(records: Records) -> None:
    """Only that nobody can say more is noted."""
    records.create(OURS)

    records.lose(KEY, at=T0 + 5)

    assert replace(born(OURS), lost=True, changed_at=T0 + 5) == records.get(KEY)


def test_a_job_that_has_ended_is_not_lost(records: Records) -> None:
    """Its end came between the look at Batch and the note."""
    records.create(OURS)
    bring(records, KEY, change("SUCCEEDED", name=OURS.batch_job_name), ours=True)
    before = records.get(KEY)

    records.lose(KEY, at=T0 + 5)

    assert before == records.get(KEY)


def test_losing_makes_no_record(records: Records) -> None:
    """What is not there stays so."""
    records.lose(KEY, at=T0)

    assert records.get(KEY) is None


def test_an_alert_is_claimed_once_while_the_lease_lasts(records: Records) -> None:
    """A second delivery waits, for the first may have died."""
    claims = [records.claim_alert(OURS.job_id, at=T0 + late, lease=1000) for late in (0, 999)]

    assert [AlertClaim.GRANTED, AlertClaim.HELD] == claims


def test_a_lapsed_alert_is_claimed_again(records: Records) -> None:
    """Whoever held it has died."""
    claims = [records.claim_alert(OURS.job_id, at=T0 + late, lease=1000) for late in (0, 1000, 1999)]

    assert [AlertClaim.GRANTED, AlertClaim.GRANTED, AlertClaim.HELD] == claims


def test_a_closed_alert_stays_closed(records: Records) -> None:
    """It has reached the topic; no lease reopens it."""
    records.claim_alert(OURS.job_id, at=T0, lease=1000)
    records.close_alert(OURS.job_id)

    assert AlertClaim.CLOSED is records.claim_alert(OURS.job_id, at=T0 + 10_000, lease=1000)


def test_of_many_who_set_out_to_alert_one_may(records: Records) -> None:
    """Alert claims exclude each other."""
    with ThreadPoolExecutor(RIVALS) as rivals:
        claims = list(rivals.map(lambda _: records.claim_alert(OURS.job_id, at=T0, lease=1000), range(RIVALS)))

    assert 1 == claims.count(AlertClaim.GRANTED)


def test_children_come_in_the_order_of_their_indices(records: Records) -> None:
    """Not in the order of their news, nor of their digits; from an index on, and no more than asked for."""
    for index in (10, 2, 499, 500, 0, 1200):
        child(records, index, "RUNNING")

    found = records.children(BATCH_JOB_ID, size=1201, first=1, limit=4)

    assert [2, 10, 499, 500] == [each.key.index for each in found]


def test_a_child_is_found_by_its_index(records: Records) -> None:
    """The key of a record is the key it was stored under."""
    child(records, 700, "SUCCEEDED")
    key = RecordKey(job_id=BATCH_JOB_ID, index=700)
    record = records.get(key)

    assert record is not None
    assert (key, Status.SUCCEEDED) == (record.key, record.status)


def test_the_summary_counts_children_by_status(records: Records) -> None:
    """Over all of the array, and not the parent itself."""
    bring(records, RecordKey(job_id=BATCH_JOB_ID), change("RUNNING", arrayProperties={"size": 1001}), ours=False)
    for index, status in ((0, "RUNNING"), (1, "FAILED"), (600, "FAILED"), (1000, "SUCCEEDED")):
        child(records, index, status)

    summary = records.status_summary(BATCH_JOB_ID, size=1001)

    assert {Status.RUNNING: 1, Status.FAILED: 2, Status.SUCCEEDED: 1} == dict(summary)


def child(records: Records, index: int, status: str) -> None:
    """Tell of a child of an array job."""
    news = change(status, job_id=f"{BATCH_JOB_ID}:{index}", arrayProperties={"index": index})
    bring(records, RecordKey(job_id=BATCH_JOB_ID, index=index), news, ours=False)
