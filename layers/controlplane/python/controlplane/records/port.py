"""The store of job records: the port, and the words that it is spoken to in. Does no I/O.

Two whole implementations exist, `controlplane.aws.dynamodb.records` over a DynamoDB table and
`batchplane_local.records` over SQLite; one contract suite holds them equal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

import msgspec

from controlplane.batch.job_detail import JobDetail
from controlplane.batch.state_change import StateChange
from controlplane.job import Status
from controlplane.records.job_filter import JobFilter
from controlplane.records.record import JobRecord, Outcome, RecordKey
from controlplane.submissions.submission import Submission

#: How long the id of a deleted job is spent. By then Batch has forgotten the job (7 days), and an event of it that was
#: given up can't be sent back any more (14 days).
DELETED_MILLISECONDS = 30 * 86_400_000


class Merge(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be brought to one record: changes of one Batch job, at least one, in the order of their delivery."""

    key: RecordKey
    changes: tuple[StateChange, ...]
    #: True where there must be such a record already, and of this Batch job; see `record.outcome`.
    ours: bool


def ended_unsubmitted(
    record: JobRecord, *, reason: str, at: int, is_cancelled: bool = False, is_terminated: bool = False
) -> Merge:
    """What ends a job FAILED before Batch ever knew it, for this reason and at this moment (epoch milliseconds)."""
    detail = JobDetail(
        job_id="",
        status=Status.FAILED,
        status_reason=reason,
        job_queue=record.job_queue,
        job_definition=record.job_definition,
        stopped_at=at,
        is_cancelled=is_cancelled,
        is_terminated=is_terminated,
    )
    return Merge(key=record.key, changes=(StateChange(detail=detail, at=at),), ours=True)


class AlertClaim(Enum):
    """What came of setting out to alert."""

    GRANTED = "granted"
    #: Another delivery has set out, and its lease has not lapsed.
    HELD = "held"
    #: The alert has reached the topic.
    CLOSED = "closed"


@dataclass(frozen=True, kw_only=True)
class Page:
    """Some records, and where to go on; None at the end. A page may be short, or empty, though more is to come."""

    records: tuple[JobRecord, ...]
    cursor: str | None


class Records(Protocol):
    """The port. What a method has done is durable when it returns; a record that has expired is not there."""

    def create(self, submission: Submission) -> Submission | None:
        """Store a submission and its record; where the job exists, leave it and return the submission it came from.

        Raises KeySpent where the job was deleted.
        """
        ...

    def create_all(self, submissions: Sequence[Submission]) -> Sequence[Submission | Exception | None]:
        """The same for many jobs, no job twice: what `create` would have returned or raised, in their order.

        Each is atomic by itself, and one that fails stops no other.
        """
        ...

    def submission(self, job_id: str) -> Submission | None:
        """What was asked."""
        ...

    def get(self, key: RecordKey) -> JobRecord | None:
        """One record."""
        ...

    def merge(self, merges: Sequence[Merge]) -> Sequence[Outcome | Exception]:
        """Bring changes to records as `record.merge` does; a record that need not be ours is created first.

        Returns what became of each, in their order. Each is atomic by itself, and one that fails stops no other: the
        error stands in its place.
        """
        ...

    def decide(self, key: RecordKey, change: StateChange) -> None:
        """Note Batch's own answer about a job whose ends disagreed: the end it tells stands from now on."""
        ...

    def claim(self, job_id: str, *, previous: int | None, at: int, capability_digests: tuple[str, ...]) -> bool:
        """Set out to submit: True if no one else did since `previous`, and Batch doesn't know the job yet.

        From then on these are the digests of the capabilities that open the job.
        """
        ...

    def release(self, job_id: str, *, claimed_at: int) -> None:
        """Take a claim back: Batch certainly did not take the job."""
        ...

    def settle(self, job_id: str, batch_job_id: str) -> bool:
        """Note Batch's id of a job of ours; False if another id is noted already."""
        ...

    def miss(self, key: RecordKey, *, at: int) -> None:
        """Note when Batch first did not describe a job that had not ended; news of the job takes the note away."""
        ...

    def find(self, key: RecordKey) -> None:
        """Take the note of a miss away: Batch describes the job after all."""
        ...

    def lose(self, key: RecordKey, *, at: int) -> None:
        """Note that Batch has forgotten a job that had not ended; it stays open until it is closed."""
        ...

    def known(self, keys: Iterable[RecordKey]) -> Mapping[RecordKey, str | None]:
        """Those of these jobs of which there is a record, or was until it was deleted, with Batch's id of each."""
        ...

    def children(
        self, batch_job_id: str, *, size: int, first: int, limit: int, statuses: frozenset[Status] = frozenset()
    ) -> Sequence[JobRecord]:
        """Known children of an array job in the order of their indices, from `first` on; of these statuses, if any."""
        ...

    def open_children(self, batch_job_id: str, *, size: int, first: int, limit: int) -> Mapping[int, int]:
        """Indices, from `first` on, of children not known to have ended, with the order known: -1 for none at all."""
        ...

    def children_in(self, batch_job_id: str, *, size: int, status: Status) -> Sequence[int]:
        """The indices of an array job's children that are known to be in this status, in their order."""
        ...

    def status_summary(self, batch_job_id: str, *, size: int) -> Mapping[Status, int]:
        """How many known children of an array job are in each status."""
        ...

    def list_jobs(self, wanted: JobFilter, *, limit: int, cursor: str | None = None) -> Page:
        """Jobs that a filter lets through, newest first. Raises SubmissionInvalid for what is no cursor."""
        ...

    def list_open(self, *, limit: int, cursor: str | None = None) -> Page:
        """Records that the sweep must look at: of jobs that have not ended, and of those not closed yet that need it.

        In one fixed order, so that a walk from cursor to cursor meets each, whatever is written meanwhile.
        """
        ...

    def close(self, key: RecordKey, *, since: int | None) -> None:
        """Note that a job that is over needs no look any more; see `closing.needs_closing`.

        It expires from then on (epoch milliseconds) with all that belongs to it; None keeps it until it is closed anew,
        as a part of an array is kept until the whole is over. News of a lost job, and another end, open it again.
        """
        ...

    def delete(self, record: JobRecord, *, at: int) -> bool:
        """Delete a job of ours that is over, with its submission, alert and children; False where another took its id.

        It is not there from now on, but its id is spent for `DELETED_MILLISECONDS`: it is not created again, and what
        is still told of it changes nothing. The record goes last: what was killed on the way is done again.
        """
        ...

    def bookmark(self, name: str) -> str | None:
        """Where a sweep of this name goes on; None for the beginning."""
        ...

    def keep_bookmark(self, name: str, place: str | None) -> None:
        """Remember where a sweep goes on."""
        ...

    def claim_alert(self, job_id: str, *, at: int, lease: int) -> AlertClaim:
        """Set out to alert of a job, at this time, for so many milliseconds."""
        ...

    def close_alert(self, job_id: str) -> None:
        """Note that the alert of a job, which was claimed, has reached the topic; of a deleted job nothing is noted."""
        ...


def brought(records: Records, merge: Merge) -> Outcome:
    """What one merge came to, made alone. Raises what kept it from being made."""
    (outcome,) = records.merge([merge])
    if isinstance(outcome, Exception):
        raise outcome
    return outcome
