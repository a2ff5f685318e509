"""The jobs of one unfinished submission, held in a few bytes each. Holds them; the ledger moves them.

A position is 0 for the job itself (a single job, an array's parent, a multi-node parallel job) and 1 + index for an
array's child or a node, so that the job at a position has the row submission.key + position.
"""

from __future__ import annotations

from dataclasses import dataclass

from batchplane_local.batch.jobs.changes import Summary
from batchplane_local.batch.jobs.status import Status
from batchplane_local.batch.jobs.submission import Submission


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """A CancelJob or TerminateJob that was accepted for a job that hasn't ended."""

    reason: str
    is_terminate: bool


class Live:
    """One unfinished submission."""

    __slots__ = (
        "children_awaited_by",
        "counts",
        "finished",
        "is_multi_node",
        "jobs_awaited_by",
        "queue_key",
        "requests",
        "shared_waits",
        "statuses",
        "submission",
        "waits",
    )

    def __init__(self, submission: Submission, queue_key: int) -> None:
        size = 1 + submission.last_position
        #: True for a multi-node parallel job and its nodes.
        self.is_multi_node = submission.node_properties is not None
        self.submission = submission
        self.queue_key = queue_key
        #: Status of the job at each position.
        self.statuses = bytearray(size)
        #: Attempts that have ended, at each position.
        self.finished = bytearray(size)
        #: Children or nodes by status, in the order of the seven; unused for a single job.
        self.counts = [submission.last_position, 0, 0, 0, 0, 0, 0]
        #: Dependencies not yet ended, at each position; those that all positions wait for are in shared_waits.
        self.waits = bytearray(size)
        self.shared_waits = 0
        #: Accepted requests, by position.
        self.requests: dict[int, Request] = {}
        #: Submissions that wait for the job at a position.
        self.jobs_awaited_by: dict[int, list[Live]] = {}
        #: Submissions whose child waits for the child of the same index here (N_TO_N).
        self.children_awaited_by: list[Live] = []

    @property
    def is_array(self) -> bool:
        """True for an array's parent and children."""
        return self.submission.size is not None

    @property
    def stop(self) -> Request | None:
        """The accepted request that means every child of an array; None where there is none.

        What has not started then never will, though its own turn to be ended may come later.
        """
        return self.requests.get(0) if self.is_array else None

    @property
    def is_sequential(self) -> bool:
        """True where each child waits for its earlier sibling."""
        return any(dependency.get("type") == "SEQUENTIAL" for dependency in self.submission.depends_on)

    def status(self, position: int) -> Status:
        """Where the job at a position stands."""
        return Status(self.statuses[position])

    def move(self, position: int, status: Status) -> None:
        """Put the job at a position where it now stands."""
        if position:
            self.counts[self.statuses[position]] -= 1
            self.counts[status] += 1
        self.statuses[position] = status

    def summary(self, at: int) -> Summary:
        """How the children stand."""
        return Summary(tuple(self.counts), at)

    @property
    def children_ended(self) -> bool:
        """True when every child is SUCCEEDED or FAILED."""
        return self.counts[Status.SUCCEEDED] + self.counts[Status.FAILED] == self.submission.size
