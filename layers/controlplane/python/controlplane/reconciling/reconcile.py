"""What a look at Batch says about records: healed, missed, found again or lost. Does no I/O.

AWS's own Step Functions integration backs Batch's events with polling; so do we, with a bounded sweep. What Batch does
not describe is missed at the first look and lost at a second one: never failed, for nobody knows how it ended.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from controlplane.batch.state_change import StateChange, from_description
from controlplane.errors import EventMalformed
from controlplane.records.record import JobRecord, RecordKey

#: A record without news for so long is asked after (milliseconds): events come within seconds, a few minutes late.
QUIET_MILLISECONDS = 5 * 60_000
#: A job that Batch did not describe is lost where it doesn't so long afterwards either (milliseconds).
LOST_MILLISECONDS = 60 * 60_000
#: So long after the end of its array a child that Batch does not describe is lost (milliseconds).
OUTLIVED_MILLISECONDS = 24 * 60 * 60_000

#: DescribeJobs' answers by Batch's id.
Descriptions = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Findings:
    """What a look at Batch says about some records."""

    #: What no event brought.
    changes: tuple[StateChange, ...] = ()
    #: Not described, for the first time.
    missed: tuple[RecordKey, ...] = ()
    #: Described, though missed before.
    seen_again: tuple[RecordKey, ...] = ()
    #: Not described again.
    lost: tuple[RecordKey, ...] = ()
    #: Why descriptions could not be read.
    unread: tuple[EventMalformed, ...] = ()


def together(*findings: Findings) -> Findings:
    """Several looks' findings as one."""
    return Findings(
        changes=tuple(change for each in findings for change in each.changes),
        missed=tuple(key for each in findings for key in each.missed),
        seen_again=tuple(key for each in findings for key in each.seen_again),
        lost=tuple(key for each in findings for key in each.lost),
        unread=tuple(error for each in findings for error in each.unread),
    )


def is_quiet(record: JobRecord, *, now: int) -> bool:
    """True for a record of which nothing was heard for a while, at this time (epoch milliseconds)."""
    return record.changed_at <= now - QUIET_MILLISECONDS


def compare(records: Sequence[JobRecord], described: Descriptions, *, now: int) -> Findings:
    """Compare records of jobs with what Batch said when it was asked about them all, at this time."""
    there = [record for record in records if record.batch_job_id in described]
    absent = [record for record in records if record.batch_job_id not in described]
    changes, unread = _news(((described[str(record.batch_job_id)], record.order) for record in there), now=now)
    return Findings(
        changes=changes,
        missed=tuple(record.key for record in absent if record.missed_at is None),
        seen_again=tuple(record.key for record in there if record.missed_at is not None),
        lost=tuple(record.key for record in absent if _was_missed(record, now=now)),
        unread=unread,
    )


def compare_children(
    parent: JobRecord, orders: Mapping[int, int], described: Descriptions, *, is_over: bool, now: int
) -> Findings:
    """Compare children of an array job, or nodes, with what Batch said when it was asked about them all.

    Args:
        parent: The array job, or the multi-node parallel job, which Batch knows.
        orders: How far each is known to have come, by index; -1 for a child never heard of.
        described: What Batch said.
        is_over: Whether nothing more is to be hoped for: those once heard of that are not described are lost.
        now: Epoch milliseconds.
    """
    ids = {index: parent.id_of(index) for index in orders}
    there = ((described[ids[index]], order) for index, order in orders.items() if ids[index] in described)
    changes, unread = _news(there, now=now)
    absent = [index for index, order in orders.items() if ids[index] not in described and order >= 0]
    lost = tuple(RecordKey(job_id=parent.batch_job_id or "", index=index) for index in absent)
    return Findings(changes=changes, lost=lost if is_over else (), unread=unread)


def is_outlived(array: JobRecord, *, now: int) -> bool:
    """True for an array job that ended so long ago that its children have ended too, if they ever were."""
    return array.status.is_terminal and array.changed_at <= now - OUTLIVED_MILLISECONDS


def _was_missed(record: JobRecord, *, now: int) -> bool:
    return record.missed_at is not None and record.missed_at <= now - LOST_MILLISECONDS


def _news(
    known: Iterable[tuple[Mapping[str, Any], int]], *, now: int
) -> tuple[tuple[StateChange, ...], tuple[EventMalformed, ...]]:
    """What descriptions tell beyond the orders that are known; one that can't be read stops no other."""
    changes, unread = [], []
    for description, order in known:
        try:
            change = from_description(description, seen=now)
        except EventMalformed as malformed:
            unread.append(malformed)
            continue
        if change.order > order:
            changes.append(change)
    return tuple(changes), tuple(unread)
