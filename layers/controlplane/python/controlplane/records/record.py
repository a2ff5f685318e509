"""The job record: what the plane remembers of a job, and the one function that changes it. Does no I/O.

`merge` has three callers: the birth of a record, an event, and the reconciling sweep. It is commutative, associative
and idempotent over the changes of one job, so a record ends the same for every order and repetition of them: the
greatest order wins, terminal ones absorb, and history keeps each transition once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

import msgspec

from controlplane.batch.job_detail import LAST_TIME, Attempt, JobDetail
from controlplane.batch.state_change import UNKNOWN_ORDER, StateChange, transition_attempt, transition_status
from controlplane.job import MOST_CHILDREN, NOBODY, JobType, Status, child_id, is_node, job_id_in, node_id
from controlplane.submissions.submission import Submission


class RecordKey(msgspec.Struct, frozen=True, kw_only=True):
    """Where a record stands: a job's id, or Batch's id of a job and the index of its child or node."""

    job_id: str
    index: int | None = None


@dataclass(frozen=True, kw_only=True)
class JobRecord:
    """What the plane remembers of one job. Times are epoch milliseconds."""

    key: RecordKey
    owner: str
    type: JobType
    #: The caller's own name; Batch's for a job that nobody submitted through us.
    job_name: str
    #: ARN.
    job_queue: str
    #: ARN with revision.
    job_definition: str
    created_at: int
    batch_job_id: str | None = None
    status: Status = Status.SUBMITTED
    status_reason: str | None = None
    started_at: int | None = None
    stopped_at: int | None = None
    exit_code: int | None = None
    reason: str | None = None
    log_stream_name: str | None = None
    attempts: tuple[Attempt, ...] = ()
    #: How many children an array job has, or nodes a multi-node parallel job.
    size: int | None = None
    status_summary: Mapping[str, int] = field(default_factory=dict)
    is_cancelled: bool = False
    is_terminated: bool = False
    #: When Batch first did not describe the job; None while it is described.
    missed_at: int | None = None
    #: Batch has forgotten the job; the status is the last one known.
    lost: bool = False
    #: The order of the newest change merged.
    order: int = 0
    #: When each transition was entered, by transition.
    history: Mapping[int, int] = field(default_factory=dict)
    #: When `submit_job` last set out to submit it; None before, and after Batch's throttling.
    claimed_at: int | None = None
    #: SHA-256 of each capability that the job's runner may hold, the newest first: one of each try that Batch may
    #: have taken, for nobody knows which of them runs.
    capability_digests: tuple[str, ...] = ()
    #: When the newest change came about.
    changed_at: int = 0

    def id_of(self, index: int) -> str:
        """Batch's id of a child of this array, or of a node of this multi-node parallel job."""
        name = node_id if self.type is JobType.MULTI_NODE else child_id
        return name(self.batch_job_id or "", index)

    def id_within(self, job_id: str, *, first: int = 0) -> str:
        """The id of this record where the whole job's is `job_id`: the same, or with the index of a child or node.

        `first` is what the child counts as that Batch counts 0.
        """
        if self.key.index is None:
            return job_id
        return (node_id if self.type is JobType.NODE else child_id)(job_id, first + self.key.index)

    @property
    def transitions(self) -> list[int]:
        """Every transition that was told of, in the order of the job's life. A node ends once in each attempt."""
        if self.type is not JobType.NODE:
            return sorted(self.history)
        return sorted(self.history, key=lambda each: (transition_attempt(each), transition_status(each).rank))

    @property
    def is_open(self) -> bool:
        """True until the job has ended or is lost."""
        return not (self.status.is_terminal or self.lost)

    @property
    def is_unsent(self) -> bool:
        """True for a job of ours that Batch may not know: its submission must be handed on again."""
        return self.is_open and self.batch_job_id is None

    @property
    def is_split(self) -> bool:
        """True for an array that is too large for AWS Batch, which has its parts instead."""
        return self.type is JobType.ARRAY and (self.size or 0) > MOST_CHILDREN

    @property
    def is_conflicting(self) -> bool:
        """True where Batch has told of two ends: both stand in history, whichever the status is now."""
        if len(self.history) < len(_ENDS):
            return False
        is_own = self.type is JobType.NODE  # which ends once in each attempt
        ends = {(is_own and transition_attempt(each), transition_status(each)) for each in self.history}
        return any({(attempt, end) for end in _ENDS} <= ends for attempt, _ in ends)


