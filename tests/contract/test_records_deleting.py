"""What is deleted on request is not there, over any store, and stays so: for readers, news and whoever uses its key."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from controlplane.errors import KeySpent
from controlplane.job import Status
from controlplane.records.job_filter import JobFilter
from controlplane.records.port import DELETED_MILLISECONDS, AlertClaim, Records
from controlplane.records.record import JobRecord, Outcome, RecordKey, born
from tests.builders import BATCH_JOB_ID, QUEUE, T0, bring, change, refusal, submission
from tests.contract.conftest import PLANES, NewDatabase, keeping
from tests.local.clocks import Clock

OURS = submission()
KEY = RecordKey(job_id=OURS.job_id)
ENDED = change("FAILED", name=OURS.batch_job_name)
#: Its children lie on both sides of a block's edge.
ARRAY = submission(key="given:array", arrayProperties={"size": 1002})
ARRAY_KEY = RecordKey(job_id=ARRAY.job_id)


@pytest.fixture(params=PLANES)
def records(request: pytest.FixtureRequest, new_database: NewDatabase, clock: Clock) -> Iterator[Records]:
    """An empty store that keeps what has ended for good."""
    with keeping(request.param, new_database, clock=clock) as store:
        yield store


def ended(records: Records) -> JobRecord:
    """The job that is ours has ended."""
    records.create(OURS)
    bring(records, KEY, ENDED, ours=True)
    return there(records, KEY)


def ended_array(records: Records) -> JobRecord:
    """The array that is ours has ended, and children of both its blocks."""
    records.create(ARRAY)
    for index in (1, 1001):
        bring(records, child_key(index), child_ended(index), ours=False)
    bring(records, ARRAY_KEY, change("FAILED", name=ARRAY.batch_job_name, arrayProperties={"size": 1002}), ours=True)
    return there(records, ARRAY_KEY)


def there(records: Records, key: RecordKey) -> JobRecord:
    """A record that is there."""
    record = records.get(key)
    assert record is not None
    return record


def child_key(index: int) -> RecordKey:
    """Where a child stands."""
    return RecordKey(job_id=BATCH_JOB_ID, index=index)


def child_ended(index: int):  # noqa: ANN201 - a state change
    """What is told of a child's end."""
    return change("FAILED", job_id=f"{BATCH_JOB_ID}:{index}", arrayProperties={"index": index})


def children(records: Records) -> list[object]:
    """What each reader says of the array's children."""
    return [
        records.get(child_key(1)),
        list(records.children(BATCH_JOB_ID, size=1002, first=0, limit=9)),
        {status: count for status, count in records.status_summary(BATCH_JOB_ID, size=1002).items() if count},
    ]


def test_a_deleted_job_is_not_there(records: Records) -> None:
    """For no reader: by its key, by what was asked, in lists."""
    record = ended(records)

    assert records.delete(record, at=T0)

    lists = [
        records.list_jobs(each, limit=9).records for each in (JobFilter(owner=OURS.owner), JobFilter(job_queue=QUEUE))
    ]
    found = [records.get(KEY), records.submission(OURS.job_id), *lists, records.list_open(limit=9).records]
    assert [None, None, (), (), ()] == found


def test_the_sweep_over_queues_knows_a_deleted_job(records: Records) -> None:
    """It would take it for one that nobody has told of, and record it anew."""
    records.delete(ended(records), at=T0)

    assert {KEY: BATCH_JOB_ID} == records.known([KEY])


def test_the_children_of_a_deleted_array_are_not_there(records: Records) -> None:
    """Of none of its blocks."""
    assert records.delete(ended_array(records), at=T0)

    assert [None, [], {}] == children(records)


def test_the_children_of_other_arrays_stay(records: Records) -> None:
    """A neighbour's are not touched."""
    other = RecordKey(job_id="other", index=1)
    bring(records, other, change("FAILED", job_id="other:1", arrayProperties={"index": 1}), ours=False)

    records.delete(ended_array(records), at=T0)

    assert Status.FAILED is there(records, other).status


def test_late_news_of_a_deleted_job_changes_nothing(records: Records) -> None:
    """Neither here nor elsewhere: it is the end of the way for it."""
    records.delete(ended(records), at=T0)

    outcomes = [bring(records, KEY, each, ours=True) for each in (ENDED, change("RUNNING", name=OURS.batch_job_name))]

    assert ([Outcome.DELETED] * 2, None) == (outcomes, records.get(KEY))


def test_late_news_of_the_children_of_a_deleted_array_is_not_there(records: Records) -> None:
    """Though they are told of under Batch's own id."""
    records.delete(ended_array(records), at=T0)

    bring(records, child_key(1), child_ended(1), ours=False)
    bring(records, child_key(2), child_ended(2), ours=False)

    assert [None, [], {}] == children(records)


