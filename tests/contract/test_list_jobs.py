"""Lists of jobs by filter, over any store: the pages together hold what `JobFilter.admits` lets through, in order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controlplane.job import NOBODY, JobType, Status
from controlplane.records.job_filter import JobFilter
from controlplane.records.parts import parts_of
from controlplane.records.port import Page, Records
from controlplane.records.record import JobRecord, RecordKey
from tests.builders import BATCH, QUEUE, T0, bring, change, submission
from tests.contract.conftest import NewRecords

OTHER_QUEUE = f"{BATCH}:job-queue/test-other"
ADA, BOB = "user/ada", "user/bob"
#: No list of these tests has more pages.
PAGES = 100
NAMES = ("align", "Align-2", "sort", "a")
TAGS = ({}, {"team": "red"}, {"team": "red", "stage": "prod"}, {"team": "blue", "größe": "λ = @"})
#: Jobs of the stock that were submitted through the plane; with four names, four sets of tags and five fates, each of
#: these meets each of those.
OURS = 40
#: What has been heard of a job: nothing, or changes up to a status.
FATES = (None, Status.RUNNABLE, Status.RUNNING, Status.SUCCEEDED, Status.FAILED)


@dataclass(frozen=True, kw_only=True)
class Stock:
    """A store that is only read from, and all that is in it, newest first, with the tags that were submitted."""

    records: Records
    jobs: tuple[tuple[JobRecord, Mapping[str, str]], ...]

    def admitted(self, wanted: JobFilter) -> list[JobRecord]:
        """What a list by this filter must show."""
        return [record for record, tags in self.jobs if wanted.admits(record, tags=tags)]


@pytest.fixture(scope="module")
def stock(new_records: NewRecords) -> Stock:
    """Jobs of two owners and of nobody in two queues, of every kind of name, tags, type and fate."""
    records = new_records()
    tags = {_ours(records, number): TAGS[number % 4] for number in range(OURS)}
    tags |= {_nobodys(records, number): {} for number in range(6)}
    bring(records, RecordKey(job_id="b", index=0), change("FAILED", job_id="b:0"), ours=False)
    found = [(record, tags[key]) for key in tags if (record := records.get(key))]
    found.sort(key=lambda job: (job[0].created_at, job[0].key.job_id), reverse=True)
    return Stock(records=records, jobs=tuple(found))


def _ours(records: Records, number: int) -> RecordKey:
    """Submit a job, and tell of it up to its fate; every third one is created with the one before."""
    size = {"arrayProperties": {"size": 2}} if number % 7 == 0 else {}
    document = {"jobName": NAMES[number // 4 % 4], "tags": TAGS[number % 4], **size}
    owner, queue = (ADA, BOB)[number % 3 == 0], (QUEUE, OTHER_QUEUE)[number % 6 == 5]
    asked = submission(owner=owner, key=f"given:{number}", now=T0 + (number - number % 3 // 2) * 1000, **document)
    asked = replace(asked, job_queue=queue)
    key, fate = RecordKey(job_id=asked.job_id), FATES[number % 5]
    records.create(asked)
    if fate:
        news = change(fate, name=asked.batch_job_name, job_id=f"batch-{number}", jobQueue=queue)
        bring(records, key, news, ours=True)
    return key


def _nobodys(records: Records, number: int) -> RecordKey:
    """Tell of a job that nobody submitted through the plane."""
    key = RecordKey(job_id=f"nobodys-{number}")
    kind = ({}, {"arrayProperties": {"size": 2}}, {"nodeProperties": {"numNodes": 2}})[number % 3]
    queue = (QUEUE, OTHER_QUEUE)[number % 2]
    news = change(
        FATES[1 + number % 4] or "",
        job_id=key.job_id,
        name="aligned",
        jobQueue=queue,
        createdAt=T0 + number * 5000,
        **kind,
    )
    bring(records, key, news, ours=False)
    return key


def pages(records: Records, wanted: JobFilter, *, limit: int) -> list[Page]:
    """Every page of a list."""
    found = [records.list_jobs(wanted, limit=limit)]
    while cursor := found[-1].cursor:
        if len(found) == PAGES:
            raise AssertionError(f"the list did not end after {PAGES} pages")
        found.append(records.list_jobs(wanted, limit=limit, cursor=cursor))
    return found


def listed(records: Records, wanted: JobFilter, *, limit: int = 10) -> list[JobRecord]:
    """What all pages together show."""
    return [record for page in pages(records, wanted, limit=limit) for record in page.records]


def kept(records: Records, *documents: Mapping[str, object]) -> list[str]:
    """Store submissions of these documents, one a second; return their ids in that order."""
    made = [submission(key=f"given:{n}", now=T0 + n * 1000, **each) for n, each in enumerate(documents)]
    for each in made:
        records.create(each)
    return [each.job_id for each in made]


def ids(found: Iterable[JobRecord]) -> list[str]:
    """Whose records they are."""
    return [record.key.job_id for record in found]


#: What a filter may ask for beside an owner or a queue, by member.
ASKED: Mapping[str, st.SearchStrategy[object]] = {
    "statuses": st.frozensets(st.sampled_from(Status), min_size=1, max_size=3),
    "name_prefix": st.sampled_from(["al", "AL", "align-", "sorter", "%"]),
    "types": st.frozensets(st.sampled_from(JobType), min_size=1, max_size=2),
    "tags": st.sampled_from([*TAGS, {"team": "none"}, {"team": "red", "stage": "dev"}]),
    "created_from": st.integers(min_value=T0, max_value=T0 + OURS * 1000),
    "created_before": st.integers(min_value=T0, max_value=T0 + OURS * 1000),
}


@st.composite
def filters(draw: st.DrawFn) -> JobFilter:
    """Filters of every kind and mixture; some let nothing through."""
    owner = draw(st.sampled_from([ADA, BOB, NOBODY, "user/none", None]))
    queue = draw(st.sampled_from([QUEUE, OTHER_QUEUE, *([None, None] if owner else [])]))
    members = draw(st.sets(st.sampled_from(sorted(ASKED)), max_size=3))
    asked: dict[str, Any] = {name: draw(ASKED[name]) for name in sorted(members)}
    return JobFilter(owner=owner, job_queue=queue, **asked)


@settings(max_examples=60)
@given(wanted=filters(), limit=st.sampled_from([1, 2, 7, 50]))
def test_the_pages_of_any_filter_hold_what_it_admits(stock: Stock, wanted: JobFilter, limit: int) -> None:
    """Each job once, newest first, for every size of a page; and no page is longer than asked for."""
    found = pages(stock.records, wanted, limit=limit)

    assert stock.admitted(wanted) == [record for page in found for record in page.records]
    assert limit >= max(len(page.records) for page in found)


#: Filters of every kind, by what they ask for.
EACH = {
    "one status": JobFilter(owner=ADA, statuses=frozenset({Status.FAILED})),
    "several statuses": JobFilter(owner=ADA, statuses=frozenset({Status.SUBMITTED, Status.RUNNING})),
    "a name's beginning": JobFilter(owner=ADA, name_prefix="ALIGN"),
    "a type": JobFilter(owner=ADA, types=frozenset({JobType.ARRAY})),
    "a tag": JobFilter(owner=ADA, tags={"team": "red"}),
    "a time": JobFilter(owner=ADA, created_from=T0 + 5000, created_before=T0 + 20_000),
    "an owner and a queue": JobFilter(owner=ADA, job_queue=OTHER_QUEUE),
    "a queue": JobFilter(job_queue=QUEUE),
    "a queue and a status": JobFilter(job_queue=OTHER_QUEUE, statuses=frozenset({Status.SUCCEEDED})),
    "a type of nobody's": JobFilter(owner=NOBODY, types=frozenset({JobType.MULTI_NODE})),
}


@pytest.mark.parametrize("wanted", EACH.values(), ids=EACH)
def test_each_filter_lets_some_jobs_through_and_not_others(stock: Stock, wanted: JobFilter) -> None:
    """By itself, over jobs of every kind."""
    found = listed(stock.records, wanted)

    assert stock.admitted(wanted) == found
    assert 0 < len(found) < len(stock.jobs)


def test_a_queue_shows_every_owners_jobs_and_nobodys(records: Records) -> None:
    """Operators see what was submitted around the plane, too."""
    made = [submission(owner=owner, key="given:1", now=T0 + late) for late, owner in enumerate((ADA, BOB))]
    for each in made:
        records.create(each)
    bring(records, RecordKey(job_id="theirs"), change("RUNNING", job_id="theirs", createdAt=T0 + 2), ours=False)

    found = listed(records, JobFilter(job_queue=QUEUE))

    assert ["theirs", made[1].job_id, made[0].job_id] == ids(found)


def test_a_part_of_an_array_stands_in_no_list(records: Records) -> None:
    """Neither in its owner's nor in its queue's; the sweep walks past it all the same."""
    whole = submission(owner=ADA, arrayProperties={"size": 20_000})
    for each in (whole, *parts_of(whole)):
        records.create(each)
    lists = [records.list_jobs(wanted, limit=9) for wanted in (JobFilter(owner=ADA), JobFilter(job_queue=QUEUE))]
    first = records.list_open(limit=1)
    walked = [*first.records, *records.list_open(limit=9, cursor=first.cursor).records]

    assert [[whole.job_id]] * 2 == [[each.key.job_id for each in page.records] for page in lists]
    assert {whole.job_id, *(part.job_id for part in parts_of(whole))} == {each.key.job_id for each in walked}


def test_a_job_must_carry_every_tag_that_is_named(records: Records) -> None:
    """With that very value; more tags do no harm."""
    both, _, more = kept(
        records,
        {"tags": {"team": "red", "stage": "prod"}},
        {"tags": {"team": "red", "stage": "production"}},
        {"tags": {"stage": "prod", "team": "red", "x": "y"}},
    )

    found = listed(records, JobFilter(owner=ADA, tags={"team": "red", "stage": "prod"}))

    assert [more, both] == ids(found)


def test_what_is_wanted_stays_text(records: Records) -> None:
    """No sign in a name's beginning or in a tag stands for anything but itself."""
    kept(records, {"jobName": "job_1", "tags": {"a": "b_", "c": "d:"}}, {"jobName": "job-1", "tags": {"a": "bb"}})

    found = [
        len(listed(records, JobFilter(owner=ADA, name_prefix="job_"))),
        len(listed(records, JobFilter(owner=ADA, name_prefix="%"))),
        len(listed(records, JobFilter(owner=ADA, tags={"a": "b_"}))),
        len(listed(records, JobFilter(owner=ADA, tags={"a": "b_", "c": "d%"}))),
    ]

    assert [1, 0, 1, 0] == found


