"""One state change of a job, read from an event or from DescribeJobs. Does no I/O.

Events come at least once, unordered, with a time of one-second grain, and a retry moves RUNNING back to RUNNABLE. So a
change carries its own place in the job's life: how many attempts had finished, and the rank of the status.
https://docs.aws.amazon.com/batch/latest/userguide/batch_job_events.html
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from controlplane.errors import EventMalformed
from controlplane.job import Status, parent_and_index

#: The place of every terminal status: after all others, and of equal weight, so that the first one stays.
TERMINAL_ORDER = 1000
_ORDER_OF_ATTEMPT = 10


class Container(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """How the container of an attempt ended, and where its log is."""

    exit_code: int | None = None
    reason: str | None = None
    log_stream_name: str | None = None


class Attempt(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """One try of a job. Times are epoch milliseconds."""

    container: Container = Container()
    started_at: int | None = None
    stopped_at: int | None = None
    status_reason: str | None = None


class ArrayProperties(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A parent has a size and a summary; a child has an index."""

    size: int | None = None
    index: int | None = None
    status_summary: dict[str, int] = {}


class _Nodes(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    num_nodes: int | None = None


class JobDetail(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The members of Batch's JobDetail that the plane reads; only jobId and status are sure to be there."""

    job_id: str
    status: Status
    job_name: str = ""
    job_queue: str = ""
    job_definition: str = ""
    status_reason: str | None = None
    created_at: int = 0
    started_at: int | None = None
    stopped_at: int | None = None
    attempts: tuple[Attempt, ...] = ()
    container: Container = Container()
    array_properties: ArrayProperties | None = None
    node_properties: _Nodes | None = None
    is_cancelled: bool = False
    is_terminated: bool = False


class _Event(msgspec.Struct, frozen=True, kw_only=True):
    time: datetime
    detail: JobDetail
    detail_type: str = msgspec.field(name="detail-type")


class StateChange(msgspec.Struct, frozen=True, kw_only=True):
    """A job was seen in a status."""

    detail: JobDetail
    #: When it entered the status, epoch milliseconds, as exactly as the source tells.
    at: int

    @property
    def finished_attempts(self) -> int:
        """How many attempts had ended."""
        return sum(attempt.stopped_at is not None for attempt in self.detail.attempts)

    @property
    def order(self) -> int:
        """Where this stands in the job's life: a later change has a greater order; terminal ones have the greatest."""
        if self.detail.status.is_terminal:
            return TERMINAL_ORDER
        return _ORDER_OF_ATTEMPT * self.finished_attempts + self.detail.status.rank

    @property
    def transition(self) -> int:
        """Which transition this is, so that history keeps each once: like `order`, but terminal ones stand apart."""
        return _ORDER_OF_ATTEMPT * self.finished_attempts + self.detail.status.rank

    @property
    def is_node(self) -> bool:
        """Whether it is of a node of a multi-node parallel job, `job#index`, which is no job of its own."""
        return "#" in self.detail.job_id

    @property
    def parent_and_index(self) -> tuple[str, int | None]:
        """Batch's id of the job, or of its parent and the index where it is an array's child."""
        return parent_and_index(self.detail.job_id)


def transition_status(transition: int) -> Status:
    """The status that a transition entered."""
    return tuple(Status)[transition % _ORDER_OF_ATTEMPT]


def transition_attempt(transition: int) -> int:
    """The attempt that a transition belongs to, counted from 1; a terminal one belongs to the last that ran."""
    finished = transition // _ORDER_OF_ATTEMPT
    return max(finished, 1) if transition_status(transition).is_terminal else finished + 1


def from_event(event: str | bytes) -> StateChange:
    """Read one "Batch Job State Change" event. Raises EventMalformed with what can't be read."""
    try:
        read = _EVENT_DECODER.decode(event)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise EventMalformed(f"not a Batch Job State Change event: {error}") from error
    if read.detail_type != "Batch Job State Change":
        raise EventMalformed(f"not a Batch Job State Change event: its detail-type is {read.detail_type!r}")
    sent = int(read.time.timestamp() * 1000)
    return StateChange(detail=read.detail, at=_entered(read.detail, seen=sent))


def from_description(description: Mapping[str, Any], *, seen: int) -> StateChange:
    """Read one job of DescribeJobs' answer, seen at this time (epoch milliseconds). Raises EventMalformed."""
    try:
        detail = msgspec.convert(description, JobDetail)
    except msgspec.ValidationError as error:
        raise EventMalformed(f"not a job of DescribeJobs: {error}") from error
    return StateChange(detail=detail, at=_entered(detail, seen=seen))


def _entered(detail: JobDetail, *, seen: int) -> int:
    """When the job entered its status: from its own times where it has them, else when it was seen there.

    An event's time is cut to the second, so it may lie before what must have come first: the job's creation, the end
    of the attempt before.
    """
    if detail.status.is_terminal:
        return detail.stopped_at or seen
    if detail.status is Status.RUNNING:
        return detail.started_at or seen
    return max(seen, detail.created_at, *(attempt.stopped_at or 0 for attempt in detail.attempts))


_EVENT_DECODER = msgspec.json.Decoder(_Event)