def test_late_news_of_a_child_of_a_deleted_array_meets_none_of_what_was_told_before(records: Records) -> None:
    """A first telling is news, also of another end than the child had: nobody is to ask Batch which of them stands."""
    records.delete(ended_array(records), at=T0)
    otherwise = change("SUCCEEDED", job_id=f"{BATCH_JOB_ID}:1", arrayProperties={"index": 1})

    outcomes = [bring(records, child_key(1), each, ours=False) for each in (otherwise, otherwise)]

    assert [Outcome.MERGED, Outcome.LATE] == outcomes


def test_another_job_by_the_name_of_a_deleted_one_is_a_stranger(records: Records) -> None:
    """Nobody knew of it when the job was deleted: it must not run unseen."""
    records.delete(ended(records), at=T0)

    news = change("RUNNING", name=OURS.batch_job_name, job_id="another")

    assert Outcome.STRANGE is bring(records, KEY, news, ours=True)


def test_a_job_that_batch_refused_is_deleted_too(records: Records) -> None:
    """Batch has no id of it; should it have taken the job all the same, that is a stranger's."""
    records.create(OURS)
    bring(records, KEY, refusal(), ours=True)

    records.delete(there(records, KEY), at=T0)

    assert {KEY: None} == records.known([KEY])
    assert Outcome.DELETED is bring(records, KEY, refusal(), ours=True)
    assert Outcome.STRANGE is bring(records, KEY, change("RUNNING", name=OURS.batch_job_name), ours=True)


def test_the_key_of_a_deleted_job_is_spent(records: Records, clock: Clock) -> None:
    """A request that comes late must not run the job again."""
    records.delete(ended(records), at=T0)
    clock.now = T0 + DELETED_MILLISECONDS - 1000

    with pytest.raises(KeySpent):
        records.create(replace(OURS, created_at=clock.now))
    assert (None, None) == (records.get(KEY), records.submission(OURS.job_id))


def test_a_spent_key_keeps_no_other_job_from_being_created(records: Records) -> None:
    """Where many are created at once."""
    records.delete(ended(records), at=T0)

    spent, new = records.create_all([OURS, ARRAY])

    assert (True, None) == (isinstance(spent, KeySpent), new)
    assert born(ARRAY) == records.get(ARRAY_KEY)


def test_the_key_of_a_deleted_job_is_free_in_the_end(records: Records, clock: Clock) -> None:
    """Nothing of the job that was is in the new one, nor an alert of it."""
    record = ended(records)
    records.claim_alert(OURS.job_id, at=T0, lease=1000)
    records.close_alert(OURS.job_id)
    records.delete(record, at=T0)
    clock.now = T0 + DELETED_MILLISECONDS + 1000
    again = replace(OURS, created_at=clock.now, digest="another")

    earlier = records.create(again)

    assert (None, again, born(again)) == (earlier, records.submission(OURS.job_id), records.get(KEY))
    assert AlertClaim.GRANTED is records.claim_alert(OURS.job_id, at=clock.now, lease=1000)


def test_an_alert_that_is_sent_while_its_job_is_deleted_keeps_no_later_one_back(records: Records, clock: Clock) -> None:
    """Whoever sends it says so after the deletion."""
    record = ended(records)
    records.claim_alert(OURS.job_id, at=T0, lease=1000)
    records.delete(record, at=T0)
    records.close_alert(OURS.job_id)
    clock.now = T0 + 2 * DELETED_MILLISECONDS

    assert AlertClaim.GRANTED is records.claim_alert(OURS.job_id, at=clock.now, lease=1000)


def test_what_took_the_id_meanwhile_is_not_deleted(records: Records) -> None:
    """The record that is to be deleted was of another job."""
    record = ended(records)

    deleted = records.delete(replace(record, created_at=T0 - 1), at=T0)

    assert (False, record) == (deleted, records.get(KEY))


def test_what_is_left_of_others_goes_when_its_time_is_over(records: Records, clock: Clock) -> None:
    """The sweep over queues does not meet such old jobs any more."""
    records.delete(ended(records), at=T0)
    clock.now = T0 + DELETED_MILLISECONDS + 1000

    records.delete(ended_array(records), at=clock.now)

    assert {ARRAY_KEY: BATCH_JOB_ID} == records.known([KEY, ARRAY_KEY])


def test_a_deleted_job_takes_no_note(records: Records, clock: Clock) -> None:
    """Neither a claim, nor Batch's id, nor that it is missed or lost; it stays deleted as long as ever."""
    records.delete(ended(records), at=T0)

    took = [
        records.claim(OURS.job_id, previous=None, at=T0, capability_digests=()),
        records.settle(OURS.job_id, BATCH_JOB_ID),
    ]
    records.miss(KEY, at=T0)
    records.find(KEY)
    records.lose(KEY, at=T0)
    clock.now = T0 + DELETED_MILLISECONDS - 1000

    assert ([False, False], None, {KEY: BATCH_JOB_ID}) == (took, records.get(KEY), records.known([KEY]))
