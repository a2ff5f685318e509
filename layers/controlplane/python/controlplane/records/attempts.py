"""The attempts of a job, counted from 1: those that have ended, and the one that runs. Does no I/O.

Batch lists an attempt when it has ended. Until then it tells of it in the job's own members.
https://docs.aws.amazon.com/batch/latest/APIReference/API_JobDetail.html
"""

from __future__ import annotations

from controlplane.batch.job_detail import Attempt, Container
from controlplane.job import JobType, Status
from controlplane.records.record import JobRecord


def attempts_of(record: JobRecord) -> tuple[Attempt, ...]:
    """Every attempt that is known, in order; none of an array, whose children have theirs."""
    listed = record.attempts
    if record.type is JobType.ARRAY or any(each.stopped_at is None for each in listed[-1:]):
        return listed
    stream = record.log_stream_name
    is_unlisted = stream is not None and stream not in {each.container.log_stream_name for each in listed}
    if not is_unlisted and (record.status is not Status.RUNNING or record.lost):
        return listed
    container = Container(
        exit_code=None if record.is_open else record.exit_code,
        reason=None if record.is_open else record.reason,
        log_stream_name=stream if is_unlisted else None,
    )
    return (*listed, Attempt(container=container, started_at=record.started_at, stopped_at=record.stopped_at))


def ended_at(record: JobRecord, number: int) -> int | None:
    """When an attempt ended (epoch milliseconds); None while it has not, though it may not have begun either."""
    attempts = attempts_of(record)
    stopped_at = attempts[number - 1].stopped_at if number <= len(attempts) else None
    if stopped_at is None and record.is_open and number >= len(attempts):
        return None
    return stopped_at or record.stopped_at or record.changed_at
