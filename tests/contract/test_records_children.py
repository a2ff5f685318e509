"""What any store says of an array's children one by one: which may still run, are lost, were decided, by status."""

from __future__ import annotations

from controlplane.job import Status
from controlplane.record import JobRecord, RecordKey
from controlplane.records import Records
from tests.builders import BATCH_JOB_ID, T0, bring, change


def known(records: Records, key: RecordKey) -> JobRecord:
    """A record that must be there."""
    record = records.get(key)
    assert record is not None
    return record


def child_key(index: int) -> RecordKey:
    """Where a child of the array stands."""
    return RecordKey(job_id=BATCH_JOB_ID, index=index)


def tell_child(records: Records, index: int, status: str) -> None:
    """Tell of a child of the array."""
    news = change(status, job_id=f"{BATCH_JOB_ID}:{index}", arrayProperties={"index": index})
    bring(records, child_key(index), news, ours=False)


def open_indices(records: Records, *, first: int = 0, limit: int = 10) -> dict[int, int]:
    """The children of an array of four that may still run, with the orders known."""
    return dict(records.open_children(BATCH_JOB_ID, size=4, first=first, limit=limit))


def test_children_that_may_still_run_are_told_with_their_orders(records: Records) -> None:
    """One that was never heard of, too; what has ended is not."""
    tell_child(records, 0, "SUCCEEDED")
    tell_child(records, 1, "RUNNING")
    tell_child(records, 3, "RUNNABLE")

    assert {1: 4, 2: -1, 3: 2} == open_indices(records)


def test_children_that_may_still_run_come_from_an_index_on_and_no_more_than_asked_for(records: Records) -> None:
    """In the order of their indices."""
    tell_child(records, 1, "FAILED")

    found = [list(open_indices(records, first=1, limit=1)), list(open_indices(records, limit=2))]

    assert [[2], [0, 2]] == found


def test_every_child_of_an_array_never_heard_of_may_still_run(records: Records) -> None:
    """There is nothing yet under its id."""
    assert {0: -1, 1: -1, 2: -1, 3: -1} == open_indices(records)


def test_a_lost_child_is_not_waited_for(records: Records) -> None:
    """It keeps its last status, also in the summary."""
    tell_child(records, 1, "RUNNING")

    records.lose(child_key(1), at=T0 + 5)

    record = known(records, child_key(1))
    assert (True, Status.RUNNING) == (record.lost, record.status)
    assert ({0, 2, 3}, {Status.RUNNING: 1}) == (
        set(open_indices(records)),
        records.status_summary(BATCH_JOB_ID, size=4),
    )


def test_a_child_that_has_ended_is_not_lost(records: Records) -> None:
    """Its end came between the look at Batch and the note."""
    tell_child(records, 1, "FAILED")
    before = known(records, child_key(1))

    records.lose(child_key(1), at=T0 + 5)

    assert before == known(records, child_key(1))


def test_news_of_a_lost_child_finds_it_again(records: Records) -> None:
    """Batch had not forgotten it after all."""
    tell_child(records, 1, "RUNNABLE")
    records.lose(child_key(1), at=T0 + 5)

    tell_child(records, 1, "RUNNING")

    assert (False, 4) == (known(records, child_key(1)).lost, open_indices(records)[1])


def test_children_are_told_by_status(records: Records) -> None:
    """From an index on, in order, and no more than asked for."""
    for index, status in enumerate(("FAILED", "SUCCEEDED", "FAILED", "FAILED")):
        tell_child(records, index, status)

    found = records.children(BATCH_JOB_ID, size=4, first=1, limit=1, statuses=frozenset({Status.FAILED}))

    assert [2] == [child.key.index for child in found]


def test_a_lost_child_that_was_never_heard_of_is_not_waited_for(records: Records) -> None:
    """It has no record, and is counted nowhere."""
    tell_child(records, 0, "RUNNING")

    records.lose(child_key(2), at=T0 + 5)

    found = (records.get(child_key(2)), list(open_indices(records)), records.status_summary(BATCH_JOB_ID, size=4))
    assert (None, [0, 1, 3], {Status.RUNNING: 1}) == found


def test_news_of_a_lost_child_that_was_never_heard_of_makes_its_record(records: Records) -> None:
    """As if it had not been given up."""
    records.lose(child_key(2), at=T0 + 5)

    tell_child(records, 2, "RUNNING")

    assert (False, Status.RUNNING) == (known(records, child_key(2)).lost, known(records, child_key(2)).status)
    assert {0: -1, 1: -1, 2: 4, 3: -1} == open_indices(records)


def test_batchs_answer_about_a_child_stands(records: Records) -> None:
    """Counted once, under the end that it tells."""
    tell_child(records, 2, "FAILED")
    tell_child(records, 2, "SUCCEEDED")

    records.decide(child_key(2), change("SUCCEEDED", job_id=f"{BATCH_JOB_ID}:2", arrayProperties={"index": 2}))

    summary = dict(records.status_summary(BATCH_JOB_ID, size=4))
    assert (Status.SUCCEEDED, {Status.SUCCEEDED: 1}) == (known(records, child_key(2)).status, summary)
