"""A job queue, and a job's place in its line, as people see them: Batch's words. Does no I/O.

A line tells where each of the caller's own jobs stands. Others' jobs are counted in it, and never named.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from controlplane.batch.port import FRONT_LIMIT, InLine, QueueFront
from controlplane.deployment import JobQueue
from controlplane.job import JobType, Status, parent_and_index, whole_of
from controlplane.records.record import JobRecord

_UNKNOWN: Mapping[str, Any] = {"statusReason": "AWS Batch does not know this job queue."}


def queue_document(queue: JobQueue, detail: Mapping[str, Any] | None, open_jobs: Iterable[JobRecord]) -> dict[str, Any]:
    """A queue of the deployment, from what DescribeJobQueues says of it and from the jobs that have not ended."""
    told = _UNKNOWN if detail is None else detail
    order = sorted(told.get("computeEnvironmentOrder", ()), key=lambda each: int(each["order"]))
    return {
        "name": queue.name,
        "jobQueueArn": queue.arn,
        "state": told.get("state"),
        "status": told.get("status"),
        "statusReason": told.get("statusReason"),
        "priority": told.get("priority"),
        "computeEnvironments": [each["computeEnvironment"].rpartition("/")[2] for each in order],
        "fairShare": queue.fair_share,
        "jobs": _counts(queue, open_jobs),
    }


def line_document(front: QueueFront, mine: Mapping[str, str]) -> dict[str, Any]:
    """What a queue starts next; `mine` are the jobs that the caller may see: Batch's ids with ours."""
    return {
        "capacityUsage": dict(front.capacity_usage),
        **_length(front),
        "line": [
            {"position": position, "jobId": job_id, "since": each.since}
            for position, each in enumerate(front.line, start=1)
            if (job_id := _ours(each, mine)) is not None
        ],
    }


def place_document(record: JobRecord, front: QueueFront | None) -> dict[str, Any]:
    """Where a job stands in its queue's line, an array where the first of its children does."""
    line = front.line if front else ()
    found = [(place, each) for place, each in enumerate(line, start=1) if _is_of(each, record.batch_job_id)]
    position, standing = found[0] if found else (None, None)
    return {
        "status": record.status.value,
        "position": position,
        "since": standing.since if standing else None,
        **(_length(front) if front else {"inLine": None, "moreInLine": False}),
        "detail": _words(record, position, front),
    }


def may_stand_in_line(record: JobRecord) -> bool:
    """Whether Batch may have a job in its line: RUNNABLE, or an array whose children may be."""
    is_waiting = record.status is Status.RUNNABLE or (record.type is JobType.ARRAY and record.status is Status.PENDING)
    return is_waiting and not record.lost and record.batch_job_id is not None


def _words(record: JobRecord, position: int | None, front: QueueFront | None) -> str:
    if front is None:
        return f"It is {record.status}: only what is RUNNABLE stands in line."
    if position is not None:
        return "It is next." if position == 1 else f"{position - 1} before it."
    if len(front.line) >= FRONT_LIMIT:
        return f"It stands behind the first {FRONT_LIMIT}, which are all that AWS Batch shows."
    return "AWS Batch does not show it in line now."


def _length(front: QueueFront) -> dict[str, Any]:
    return {"inLine": len(front.line), "moreInLine": len(front.line) >= FRONT_LIMIT}


def _counts(queue: JobQueue, open_jobs: Iterable[JobRecord]) -> dict[str, int]:
    of_queue = (each for each in open_jobs if each.job_queue == queue.arn and each.is_open)
    # A part of an array is no job to people: the array is counted.
    counts = Counter(each.status.value for each in of_queue if whole_of(each.key.job_id) is None)
    return {status.value: counts[status.value] for status in Status if counts[status.value]}


def _is_of(each: InLine, batch_job_id: str | None) -> bool:
    """Whether what stands in line is this job, or a child of it."""
    return batch_job_id in (each.batch_job_id, parent_and_index(each.batch_job_id)[0])


def _ours(each: InLine, mine: Mapping[str, str]) -> str | None:
    parent, index = parent_and_index(each.batch_job_id)
    job_id = mine.get(parent)
    return job_id if job_id is None or index is None else f"{job_id}:{index}"
