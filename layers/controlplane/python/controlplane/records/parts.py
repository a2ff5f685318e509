"""The parts of an array that is too large for AWS Batch, and what the whole is while its parts are so. Does no I/O.

A part is a submission of its own, which people never see: an array that Batch takes. What is known of the whole follows
from the records of all its parts, whichever of them moved last: so it ends the same for every order of their changes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import msgspec

from controlplane.batch.job_detail import ArrayProperties, JobDetail
from controlplane.batch.state_change import StateChange
from controlplane.job import MOST_CHILDREN, Status, part_id
from controlplane.records.record import JobRecord
from controlplane.submissions.indices import Indices
from controlplane.submissions.submission import Part, Submission


def ranges(size: int) -> Sequence[range]:
    """The children that each part of an array of so many has: as few parts as can be, of sizes that differ by one."""
    count = -(-size // MOST_CHILDREN)
    least, larger = divmod(size, count)
    firsts = [number * least + min(number, larger) for number in range(count + 1)]
    return [range(first, end) for first, end in zip(firsts, firsts[1:], strict=False)]


def part_ids(job_id: str, size: int) -> Sequence[str]:
    """The ids of the parts of an array of so many children, in their order."""
    return [part_id(job_id, number) for number in range(len(ranges(size)))]


def parts_of(submission: Submission) -> Sequence[Submission]:
    """What is asked of Batch instead of an array that is too large for it."""
    return [part_of(submission, number) for number in range(len(ranges(submission.size or 0)))]


def part_of(submission: Submission, number: int) -> Submission:
    """One part of it, counted from 0."""
    size = submission.size or 0
    children = ranges(size)[number]
    whole = submission.indices
    return replace(
        submission,
        job_id=part_id(submission.job_id, number),
        request={**submission.request, "arrayProperties": {"size": len(children)}},
        indices=whole and Indices.choose([whole[index] for index in children], of=whole.of),
        part=Part(first=children.start, of=size),
    )


def change_of_whole(whole: JobRecord, parts: Sequence[JobRecord]) -> StateChange | None:
    """What the records of all parts tell of the whole; None while none of them has moved."""
    if all(part.status.is_terminal for part in parts):
        return _end(whole, parts)
    if all(part.status is Status.SUBMITTED for part in parts):
        return None
    # As Batch's own arrays are from the beginning, so that it is the same moment whichever part has moved first.
    return StateChange(detail=_detail(whole, Status.PENDING), at=whole.created_at)


def is_lost(parts: Sequence[JobRecord | None]) -> bool:
    """True where every part is over, and nobody knows how one of them ended."""
    return not any(part and part.is_open for part in parts) and any(part is None or part.lost for part in parts)


def summary_of(part: JobRecord) -> Counter[str]:
    """How many children of a part are in each status, as its record has it; those that Batch never had are as it is."""
    return Counter(part.status_summary) if part.batch_job_id else Counter({part.status.value: part.size or 0})


def _end(whole: JobRecord, parts: Sequence[JobRecord]) -> StateChange:
    failed = [part for part in parts if part.status is Status.FAILED]
    summary: Counter[str] = sum(map(summary_of, parts), Counter())
    started = [part.started_at for part in parts if part.started_at is not None]
    at = max(part.changed_at for part in parts)
    detail = msgspec.structs.replace(
        _detail(whole, Status.FAILED if failed else Status.SUCCEEDED),
        status_reason=(failed or parts)[0].status_reason,
        started_at=min(started, default=None),
        stopped_at=max((part.stopped_at for part in parts if part.stopped_at is not None), default=at),
        array_properties=ArrayProperties(size=whole.size, status_summary=dict(sorted(summary.items()))),
        is_cancelled=any(part.is_cancelled for part in parts),
        is_terminated=any(part.is_terminated for part in parts),
    )
    return StateChange(detail=detail, at=at)


def _detail(whole: JobRecord, status: Status) -> JobDetail:
    return JobDetail(job_id="", status=status, job_queue=whole.job_queue, job_definition=whole.job_definition)
