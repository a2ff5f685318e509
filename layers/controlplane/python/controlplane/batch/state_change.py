"""One state change of a job, read from an event or from DescribeJobs. Does no I/O.

Events come at least once, unordered, with a time of one-second grain, and a retry moves RUNNING back to RUNNABLE. So a
change carries its own place in the job's life: how many attempts had finished, and the rank of the status.
https://docs.aws.amazon.com/batch/latest/userguide/batch_job_events.html
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar

import msgspec

from controlplane.batch.job_detail import LAST_TIME, JobDetail, of_one_container
from controlplane.batch.second_reading import apart_from_status, read_again
from controlplane.errors import EventMalformed, shown
from controlplane.job import MOST_CHILDREN, Status, is_node, parent_and_index

#: The place of every terminal status: after all others, and of equal weight, so that the first one stays.
TERMINAL_ORDER = 1000
#: The same within one attempt, of a node: where its job is tried again, so is it, though it may have SUCCEEDED.
_END_OF_ATTEMPT = 7
#: The place of a status that this version does not know: before all others, so that it moves no record.
UNKNOWN_ORDER = -1
_ORDER_OF_ATTEMPT = 10
_RUNNING = Status.RUNNING
_STATUSES = tuple(Status)
_DETAIL_TYPE = "Batch Job State Change"
_EVENT = f"a {_DETAIL_TYPE} event"
_DESCRIPTION = "a job of DescribeJobs"

Read = TypeVar("Read")


class _Event(msgspec.Struct, frozen=True, kw_only=True):
    time: Annotated[datetime, msgspec.Meta(tz=True)]
    detail: JobDetail
    detail_type: Literal["Batch Job State Change"] = msgspec.field(name="detail-type")


class StateChange(msgspec.Struct, frozen=True, kw_only=True):
    """A job was seen in a status. The last two members follow from the others, and are not to be given."""

    detail: JobDetail
    #: When it entered the status, epoch milliseconds, as exactly as the source tells.
    at: int
    #: Batch's word for a status that this version does not know. `detail.status` is SUBMITTED then: all that is sure is
    #: that Batch has the job.
    unknown_status: str | None = None
    #: Where this stands in the job's life: a later change has a greater order; terminal ones have the greatest.
    order: int = 0
    #: Which transition this is, so that history keeps each once: like `order`, but terminal ones stand apart.
    transition: int = 0

    def __post_init__(self) -> None:
        finished = 0
        for attempt in self.detail.attempts:
            finished += attempt.stopped_at is not None
        status = self.detail.status
        transition = _ORDER_OF_ATTEMPT * finished + status.rank
        order = transition
        if status.is_terminal:
            order = TERMINAL_ORDER if not self.is_node else end_of_attempt(finished)
        msgspec.structs.force_setattr(self, "order", order if self.unknown_status is None else UNKNOWN_ORDER)
        msgspec.structs.force_setattr(self, "transition", transition)

    @property
    def finished_attempts(self) -> int:
        """How many attempts had ended."""
        return self.transition // _ORDER_OF_ATTEMPT

    @property
    def history(self) -> dict[int, int]:
        """What history takes of it: when the transition was entered. Nothing of a status that is not known."""
        return {self.transition: self.at} if self.unknown_status is None else {}

    @property
    def is_node(self) -> bool:
        """Whether it is of a node of a multi-node parallel job, `job#index`."""
        return is_node(self.detail.job_id)

    @property
    def parent_and_index(self) -> tuple[str, int | None]:
        """Batch's id of the job, or of its parent and the index where it is an array's child or a node."""
        return parent_and_index(self.detail.job_id)


def end_of_attempt(finished: int) -> int:
    """The order of a node's terminal status after so many attempts: before the next attempt, which may follow."""
    return _ORDER_OF_ATTEMPT * max(finished - 1, 0) + _END_OF_ATTEMPT


def transition_status(transition: int) -> Status:
    """The status that a transition entered."""
    return _STATUSES[transition % _ORDER_OF_ATTEMPT]


