"""What to do about a record that has been quiet for too long. Does no I/O.

AWS's own Step Functions integration backs Batch's events with polling; so do we, with a bounded sweep.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from controlplane.errors import EventMalformed
from controlplane.record import JobRecord
from controlplane.state_change import StateChange, from_description

#: A record without news for so long is asked after (milliseconds).
QUIET_MILLISECONDS = 5 * 60_000
#: A job that Batch doesn't describe is lost only after so long without news: DescribeJobs may lag behind SubmitJob.
LOST_MILLISECONDS = 60 * 60_000


@dataclass(frozen=True, kw_only=True)
class Findings:
    """What a look at Batch says about some quiet records."""

    #: Changes that no event brought.
    changes: Sequence[StateChange]
    #: Records of jobs that Batch has forgotten.
    lost: Sequence[JobRecord]


def is_quiet(record: JobRecord, *, now: int) -> bool:
    """True for a job that has not ended and of which nothing was heard for a while."""
    return record.is_open and record.changed_at <= now - QUIET_MILLISECONDS


def is_unsent(record: JobRecord) -> bool:
    """True for a job of ours that Batch may not know: its submission must be handed on again."""
    return record.batch_job_id is None


def compare(records: Sequence[JobRecord], descriptions: Sequence[Mapping[str, Any]], *, now: int) -> Findings:
    """Compare quiet records with DescribeJobs' answer about them, at this time (epoch milliseconds)."""
    described = {str(each["jobId"]): each for each in descriptions}
    news = [
        _news(record, described[record.batch_job_id], now=now) for record in records if record.batch_job_id in described
    ]
    lost = [
        record
        for record in records
        if record.batch_job_id not in described and record.changed_at <= now - LOST_MILLISECONDS
    ]
    return Findings(changes=[change for change in news if change], lost=lost)


def _news(record: JobRecord, description: Mapping[str, Any], *, now: int) -> StateChange | None:
    """What Batch tells beyond the record; a description that can't be read tells nothing, and stops no other."""
    try:
        change = from_description(description, seen=now)
    except EventMalformed:
        return None
    return change if change.order > record.order else None
