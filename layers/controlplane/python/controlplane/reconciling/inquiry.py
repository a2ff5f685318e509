"""What one sweep may ask of Batch in one run, and what is done with the answers. Counts everything that it does.

A job that Batch does not describe must be told from one that Batch was not asked about: a call without an answer tells
nothing of any job, and a page that fails stops no other.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, fields
from functools import partial

from controlplane.batch.port import Batch, JobSummaries
from controlplane.batch.state_change import StateChange
from controlplane.errors import BatchUnavailable, SubmissionInvalid
from controlplane.reconciling.closer import Closer
from controlplane.reconciling.reconcile import Descriptions, Findings
from controlplane.recording.recorder import Recorder
from controlplane.records.port import Page, Records
from controlplane.records.record import Outcome

#: So many calls without an answer end a sweep's run: Batch is throttling, and is let alone until the next one.
MOST_UNANSWERED = 5

_log = logging.getLogger(__name__)


@dataclass(kw_only=True)
class Tally:
    """What one run did; counted up as it goes on."""

    #: Jobs and children that Batch was asked about.
    looked_at: int = 0
    #: Records that were brought up to date.
    healed: int = 0
    #: Jobs that Batch did not describe for the first time.
    missed: int = 0
    #: Jobs and children that Batch has forgotten.
    lost: int = 0
    #: Submissions handed on again.
    sent_again: int = 0
    #: Jobs that nobody had told the plane of.
    found: int = 0
    #: Arrays that need no look any more.
    closed: int = 0
    #: Calls of DescribeJobs and ListJobs.
    calls: int = 0
    #: Calls that Batch did not take or did not answer now.
    unanswered: int = 0
    #: What else did not come off: a call that was refused, a description that can't be read, a write.
    failed: int = 0

    def __iadd__(self, other: Tally) -> Tally:
        """Count what another sweep did, too."""
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))
        return self


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """How much of Batch and of the function's time one sweep may use in one run."""

    #: Most calls of DescribeJobs or ListJobs.
    calls: int
    #: No call begins later after the first.
    milliseconds: int


@dataclass(frozen=True, kw_only=True)
class Inquiry:
    """One sweep's run."""

    records: Records
    batch: Batch
    recorder: Recorder
    #: Epoch milliseconds.
    clock: Callable[[], int]
    #: When the run began (epoch milliseconds).
    now: int
    bounds: Bounds
    tally: Tally = field(default_factory=Tally)

    @property
    def may_ask(self) -> bool:
        """Whether another call is within the bounds."""
        return self.tally.calls < self.bounds.calls and self.tally.unanswered < MOST_UNANSWERED and self.has_time

    @property
    def has_time(self) -> bool:
        """Whether the run is within its time: what takes long beside the calls of Batch must look here too."""
        return self.clock() < self.now + self.bounds.milliseconds

    def describe(self, batch_job_ids: Sequence[str]) -> Descriptions | None:
        """What Batch says of these jobs, at most a hundred; None where it gave no answer. Raises BatchRefused."""
        self.tally.calls += 1
        try:
            described = {str(each["jobId"]): each for each in self.batch.describe(batch_job_ids)}
        except BatchUnavailable as error:
            self._unanswered(f"DescribeJobs of {len(batch_job_ids)} jobs, the first {batch_job_ids[0]},", error)
            return None
        self.tally.looked_at += len(batch_job_ids)
        return described

    def list_created_before(self, moment: int, *, job_queue: str, token: str | None) -> JobSummaries | None:
        """A page of a queue's jobs; None where Batch gave no answer. Raises BatchRefused."""
        self.tally.calls += 1
        try:
            return self.batch.list_created_before(moment, job_queue=job_queue, token=token)
        except BatchUnavailable as error:
            self._unanswered(f"ListJobs of {job_queue}", error)
            return None

    def follow(self, findings: Findings) -> None:
        """Bring what was found to the records."""
        for malformed in findings.unread:
            self.failed("a description could not be read", malformed)
        self.tally.healed += self.record(findings.changes)
        now = self.now
        self.tally.missed += self._each(partial(self.records.miss, key, at=now) for key in findings.missed)
        self._each(partial(self.records.find, key) for key in findings.seen_again)
        closer = Closer(records=self.records, now=now)
        self.tally.lost += self._each(partial(closer.lose, key) for key in findings.lost)

    def record(self, changes: Iterable[StateChange]) -> int:
        """Bring changes to their records; how many of those have moved."""
        outcomes = self.recorder.record(changes)
        for outcome in outcomes:
            if isinstance(outcome, Exception):
                self.failed("a change could not be recorded", outcome)
        return sum(outcome is Outcome.MERGED for outcome in outcomes)

    def attempt(self, action: Callable[[], object]) -> bool:
        """Do something that must stop nothing else where it fails: True where it did not."""
        try:
            action()
        except Exception as error:
            self.failed("part of a run failed", error)
            return False
        return True

    def open_page(self, cursor: str | None, *, limit: int) -> Page:
        """What is open, from a cursor on; from the beginning where it is one that another version kept."""
        try:
            return self.records.list_open(limit=limit, cursor=cursor)
        except SubmissionInvalid:
            return self.records.list_open(limit=limit)

    def _each(self, actions: Iterable[Callable[[], None]]) -> int:
        return sum(map(self.attempt, actions))

    def _unanswered(self, call: str, error: BatchUnavailable) -> None:
        self.tally.unanswered += 1
        _log.warning("%s got no answer, and is asked again in a later run: %s", call, error)

    def failed(self, what: str, error: Exception) -> None:
        """Count and log what stops nothing else."""
        self.tally.failed += 1
        _log.error("%s; it is tried again in a later run", what, exc_info=error)
