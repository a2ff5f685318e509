"""What the reconciling sweep is promised by any store: what is open, missed, lost, known and closed, and its place."""

from __future__ import annotations

from dataclasses import replace

import pytest

from controlplane.job import Status
from controlplane.records.port import Records
from controlplane.records.record import JobRecord, Outcome, RecordKey, born
from tests.builders import BATCH_JOB_ID, T0, bring, change, submission

OURS = submission()
KEY = RecordKey(job_id=OURS.job_id)
ARRAY = submission(key="given:array", now=T0 + 1, arrayProperties={"size": 4})
ARRAY_KEY = RecordKey(job_id=ARRAY.job_id)
#: More pages has no walk of these tests.
PAGES = 50


def known(records: Records, key: RecordKey) -> JobRecord:
    """A record that must be there."""
    record = records.get(key)
    assert record is not None
    return record


def opened(records: Records, *, limit: int = 10) -> list[str]:
    """Whose records a whole walk over what is open meets."""
    found: list[str] = []
    cursor: str | None = None
    for _ in range(PAGES):
        page = records.list_open(limit=limit, cursor=cursor)
        found += (record.key.job_id for record in page.records)
        cursor = page.cursor
        if cursor is None:
            return found
    raise AssertionError(f"the walk did not end after {PAGES} pages")


def tell(records: Records, status: str) -> None:
    """Tell of the job that is ours."""
    bring(records, KEY, change(status, name=OURS.batch_job_name), ours=True)


def tell_parent(records: Records, status: str) -> None:
    """Tell of the array that is ours."""
    news = change(status, name=ARRAY.batch_job_name, arrayProperties={"size": 4, "statusSummary": {}})
    bring(records, ARRAY_KEY, news, ours=True)


def test_an_ended_array_is_open_until_it_is_closed(records: Records) -> None:
    """Its children may not have ended, as far as is known."""
    records.create(ARRAY)
    tell_parent(records, "SUCCEEDED")
    before = opened(records)

    records.close(ARRAY_KEY, since=T0 + 5)

    assert ([ARRAY.job_id], []) == (before, opened(records))


def test_an_ended_array_of_nobodys_is_open_until_it_is_closed(records: Records) -> None:
    """Its record stands under Batch's own id."""
    key = RecordKey(job_id=BATCH_JOB_ID)
    bring(records, key, change("FAILED", arrayProperties={"size": 4}), ours=False)
    before = opened(records)

    records.close(key, since=T0 + 5)

    assert ([BATCH_JOB_ID], []) == (before, opened(records))


def test_closing_changes_nothing_that_people_see(records: Records) -> None:
    """The record is what it was."""
    records.create(ARRAY)
    tell_parent(records, "FAILED")
    before = known(records, ARRAY_KEY)

    records.close(ARRAY_KEY, since=T0 + 5)

    assert before == known(records, ARRAY_KEY)


def test_late_news_of_a_closed_array_opens_nothing(records: Records) -> None:
    """A transition that was delivered late, or twice, is history only."""
    records.create(ARRAY)
    tell_parent(records, "SUCCEEDED")
    records.close(ARRAY_KEY, since=T0 + 5)

    tell_parent(records, "PENDING")
    tell_parent(records, "SUCCEEDED")

    assert [] == opened(records)


def test_an_array_that_has_not_ended_is_not_closed(records: Records) -> None:
    """Whoever asks for it has looked at something else."""
    records.create(ARRAY)
    tell_parent(records, "PENDING")

    records.close(ARRAY_KEY, since=T0 + 5)

    assert [ARRAY.job_id] == opened(records)


def test_a_lost_array_is_open_until_it_is_closed(records: Records) -> None:
    """Then nobody can say more of it."""
    records.create(ARRAY)
    tell_parent(records, "PENDING")
    records.lose(ARRAY_KEY, at=T0 + 5)
    before = opened(records)

    records.close(ARRAY_KEY, since=T0 + 5)

    assert ([ARRAY.job_id], []) == (before, opened(records))


def test_a_lost_array_that_ends_after_all_is_open_until_it_is_closed(records: Records) -> None:
    """Its children must be looked at."""
    records.create(ARRAY)
    tell_parent(records, "PENDING")
    records.lose(ARRAY_KEY, at=T0 + 5)
    records.close(ARRAY_KEY, since=T0 + 5)

    tell_parent(records, "SUCCEEDED")

    assert [ARRAY.job_id] == opened(records)


def test_closing_makes_no_record(records: Records) -> None:
    """What is not there stays so."""
    records.close(ARRAY_KEY, since=T0)

    assert (None, []) == (records.get(ARRAY_KEY), opened(records))


