"""What has ended so many days ago is not there, over any store: for no reader, and for whoever submits it again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from controlplane.job import Status
from controlplane.records.job_filter import JobFilter
from controlplane.records.port import AlertClaim, Records
from controlplane.records.record import Outcome, RecordKey, born
from tests.builders import BATCH_JOB_ID, QUEUE, T0, bring, change, submission
from tests.contract.conftest import PLANES, NewDatabase, keeping
from tests.local.clocks import Clock

DAYS = 30
#: Milliseconds.
DAY = 86_400_000
#: When the jobs of these tests end.
END = T0 + 10_000
#: While what ended then is there, and after it.
STILL, AFTER = END + DAYS * DAY - 2000, END + DAYS * DAY + 2000
OURS = submission()
KEY = RecordKey(job_id=OURS.job_id)
ARRAY = submission(key="given:array", arrayProperties={"size": 2})
ARRAY_KEY = RecordKey(job_id=ARRAY.job_id)
CHILD_KEY = RecordKey(job_id=BATCH_JOB_ID, index=1)


@pytest.fixture(params=PLANES)
def records(request: pytest.FixtureRequest, new_database: NewDatabase, clock: Clock) -> Iterator[Records]:
    """An empty store that keeps what has ended for some days."""
    with keeping(request.param, new_database, clock=clock, retention_days=DAYS) as store:
        yield store


def end(records: Records, status: str = "FAILED") -> None:
    """The job that is ours is submitted, and ends."""
    records.create(OURS)
    bring(records, KEY, change(status, name=OURS.batch_job_name, stoppedAt=END), ours=True)


def end_array(records: Records) -> None:
    """The array that is ours is submitted, and ends with one of its children."""
    records.create(ARRAY)
    ended = change("FAILED", job_id=f"{BATCH_JOB_ID}:1", stoppedAt=END, arrayProperties={"index": 1})
    bring(records, CHILD_KEY, ended, ours=False)
    parent = change("FAILED", name=ARRAY.batch_job_name, stoppedAt=END, arrayProperties={"size": 2})
    bring(records, ARRAY_KEY, parent, ours=True)


def there(records: Records) -> list[bool]:
    """Whether each reader finds the job that is ours: by its key, by what was asked, in lists, as known."""
    wanted = (JobFilter(owner=OURS.owner), JobFilter(job_queue=QUEUE, statuses=frozenset({Status.FAILED})))
    lists = [bool(records.list_jobs(each, limit=10).records) for each in wanted]
    return [
        records.get(KEY) is not None,
        records.submission(OURS.job_id) is not None,
        *lists,
        bool(records.known([KEY])),
    ]


def children_there(records: Records) -> list[bool]:
    """Whether each reader finds the child that is known."""
    return [
        records.get(CHILD_KEY) is not None,
        bool(records.children(BATCH_JOB_ID, size=2, first=0, limit=9)),
        bool(records.status_summary(BATCH_JOB_ID, size=2)),
    ]


@pytest.mark.parametrize(("at", "expected"), [(STILL, True), (AFTER, False)])
def test_a_job_that_has_ended_is_there_for_so_many_days(
    records: Records, clock: Clock, at: int, expected: bool
) -> None:
    """For every reader alike."""
    end(records)

    clock.now = at

    assert [expected] * 5 == there(records)


def test_a_job_that_has_not_ended_is_there_for_good(records: Records, clock: Clock) -> None:
    """Whatever its age."""
    records.create(OURS)
    bring(records, KEY, change("RUNNING", name=OURS.batch_job_name), ours=True)

    clock.now = AFTER + 1000 * DAY

    assert records.get(KEY) is not None
    assert OURS == records.submission(OURS.job_id)


def test_late_news_of_an_end_moves_it_no_further(records: Records, clock: Clock) -> None:
    """Days are counted from the end, not from the last delivery."""
    end(records)
    clock.now = STILL
    end(records)
    bring(records, KEY, change("RUNNING", name=OURS.batch_job_name), ours=True)

    clock.now = AFTER

    assert [False] * 5 == there(records)


def test_a_lost_job_goes_so_many_days_after_it_was_lost(records: Records, clock: Clock) -> None:
    """Nobody can say when it ended."""
    records.create(OURS)
    records.lose(KEY, at=END)
    records.close(KEY, since=END)
    clock.now = STILL
    before = records.get(KEY) is not None

    clock.now = AFTER

    assert (True, None) == (before, records.get(KEY))


def test_a_lost_job_that_is_found_again_stays(records: Records, clock: Clock) -> None:
    """It has not ended after all."""
    records.create(OURS)
    records.lose(KEY, at=END)
    records.close(KEY, since=END)
    bring(records, KEY, change("RUNNING", name=OURS.batch_job_name), ours=True)

    clock.now = AFTER

    assert records.get(KEY) is not None


def test_nobodys_jobs_go_too(records: Records, clock: Clock) -> None:
    """They are found under Batch's own ids until then."""
    key = RecordKey(job_id="theirs")
    bring(records, key, change("SUCCEEDED", job_id="theirs", stoppedAt=END), ours=False)

    clock.now = AFTER

    assert (None, []) == (records.get(key), list(records.list_jobs(JobFilter(job_queue=QUEUE), limit=9).records))