def transition_attempt(transition: int) -> int:
    """The attempt that a transition belongs to, counted from 1; a terminal one belongs to the last that ran."""
    finished = transition // _ORDER_OF_ATTEMPT
    return max(finished, 1) if transition_status(transition).is_terminal else finished + 1


def from_event(event: str | bytes) -> StateChange:
    """Read one "Batch Job State Change" event. Raises EventMalformed with what can't be read."""
    unknown = None
    try:
        read = _decode(_EVENT_DECODER, event)
    except msgspec.ValidationError:
        read, unknown = _read_event_again(event)
    return _change(read.detail, seen=read.time, unknown=unknown, what=_EVENT)


def from_description(description: Mapping[str, Any], *, seen: int) -> StateChange:
    """Read one job of DescribeJobs' answer, seen at this time (epoch milliseconds). Raises EventMalformed."""
    unknown = None
    try:
        detail = msgspec.convert(description, JobDetail)
    except msgspec.ValidationError:
        known, unknown = apart_from_status(description)
        detail = read_again(known, JobDetail, what=_DESCRIPTION)
    return _change(detail, seen=seen, unknown=unknown, what=_DESCRIPTION)


def _read_event_again(event: str | bytes) -> tuple[_Event, str | None]:
    """The event that the quick reading has refused, and the status in it that this version does not know, if any."""
    document = _decode(_ANY_DECODER, event)
    if not isinstance(document, dict) or not isinstance(document.get("detail"), dict):
        raise EventMalformed(f"not {_EVENT}: it must be an object with a detail; it is {shown(document)}")
    if document.get("detail-type") != _DETAIL_TYPE:
        raise EventMalformed(f"not {_EVENT}: its detail-type is {shown(document.get('detail-type'))}")
    detail, unknown = apart_from_status(document["detail"])
    return read_again(document | {"detail": detail}, _Event, what=_EVENT), unknown


def _decode(decoder: msgspec.json.Decoder[Read], event: str | bytes) -> Read:
    """Read JSON. Raises EventMalformed where it is none, ValidationError where it is not what the decoder reads."""
    try:
        return decoder.decode(event)
    except msgspec.ValidationError:
        raise
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise EventMalformed(f"not {_EVENT}: {error}") from error


def _change(told: JobDetail, *, seen: datetime | int, unknown: str | None, what: str) -> StateChange:
    """The change that a detail tells, seen at this time (epoch milliseconds where it is a number)."""
    if ":" in told.job_id or "#" in told.job_id:
        _check_index(told.job_id, what)
    detail = of_one_container(told)
    at = _own_time(detail) or _not_before(detail, seen, what)
    return StateChange(detail=detail, at=at, unknown_status=unknown)


def _check_index(batch_job_id: str, what: str) -> None:
    index = parent_and_index(batch_job_id)[1]
    is_strange = is_node(batch_job_id) if index is None else index >= MOST_CHILDREN
    if is_strange:
        bound = f"the index in jobId must be below {MOST_CHILDREN}"
        raise EventMalformed(f"not {what}: {bound}; it is {shown(batch_job_id)}")


def _own_time(detail: JobDetail) -> int | None:
    """When the job says that it entered its status; None where it doesn't say."""
    if detail.status is _RUNNING:
        return detail.started_at
    return detail.stopped_at if detail.status.is_terminal else None


def _not_before(detail: JobDetail, seen: datetime | int, what: str) -> int:
    """When the job was seen in its status, but not before what must have come first.

    An event's time is cut to the second, so it may lie before the job's creation, or the end of the attempt before.
    """
    at = seen if isinstance(seen, int) else int(seen.timestamp() * 1000)
    if not 0 < at <= LAST_TIME:
        raise EventMalformed(f"not {what}: time must be from 1970 to 2286; it is {shown(str(seen))}")
    for attempt in detail.attempts:
        at = max(at, attempt.stopped_at or 0)
    return max(at, detail.created_at)


_EVENT_DECODER = msgspec.json.Decoder(_Event)
_ANY_DECODER = msgspec.json.Decoder()
