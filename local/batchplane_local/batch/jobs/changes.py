"""What one commit writes: rows, collected between commits so that many transitions share one. Does no I/O.

A job that moves several times between two commits leaves one row, its last, and one event for each move.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from batchplane_local.batch.jobs.blockage import Blockage
from batchplane_local.batch.jobs.status import Status
from batchplane_local.batch.jobs.submission import Submission
from batchplane_local.batch.resources.catalogue import Resource


class JobRow(NamedTuple):
    """What changes of a job. Times are epoch milliseconds."""

    status: Status
    #: Attempts that have ended.
    attempts: int = 0
    started_at: int | None = None
    stopped_at: int | None = None
    status_reason: str | None = None
    #: A request to cancel, or to terminate, was accepted.
    is_cancelled: bool = False
    is_terminated: bool = False


class AttemptRow(NamedTuple):
    """One attempt, from its claim on. Times are epoch milliseconds."""

    job: int
    #: From 1.
    attempt: int
    environment: str
    #: Where its output lies while it runs; None until it has a place.
    slot: int | None = None
    started_at: int | None = None
    stopped_at: int | None = None
    exit_code: int | None = None
    reason: str | None = None
    status_reason: str | None = None


class Birth(NamedTuple):
    """Jobs that begin together with one status: rows first to last."""

    first: int
    last: int
    submission: int
    #: The queue's key for a single job or a parent; None for children, which are listed by their parent.
    queue: int | None
    status: Status


class Event(NamedTuple):
    """A transition of the jobs in rows first to last, to be told to whoever listens.

    Or, where a blockage stands in place of the status, that the RUNNABLE job in the row blocks its queue.
    """

    first: int
    last: int
    submission: int
    status: Status | Blockage
    #: Attempts that had ended.
    attempts: int
    at: int


class Summary(NamedTuple):
    """How many of an array's children have each status, in the order of the seven."""

    counts: tuple[int, ...]
    updated_at: int


class BlockedRow(NamedTuple):
    """A queue whose head can't start."""

    #: The queue's key in the catalogue.
    queue: int
    #: The row of the job at its head.
    job: int
    why: Blockage
    #: Epoch milliseconds.
    since: int


class LogRow(NamedTuple):
    """The whole output of one attempt."""

    job: int
    attempt: int
    #: Epoch milliseconds by which the first of it, and all of it, was written.
    first_at: int
    last_at: int
    #: Pairs of (epoch milliseconds, bytes written by then), as JSON.
    marks: str
    #: None where it was so much that it stays in a file.
    body: bytes | None


class Stretch(NamedTuple):
    """Rows of jobs, first to last, of one submission after another."""

    first: int
    last: int


@dataclass(kw_only=True)
class Changes:
    """Rows of the next commit."""

    #: With the key of the queue that each was submitted to.
    submissions: list[tuple[Submission, int]] = field(default_factory=list)
    births: list[Birth] = field(default_factory=list)
    jobs: dict[int, JobRow] = field(default_factory=dict)
    attempts: dict[tuple[int, int], AttemptRow] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    summaries: dict[int, Summary] = field(default_factory=dict)
    logs: list[LogRow] = field(default_factory=list)
    resources: list[Resource] = field(default_factory=list)
    #: By the key of the queue; None for one that is no longer blocked.
    blocked: dict[int, BlockedRow | None] = field(default_factory=dict)
    #: Keys of resources that are gone.
    removed: list[int] = field(default_factory=list)
    #: Submissions with other tags than before, by their row.
    tagged: dict[int, Submission] = field(default_factory=dict)
    #: Ids of submissions whose jobs have all ended.
    ended: list[str] = field(default_factory=list)
    #: Submissions that are let go of, all that have their jobs in these rows; and rows of such jobs that are deleted.
    pruned: list[Stretch] = field(default_factory=list)
    deleted: list[Stretch] = field(default_factory=list)
    #: The last event that was delivered: it and all before it are forgotten.
    delivered: int | None = None

    def __bool__(self) -> bool:
        rows = (
            self.jobs or self.events or self.submissions or self.logs or self.resources or self.removed or self.tagged
        )
        return bool(rows or self.delivered is not None or self.pruned or self.deleted)
