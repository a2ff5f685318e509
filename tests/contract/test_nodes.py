"""What the records promise of the nodes of multi-node parallel jobs, over any store."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controlplane.batch.state_change import StateChange
from controlplane.job import JobType, Status
from controlplane.records.port import Records
from controlplane.records.record import JobRecord, Outcome, RecordKey, merge
from tests.builders import BATCH_JOB_ID, T0, attempt, bring, change
from tests.contract.conftest import NewRecords
from tests.lives import deliveries

SIZE = 4
KEY = RecordKey(job_id=BATCH_JOB_ID, index=2)


def told(status: str, *, finished: int, at: int = T0) -> StateChange:
    """A node in a status, after so many attempts."""
    done = [attempt(1, started_at=T0 + 10 * n, stopped_at=T0 + 10 * n + 5) for n in range(finished)]
    details: dict[str, Any] = {"nodeDetails": {"nodeIndex": 2, "isMainNode": False}, "attempts": done}
    return change(status, job_id=f"{BATCH_JOB_ID}#2", at=at, **details)


def attempts_of_a_node(ends: list[str]) -> list[StateChange]:
    """Every change of a node whose job is tried so many times: it ends in each attempt, and begins again."""
    return [
        change
        for finished, end in enumerate(ends)
        for change in (
            *(told(status, finished=finished, at=T0 + 10 * finished) for status in ("RUNNABLE", "STARTING", "RUNNING")),
            told(end, finished=finished + 1, at=T0 + 10 * finished + 5),
        )
    ]


def record(records: Records) -> JobRecord:
    """The record of the node, which is known."""
    found = records.get(KEY)
    assert found is not None
    return found


ends = st.lists(st.sampled_from(["SUCCEEDED", "FAILED"]), min_size=1, max_size=3)


@settings(max_examples=25)
@given(ends=ends, data=st.data())
def test_a_node_ends_as_its_last_attempt_did(new_records: NewRecords, ends: list[str], data: st.DataObject) -> None:
    """Though it had ended before: whatever comes late or twice, the pure merge says the same."""
    records, life = new_records(), attempts_of_a_node(ends)

    for each in data.draw(deliveries(life, most_repeats=4)):
        bring(records, KEY, each, ours=False)

    assert (merge(None, KEY, *life), Status(ends[-1])) == (record(records), record(records).status)


def test_a_node_is_a_node(records: Records) -> None:
    """And not a child of an array, though it lies where one would."""
    bring(records, KEY, told("RUNNING", finished=0), ours=False)

    assert (JobType.NODE, f"{BATCH_JOB_ID}#2") == (record(records).type, record(records).batch_job_id)


def test_a_node_that_begins_again_is_open_again(records: Records) -> None:
    """Its job is tried once more, and is counted where it is."""
    bring(records, KEY, told("FAILED", finished=1), ours=False)
    closed = records.open_children(BATCH_JOB_ID, size=SIZE, first=2, limit=1)
    bring(records, KEY, told("RUNNABLE", finished=1), ours=False)

    assert ({3: -1}, {2: 12}) == (closed, records.open_children(BATCH_JOB_ID, size=SIZE, first=2, limit=1))
    assert {Status.RUNNABLE: 1} == records.status_summary(BATCH_JOB_ID, size=SIZE)


@pytest.mark.parametrize(
    ("finished", "outcome"), [(1, Outcome.CONFLICT), (2, Outcome.MERGED)], ids=["of one attempt", "of two"]
)
def test_only_ends_of_one_attempt_disagree(records: Records, finished: int, outcome: Outcome) -> None:
    """Of a job that is tried again, a node may fail and then succeed."""
    bring(records, KEY, told("FAILED", finished=1), ours=False)

    came_of = bring(records, KEY, told("SUCCEEDED", finished=finished), ours=False)

    assert (outcome, finished == 1) == (came_of, record(records).is_conflicting)


def test_an_end_of_an_earlier_attempt_is_late(records: Records) -> None:
    """It stands in history, and disagrees with nothing."""
    bring(records, KEY, told("FAILED", finished=2), ours=False)

    came_of = bring(records, KEY, told("SUCCEEDED", finished=1), ours=False)

    assert (Outcome.LATE, Status.FAILED, [15, 26]) == (came_of, record(records).status, sorted(record(records).history))
