"""Pages of several queues come together as one list, whatever each of them has looked at."""

from hypothesis import given
from hypothesis import strategies as st

from controlplane.job import NOBODY, JobType
from controlplane.records.job_filter import from_cursor, to_cursor
from controlplane.records.port import Page
from controlplane.records.record import JobRecord, RecordKey
from controlplane.viewing.lister import merged

#: Of each job of a list, when it was created and whether a filter lets it through.
LISTS = st.lists(st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=8), min_size=1, max_size=3)


def job(created_at: int, job_id: str) -> JobRecord:
    """A job of that moment."""
    return JobRecord(
        key=RecordKey(job_id=job_id),
        owner=NOBODY,
        type=JobType.SINGLE,
        job_name="job",
        job_queue="queue",
        job_definition="definition",
        created_at=created_at,
    )


def page(jobs: list[tuple[int, str, bool]], cursor: str | None, *, limit: int, looked_at: int) -> Page:
    """A page of one list: so many jobs at most, after looking at so many at most."""
    after = None if cursor is None else from_cursor(cursor)
    left = [each for each in sorted(jobs, reverse=True) if after is None or each[:2] < after]
    seen = left[:looked_at]
    shown = [each for each in seen if each[2]]
    end = seen[-1] if len(left) > looked_at else None
    if len(shown) > limit:
        shown, end = shown[:limit], shown[limit - 1]
    return Page(records=tuple(job(*each[:2]) for each in shown), cursor=to_cursor(*end[:2]) if end else None)


@given(LISTS, st.integers(1, 4), st.integers(1, 4))
def test_all_jobs_of_all_lists_are_met_once_and_in_order(
    lists: list[list[tuple[int, bool]]], limit: int, looked_at: int
) -> None:
    """From cursor to cursor, newest first, and no page is too long."""
    named = [
        [(at, f"j{number}-{place}", is_shown) for place, (at, is_shown) in enumerate(jobs)]
        for number, jobs in enumerate(lists)
    ]
    met: list[tuple[int, str]] = []
    cursor: str | None = None
    for _ in range(100):
        one = merged([page(jobs, cursor, limit=limit, looked_at=looked_at) for jobs in named], limit=limit)
        assert len(one.records) <= limit
        met += [(each.created_at, each.key.job_id) for each in one.records]
        cursor = one.cursor
        if cursor is None:
            break

    assert met == sorted(((at, name) for jobs in named for at, name, is_shown in jobs if is_shown), reverse=True)