@pytest.mark.parametrize(("at", "expected"), [(STILL, True), (AFTER, False)])
def test_children_go_with_their_array(records: Records, clock: Clock, at: int, expected: bool) -> None:
    """Once it is closed, and as many days after its end."""
    end_array(records)
    records.close(ARRAY_KEY, since=END)

    clock.now = at

    assert [expected] * 4 == [records.get(ARRAY_KEY) is not None, *children_there(records)]


def test_children_of_a_lost_array_that_is_found_again_stay(records: Records, clock: Clock) -> None:
    """It has not ended after all."""
    records.create(ARRAY)
    told = [
        change(status, name=ARRAY.batch_job_name, arrayProperties={"size": 2}) for status in ("PENDING", "RUNNABLE")
    ]
    running = change("RUNNING", job_id=f"{BATCH_JOB_ID}:1", arrayProperties={"index": 1})
    bring(records, CHILD_KEY, running, ours=False)
    bring(records, ARRAY_KEY, told[0], ours=True)
    records.lose(ARRAY_KEY, at=END)
    records.close(ARRAY_KEY, since=END)
    bring(records, ARRAY_KEY, told[1], ours=True)

    clock.now = AFTER

    assert [True] * 4 == [records.get(ARRAY_KEY) is not None, *children_there(records)]


def test_an_array_that_is_not_closed_stays_with_its_children(records: Records, clock: Clock) -> None:
    """The sweep has not seen all of them end."""
    end_array(records)

    clock.now = AFTER

    assert [True] * 4 == [records.get(ARRAY_KEY) is not None, *children_there(records)]
    assert [ARRAY_KEY] == [record.key for record in records.list_open(limit=9).records]


def test_an_expired_job_that_is_submitted_again_starts_anew(records: Records, clock: Clock) -> None:
    """Nothing of the one that was is in it, nor an alert of it."""
    end(records)
    records.claim_alert(OURS.job_id, at=END, lease=1000)
    records.close_alert(OURS.job_id)
    clock.now = AFTER
    again = replace(OURS, created_at=AFTER, digest="another")

    earlier = records.create(again)

    assert (None, again, born(again)) == (earlier, records.submission(OURS.job_id), records.get(KEY))
    assert AlertClaim.GRANTED is records.claim_alert(OURS.job_id, at=AFTER, lease=1000)
    assert [KEY] == [record.key for record in records.list_open(limit=9).records]


def test_a_job_that_started_anew_goes_after_its_own_end(records: Records, clock: Clock) -> None:
    """Not with the one that was."""
    end(records)
    clock.now = AFTER
    again = replace(OURS, created_at=AFTER)
    records.create(again)
    news = change("FAILED", name=OURS.batch_job_name, createdAt=AFTER, stoppedAt=AFTER)
    bring(records, KEY, news, ours=True)

    clock.now = AFTER + DAYS * DAY - 2000

    assert [True] * 5 == there(records)


def test_an_event_of_the_job_that_was_does_not_settle_the_one_that_started_anew(records: Records, clock: Clock) -> None:
    """A dead letter may be replayed after two weeks, and it carries the same name."""
    end(records)
    clock.now = AFTER
    again = replace(OURS, created_at=AFTER)
    records.create(again)

    outcome = bring(records, KEY, change("FAILED", name=OURS.batch_job_name, stoppedAt=END), ours=True)

    assert (Outcome.STRANGE, born(again)) == (outcome, records.get(KEY))


def test_news_of_an_expired_job_of_ours_makes_no_record(records: Records, clock: Clock) -> None:
    """It is as if it had never been."""
    end(records)
    clock.now = AFTER

    bring(records, KEY, change("SUCCEEDED", name=OURS.batch_job_name), ours=True)

    assert [False] * 5 == there(records)