def test_a_status_is_that_of_the_moment(records: Records) -> None:
    """A list by status follows what events bring."""
    (job_id,) = kept(records, {})
    bring(records, RecordKey(job_id=job_id), change("RUNNING"), ours=True)

    found = [
        ids(listed(records, JobFilter(owner=ADA, statuses=frozenset({status}))))
        for status in (Status.SUBMITTED, Status.RUNNING)
    ]

    assert [[], [job_id]] == found


def test_a_list_by_status_goes_on_where_it_was_though_jobs_come_and_move(records: Records) -> None:
    """What has the status all the while is shown once; a cursor names a place, not a count."""
    made = kept(records, *[{}] * 6)
    wanted = JobFilter(owner=ADA, statuses=frozenset({Status.SUBMITTED}))
    first = records.list_jobs(wanted, limit=2)
    records.create(submission(key="given:new", now=T0 + 60_000))
    bring(records, RecordKey(job_id=made[5]), change("RUNNING"), ours=True)

    found = [*first.records]
    for _ in range(PAGES):
        if first.cursor is None:
            break
        first = records.list_jobs(wanted, limit=2, cursor=first.cursor)
        found += first.records

    assert made[::-1] == ids(found)


def test_the_last_page_has_no_cursor(records: Records) -> None:
    """Also where it is full to the last place."""
    made = kept(records, *[{}] * 4)

    found = pages(records, JobFilter(owner=ADA), limit=2)

    assert (made[::-1], None) == (ids(record for page in found for record in page.records), found[-1].cursor)
