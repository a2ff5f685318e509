"""What one delivery of events comes to: what is recorded, what comes again, and when Batch is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from controlplane.job import Status
from controlplane.records.port import Merge
from controlplane.records.record import Outcome, RecordKey
from lambdas.record_state_change.handler import build
from tests.builders import BATCH_JOB_ID, event
from tests.flow.river import River
from tests.flow.scripted_batch import ScriptedBatch

THEIRS = RecordKey(job_id=BATCH_JOB_ID)


class Throttled(Exception):
    """What DynamoDB raises for one hot key."""


class OneFails:
    """Records of which one job's can't be written now."""

    def __init__(self, records: Any, job_id: str) -> None:
        self._records = records
        self._job_id = job_id

    def merge(self, merges: Sequence[Merge]) -> Sequence[Outcome | Exception]:
        """Merge all but the one."""
        outcomes = iter(self._records.merge([each for each in merges if each.key.job_id != self._job_id]))
        return [Throttled() if each.key.job_id == self._job_id else next(outcomes) for each in merges]


class Silent(ScriptedBatch):
    """A Batch whose DescribeJobs fails so many times, and then tells of one job that it ended so."""

    def __init__(self, *, failures: int, status: str | None) -> None:
        super().__init__()
        self.failures = failures
        self.status = status

    def describe_jobs(self, **request: Any) -> dict[str, Any]:
        """Fail, or tell."""
        if self.failures:
            self.failures -= 1
            raise ConnectionError("no answer")
        told: Mapping[str, Any] = {"jobId": BATCH_JOB_ID, "status": self.status, "container": {"exitCode": 7}}
        return {"jobs": [told] if self.status else []}


def test_one_record_that_fails_keeps_no_other_from_being_recorded(river: River) -> None:
    """Both messages of the job that failed come again, and they alone."""
    river.plane.records = OneFails(river.records, "b1")
    bodies = [event("RUNNABLE", job_id="b1"), event("RUNNING", job_id="b2"), event("RUNNING", job_id="b1")]
    messages = [{"messageId": f"m{place}", "body": body} for place, body in enumerate(bodies)]

    answer = build(river.plane)({"Records": messages}, None)

    assert [{"itemIdentifier": "m0"}, {"itemIdentifier": "m2"}] == answer["batchItemFailures"]
    assert Status.RUNNING is getattr(river.records.get(RecordKey(job_id="b2")), "status", None)


@pytest.mark.parametrize(
    ("told", "failures", "expected"),
    [
        ("FAILED", 0, Status.FAILED),
        ("SUCCEEDED", 0, Status.SUCCEEDED),
        (None, 0, Status.SUCCEEDED),
        ("RUNNING", 0, Status.SUCCEEDED),
        ("FAILED", 2, Status.FAILED),
    ],
)
def test_of_two_ends_batch_is_asked_which_is_true(
    make_river: Callable[..., River], told: str | None, failures: int, expected: Status
) -> None:
    """Its answer stands; the first end does where it has none; an answer that did not come is asked for again."""
    river = make_river(batch=Silent(failures=failures, status=told))
    river.job_events.send([event("SUCCEEDED", at=1_795_000_001_000)])
    river.settle()

    river.job_events.send([event("FAILED", at=1_795_000_002_000)])
    river.settle()

    record = river.records.get(THEIRS)
    assert record is not None
    assert (expected, True, {5, 6}) == (record.status, record.is_conflicting, set(record.history))


def test_an_unknown_status_is_logged_and_moves_nothing(river: River, caplog: pytest.LogCaptureFixture) -> None:
    """The record is there, under the last status that was understood."""
    river.job_events.send([event("RUNNABLE"), event("HIBERNATING")])
    river.settle()

    record = river.records.get(THEIRS)
    assert record is not None
    assert (Status.RUNNABLE, True) == (record.status, "'HIBERNATING' moves no record" in caplog.text)