class Outcome(Enum):
    """What became of a change that was brought to a record."""

    #: The change is the newest: the record has its status now.
    MERGED = "merged"
    #: A newer one is known: only history took it, or knew it already.
    LATE = "late"
    #: There is no record here, or it is of another job: nothing was written.
    STRANGE = "strange"
    #: The record is ours and matches, but of another Batch job: this one is a second submission of it.
    DUPLICATE = "duplicate"
    #: The job has ended otherwise, as far as is known: the first end stays, and Batch must be asked.
    CONFLICT = "conflict"
    #: The job was deleted: nothing was written, here or elsewhere.
    DELETED = "deleted"


#: By how much Batch's clock may be behind ours (milliseconds). A key may be used again a day after its job's end.
_SKEW = 3_600_000
_ENDS = {status for status in Status if status.is_terminal}
#: What a status that is not known decides.
_UNTOLD = JobDetail(job_id="", status=Status.SUBMITTED)
_NO_ATTEMPT = Attempt()
_STRENGTH = (Outcome.DELETED, Outcome.STRANGE, Outcome.DUPLICATE, Outcome.CONFLICT, Outcome.MERGED, Outcome.LATE)


def born(submission: Submission) -> JobRecord:
    """The record of a submission that Batch does not know yet. No event ever announces SUBMITTED."""
    return JobRecord(
        key=RecordKey(job_id=submission.job_id),
        owner=submission.owner,
        type=submission.type,
        job_name=submission.job_name,
        job_queue=submission.job_queue,
        job_definition=submission.job_definition,
        created_at=submission.created_at,
        size=submission.num_nodes or submission.size,
        history={Status.SUBMITTED.rank: submission.created_at},
        changed_at=submission.created_at,
    )


def merge(record: JobRecord | None, key: RecordKey, *changes: StateChange) -> JobRecord:
    """The record after changes, at least one, whatever came before them.

    The changes must be of this record's job (see `outcome`). A status that this version does not know moves nothing.
    """
    known = record or first_seen(key, changes[0].detail)
    history, order = dict(known.history), known.order
    newest: StateChange | None = None
    for change in changes:
        history = change.history | history  # what is told first stays
        if change.order > order:
            order, newest = change.order, change
    decided = snapshot(newest) if newest else {}
    batch_job_id = known.batch_job_id or changes[0].detail.job_id or None
    return replace(known, **decided, history=history, batch_job_id=batch_job_id)


def decide(record: JobRecord, change: StateChange) -> JobRecord:
    """The record after Batch's own answer about a job whose ends disagreed: the end that it tells stands from now on.

    This alone may change a terminal status, and only into the other one; see `Outcome.CONFLICT`.
    """
    merged = merge(record, record.key, change)
    return replace(merged, **snapshot(change)) if change.detail.status.is_terminal else merged


def outcome(record: JobRecord | None, change: StateChange, *, ours: bool) -> Outcome:
    """What bringing this change to this record comes to.

    A name can be forged by whoever may submit to Batch: an event settles one of our records only if its queue and
    definition match too. A job that is older than the record was submitted when its key was used before.
    """
    if record is None:
        return Outcome.STRANGE if ours else Outcome.MERGED
    detail = change.detail
    if ours and (detail.job_queue, detail.job_definition) != (record.job_queue, record.job_definition):
        return Outcome.STRANGE
    if ours and record.created_at > latest_birth(detail.created_at):
        return Outcome.STRANGE
    if ours and record.batch_job_id not in (None, detail.job_id):
        # Without an id it is a refusal, and Batch has the job all the same: an earlier try was taken.
        return Outcome.DUPLICATE if detail.job_id else Outcome.STRANGE
    if change.order > record.order:
        return Outcome.MERGED
    are_ends = record.status.is_terminal and change.detail.status.is_terminal and record.order == change.order
    return Outcome.CONFLICT if are_ends and record.status != change.detail.status else Outcome.LATE