@pytest.mark.parametrize("limit", [1, 2, 3, 5])
def test_a_walk_meets_each_open_job_whatever_is_written_meanwhile(records: Records, limit: int) -> None:
    """The place is a time of creation and an id: what ends before or after it moves nothing."""
    made = [submission(key=f"given:{n}", now=T0 - n // 2) for n in range(5)]
    for each in made:
        records.create(each)
    order = [each.job_id for each in sorted(made, key=lambda each: (each.created_at, each.job_id))]

    page = records.list_open(limit=limit)
    first = [record.key.job_id for record in page.records]
    bring(records, RecordKey(job_id=order[0]), change("FAILED"), ours=True)
    records.create(submission(key="given:late", now=T0 - 9))
    rest = []
    for _ in range(PAGES):
        if page.cursor is None:
            break
        page = records.list_open(limit=limit, cursor=page.cursor)
        rest += [record.key.job_id for record in page.records]

    assert order == first + rest


def test_a_miss_is_noted_with_its_first_time(records: Records) -> None:
    """A later look that misses it too changes nothing."""
    records.create(OURS)

    records.miss(KEY, at=T0 + 5)
    records.miss(KEY, at=T0 + 9)

    assert replace(born(OURS), missed_at=T0 + 5) == records.get(KEY)


def test_a_missed_job_is_still_open(records: Records) -> None:
    """It is looked at again."""
    records.create(OURS)

    records.miss(KEY, at=T0 + 5)

    assert [OURS.job_id] == opened(records)


def test_news_takes_the_note_of_a_miss_away(records: Records) -> None:
    """Batch knows the job after all."""
    records.create(OURS)
    records.miss(KEY, at=T0 + 5)

    tell(records, "RUNNABLE")

    assert known(records, KEY).missed_at is None


def test_a_job_that_is_found_is_missed_anew(records: Records) -> None:
    """The note of the first miss is taken away."""
    records.create(OURS)
    records.miss(KEY, at=T0 + 5)

    records.find(KEY)
    between = records.get(KEY)
    records.miss(KEY, at=T0 + 9)

    assert (born(OURS), T0 + 9) == (between, known(records, KEY).missed_at)


def test_finding_makes_no_record(records: Records) -> None:
    """What is not there stays so."""
    records.find(KEY)

    assert records.get(KEY) is None


def test_a_job_that_has_ended_is_not_missed(records: Records) -> None:
    """Its end came between the look at Batch and the note."""
    records.create(OURS)
    tell(records, "SUCCEEDED")
    before = known(records, KEY)

    records.miss(KEY, at=T0 + 5)

    assert before == known(records, KEY)


def test_missing_makes_no_record(records: Records) -> None:
    """What is not there stays so."""
    records.miss(KEY, at=T0)

    assert records.get(KEY) is None


def test_batchs_answer_stands_after_two_ends_disagreed(records: Records) -> None:
    """Status and all that it decides are Batch's; history keeps both ends."""
    records.create(OURS)
    tell(records, "FAILED")
    conflict = bring(records, KEY, change("SUCCEEDED", name=OURS.batch_job_name), ours=True)

    records.decide(KEY, change("SUCCEEDED", name=OURS.batch_job_name, statusReason="it ended well"))

    record = known(records, KEY)
    assert (Outcome.CONFLICT, Status.SUCCEEDED, "it ended well") == (conflict, record.status, record.status_reason)
    assert {0, 5, 6} == set(record.history)


def test_batchs_answer_may_be_what_is_known(records: Records) -> None:
    """The first end was right."""
    records.create(OURS)
    tell(records, "FAILED")
    tell(records, "SUCCEEDED")
    before = known(records, KEY)

    records.decide(KEY, change("FAILED", name=OURS.batch_job_name))

    assert before == known(records, KEY)


def test_a_decided_end_is_listed_as_no_open_job(records: Records) -> None:
    """It has ended, whichever way."""
    records.create(OURS)
    tell(records, "FAILED")
    tell(records, "SUCCEEDED")

    records.decide(KEY, change("SUCCEEDED", name=OURS.batch_job_name))

    assert [] == opened(records)


def test_deciding_makes_no_record(records: Records) -> None:
    """What is not there stays so."""
    records.decide(KEY, change("FAILED", name=OURS.batch_job_name))

    assert records.get(KEY) is None


def test_what_is_known_is_told_from_what_is_not(records: Records) -> None:
    """Of ours and of nobody's, however many are asked for at once; with Batch's id, where that is noted."""
    records.create(OURS)
    bring(records, RecordKey(job_id=BATCH_JOB_ID), change("RUNNING"), ours=False)
    there = {KEY: None, RecordKey(job_id=BATCH_JOB_ID): BATCH_JOB_ID}
    unheard = [RecordKey(job_id=f"unheard-{n}") for n in range(250)]

    assert (there, {}) == (records.known([*unheard, *there]), records.known([]))


def test_a_bookmark_is_kept_until_it_is_taken_away(records: Records) -> None:
    """Each by its name; the last one kept counts."""
    records.keep_bookmark("jobs", "a")
    records.keep_bookmark("jobs", "b")
    records.keep_bookmark("queues", "c")
    before = [records.bookmark(name) for name in ("jobs", "queues", "none")]

    records.keep_bookmark("jobs", None)

    assert (["b", "c", None], None) == (before, records.bookmark("jobs"))
