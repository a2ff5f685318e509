"""Lists of records, over any store: in order, by owner, each job once whatever is written meanwhile."""

from __future__ import annotations

from base64 import urlsafe_b64encode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controlplane.errors import SubmissionInvalid
from controlplane.job import NOBODY
from controlplane.records.job_filter import JobFilter
from controlplane.records.port import Records
from controlplane.records.record import RecordKey
from controlplane.submissions.submission import Submission
from tests.builders import BATCH_JOB_ID, T0, bring, change, submission
from tests.contract.conftest import NewRecords

#: What no cursor holds.
NO_PLACES = ("not a cursor", "-1#a", "1#", "1#\U0001f600", f"1#{'a' * 2000}")
#: No list of these tests has more pages.
PAGES = 50


def pages(records: Records, owner: str, *, limit: int, between: list[Submission] | None = None) -> list[list[str]]:
    """The job ids of each page; before each page but the first, one more submission is stored."""
    waiting = list(between or ())
    found: list[list[str]] = []
    cursor: str | None = None
    for _ in range(PAGES):
        page = records.list_jobs(JobFilter(owner=owner), limit=limit, cursor=cursor)
        found.append([record.key.job_id for record in page.records])
        cursor = page.cursor
        if cursor is None:
            return found
        if waiting:
            records.create(waiting.pop())
    raise AssertionError(f"the list did not end after {PAGES} pages")


def stored(records: Records, count: int, *, owner: str = "user/ada", step: int = 1000) -> list[str]:
    """Store submissions one after the other; return their ids, newest first."""
    made = [submission(owner=owner, key=f"given:{n}", now=T0 + n * step) for n in range(count)]
    for each in made:
        records.create(each)
    return [each.job_id for each in reversed(made)]


def in_disguise(place: str) -> str:
    """A text as a cursor would hold it."""
    return urlsafe_b64encode(place.encode()).decode()


def test_an_owners_jobs_come_newest_first(records: Records) -> None:
    """One page, where they all fit."""
    ids = stored(records, 3)

    assert [ids] == pages(records, "user/ada", limit=10)


def test_nobody_sees_another_owners_jobs(records: Records) -> None:
    """Lists are by owner."""
    stored(records, 2, owner="user/ada")
    ids = stored(records, 2, owner="user/bob")

    assert [ids] == pages(records, "user/bob", limit=10)


def test_an_owner_without_jobs_has_an_empty_page(records: Records) -> None:
    """No cursor either."""
    assert [[]] == pages(records, "user/nobody", limit=10)


def test_children_are_in_no_list(records: Records) -> None:
    """They are found through their parent."""
    news = change("RUNNING", job_id=f"{BATCH_JOB_ID}:0", arrayProperties={"index": 0})
    bring(records, RecordKey(job_id=BATCH_JOB_ID, index=0), news, ours=False)

    assert ([[]], []) == (pages(records, "-", limit=10), list(records.list_open(limit=10).records))


@settings(max_examples=12)
@given(
    count=st.integers(min_value=0, max_value=7),
    limit=st.integers(min_value=1, max_value=4),
    step=st.sampled_from([0, 1]),
)
def test_pages_hold_each_job_once_in_order(new_records: NewRecords, count: int, limit: int, step: int) -> None:
    """Also where many were created in the same millisecond."""
    records = new_records()
    ids = stored(records, count, step=step)

    found = [job_id for page in pages(records, "user/ada", limit=limit) for job_id in page]

    assert (ids if step else sorted(ids, reverse=True)) == found


@settings(max_examples=8)
@given(limit=st.integers(min_value=1, max_value=3), late=st.integers(min_value=-5000, max_value=10_000))
def test_what_is_stored_meanwhile_moves_no_page(new_records: NewRecords, limit: int, late: int) -> None:
    """Each job that was there at the first page is on one page, once."""
    records = new_records()
    ids = stored(records, 5)
    meanwhile = [submission(key=f"given:late{n}", now=T0 + late + n) for n in range(3)]

    found = [job_id for page in pages(records, "user/ada", limit=limit, between=meanwhile) for job_id in page]

    assert ids == [job_id for job_id in found if job_id in ids]


@pytest.mark.parametrize("cursor", ["%", *map(in_disguise, NO_PLACES)])
def test_what_is_no_cursor_is_refused(records: Records, cursor: str) -> None:
    """With the field's name; it is not taken for the beginning."""
    with pytest.raises(SubmissionInvalid, match="^cursor must be"):
        records.list_jobs(JobFilter(owner="user/ada"), limit=10, cursor=cursor)


def test_open_jobs_come_oldest_first(records: Records) -> None:
    """No more than asked for; the cursor goes on with the others."""
    newest, third, second, oldest = stored(records, 4)

    first_page = records.list_open(limit=2)
    last_page = records.list_open(limit=10, cursor=first_page.cursor)

    found = [[record.key.job_id for record in page.records] for page in (first_page, last_page)]
    assert [[oldest, second], [third, newest]] == found


def test_a_job_that_has_ended_is_not_open(records: Records) -> None:
    """Nor is one that is lost, once it is closed."""
    ended, lost, running = stored(records, 3)
    bring(records, RecordKey(job_id=ended), change("SUCCEEDED"), ours=True)
    bring(records, RecordKey(job_id=running), change("RUNNING", job_id="another"), ours=True)
    records.lose(RecordKey(job_id=lost), at=T0)
    records.close(RecordKey(job_id=lost), since=T0)

    found = records.list_open(limit=10).records

    assert [running] == [record.key.job_id for record in found]


def test_a_job_that_was_found_again_is_open(records: Records) -> None:
    """News of a lost job brings it back."""
    (job_id,) = stored(records, 1)
    records.lose(RecordKey(job_id=job_id), at=T0)
    records.close(RecordKey(job_id=job_id), since=T0)
    bring(records, RecordKey(job_id=job_id), change("RUNNING"), ours=True)

    found = records.list_open(limit=10).records

    assert [job_id] == [record.key.job_id for record in found]


def test_nobodys_jobs_are_open_too(records: Records) -> None:
    """Operators see what was submitted around the plane, and the sweep heals it."""
    bring(records, RecordKey(job_id=BATCH_JOB_ID), change("RUNNING"), ours=False)

    found = records.list_open(limit=10).records

    assert [BATCH_JOB_ID] == [record.key.job_id for record in found]


def test_a_job_of_which_no_queue_is_told_is_listed_by_its_owner(records: Records) -> None:
    """Only Batch's id and the status are sure to be told."""
    bring(records, RecordKey(job_id=BATCH_JOB_ID), change("RUNNING", jobQueue=""), ours=False)

    assert [[BATCH_JOB_ID]] == pages(records, NOBODY, limit=10)