def earliest_job(created_at: int) -> int:
    """When Batch created the job at the earliest of a record of ours that was born then (epoch milliseconds)."""
    return created_at - _SKEW


def latest_birth(created_at: int) -> int:
    """When a record of ours was born at the latest that is of a job which Batch created then (epoch milliseconds)."""
    return created_at + _SKEW if created_at else LAST_TIME


def outcome_for_deleted(batch_job_id: str | None, change: StateChange) -> Outcome:
    """What bringing a change to a deleted job of ours comes to, of which this was Batch's id.

    News of that very job is dropped. Any other job of its name is one that nobody knew of: it stays an operator's.
    """
    return Outcome.DELETED if change.detail.job_id == (batch_job_id or "") else Outcome.STRANGE


def strongest(outcomes: Sequence[Outcome]) -> Outcome:
    """What several changes of one job came to: what must be followed first, then whether the record has moved."""
    return min(outcomes, key=_STRENGTH.index)


def keys_of(change: StateChange) -> tuple[RecordKey, RecordKey | None]:
    """Where a change belongs: Batch's own key of the job, and our key if the name says that it is ours.

    Children and nodes are kept under Batch's id of their parent, which can't be forged, so they need no look at it.
    """
    parent, index = change.parent_and_index
    named = job_id_in(change.detail.job_name) if index is None else None
    return RecordKey(job_id=parent, index=index), RecordKey(job_id=named) if named else None


def snapshot(change: StateChange) -> dict[str, Any]:
    """The members of a record that the newest change decides, all of them.

    A status that is not known decides nothing: they are then those of a record of which nothing was told yet.
    """
    detail, at = (change.detail, change.at) if change.unknown_status is None else (_UNTOLD, 0)
    last = detail.attempts[-1] if detail.attempts else _NO_ATTEMPT
    array = detail.array_properties
    return {
        "order": change.order,
        "changed_at": at,
        "missed_at": None,
        "lost": False,
        "status": detail.status,
        "status_reason": detail.status_reason,
        "started_at": detail.started_at,
        "stopped_at": detail.stopped_at,
        "exit_code": detail.container.exit_code if detail.container.exit_code is not None else last.container.exit_code,
        "reason": detail.container.reason or last.container.reason,
        "log_stream_name": detail.container.log_stream_name or last.container.log_stream_name,
        "attempts": detail.attempts,
        "status_summary": dict(array.status_summary) if array else {},
        "is_cancelled": detail.is_cancelled,
        "is_terminated": detail.is_terminated,
    }


def first_seen(key: RecordKey, detail: JobDetail) -> JobRecord:
    """The record of a job that was not submitted through the plane, or of a child or node."""
    size = size_of(detail)
    return JobRecord(
        key=key,
        owner=NOBODY,
        type=_type(key, detail, size),
        job_name=detail.job_name,
        job_queue=detail.job_queue,
        job_definition=detail.job_definition,
        created_at=detail.created_at,
        size=size,
        order=UNKNOWN_ORDER,  # before every change, so that the first is the newest
    )


def size_of(detail: JobDetail) -> int | None:
    """How many children or nodes a job has; None for one that has none, and for a child or node itself."""
    if is_node(detail.job_id):
        return None
    array, nodes = detail.array_properties, detail.node_properties
    return (array.size if array else nodes.num_nodes if nodes else None) or None


def _type(key: RecordKey, detail: JobDetail, size: int | None) -> JobType:
    if key.index is not None:
        return JobType.NODE if is_node(detail.job_id) else JobType.ARRAY_CHILD
    if detail.node_properties is not None:
        return JobType.MULTI_NODE
    return JobType.SINGLE if size is None else JobType.ARRAY
