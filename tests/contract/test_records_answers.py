"""What an answer of Batch's, a note of the sweep and a refusal come to, over any store, where they come out of turn."""

from __future__ import annotations

from msgspec.structs import replace

from controlplane.job import Status
from controlplane.records.port import Records
from controlplane.records.record import RecordKey, decide
from tests.builders import BATCH_JOB_ID, T0, bring, change, refusal, submission
from tests.contract.test_children import key, of, told

OURS = submission()
KEY = RecordKey(job_id=OURS.job_id)
ARRAY = submission(key="given:array", arrayProperties={"size": 4})
ARRAY_KEY = RecordKey(job_id=ARRAY.job_id)


def test_an_array_that_batch_refused_is_not_open(records: Records) -> None:
    """It has no children that might not have ended, so that nothing would ever close it."""
    records.create(ARRAY)

    bring(records, ARRAY_KEY, refusal(), ours=True)

    assert () == records.list_open(limit=9).records


def test_an_end_that_is_decided_while_a_job_runs_ends_it(records: Records) -> None:
    """The sweep need not look at it again, and it is missed no more."""
    records.create(OURS)
    bring(records, KEY, change("RUNNING", name=OURS.batch_job_name), ours=True)
    records.miss(KEY, at=T0)

    records.decide(KEY, change("FAILED", name=OURS.batch_job_name))

    record = records.get(KEY)
    assert record is not None
    assert (Status.FAILED, None, ()) == (record.status, record.missed_at, records.list_open(limit=9).records)


def test_an_end_that_is_decided_of_a_lost_job_finds_it(records: Records) -> None:
    """Batch knows it after all."""
    running, ended = change("RUNNING"), change("FAILED")
    theirs = RecordKey(job_id=BATCH_JOB_ID)
    bring(records, theirs, running, ours=False)
    before = records.get(theirs)
    assert before is not None
    records.lose(theirs, at=T0)

    records.decide(theirs, ended)

    assert decide(before, ended) == records.get(theirs)


def test_an_end_that_was_decided_of_no_child_leaves_no_trace(records: Records) -> None:
    """Whatever is told of the child later."""
    records.decide(key(7), told(7, "SUCCEEDED"))

    bring(records, key(7), told(7, "FAILED"), ours=False)

    record = records.get(key(7))
    assert record is not None
    assert (Status.FAILED, False) == (record.status, record.is_conflicting)


def test_what_is_lost_is_not_missed(records: Records) -> None:
    """A sweep that is late finds that it was given up."""
    child = told(7, "RUNNING")
    records.create(OURS)
    bring(records, key(7), child, ours=False)
    records.lose(KEY, at=T0 + 1)
    records.lose(key(7), at=T0 + 1)
    before = [records.get(KEY), records.get(key(7))]

    records.miss(KEY, at=T0 + 2)
    records.miss(key(7), at=T0 + 2)

    assert before == [records.get(KEY), records.get(key(7))]


def test_what_cannot_be_stored_stops_no_other(records: Records) -> None:
    """A lone surrogate has no bytes in UTF-8; what Batch answers may hold one."""
    good, bad = told(7, "RUNNING"), told(1007, "RUNNING")
    unwritten = replace(bad, detail=replace(bad.detail, status_reason="\ud800"))

    outcomes = records.merge([of(1007, unwritten), of(7, good)])

    assert [True, False] == [isinstance(each, Exception) for each in outcomes]
    assert [True, False] == [records.get(each) is None for each in (key(1007), key(7))]
