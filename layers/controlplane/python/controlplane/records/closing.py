"""Which jobs that are over are still to be looked at, until they are closed and may expire. Does no I/O.

A job that ends alone expires from its end on. Any other is closed first, by the sweep: then all that belongs to it is
known, and goes with it.
"""

from __future__ import annotations

from controlplane.job import whole_of
from controlplane.records.record import JobRecord


def needs_closing(record: JobRecord) -> bool:
    """Whether the sweep must look at a job after its end: it is lost, has children or nodes, or is a part of an array.

    A part goes with the whole.
    """
    return record.lost or has_children(record) or whole_of(record.key.job_id) is not None


def has_children(record: JobRecord) -> bool:
    """Whether Batch has children or nodes of a job: of one that it has refused it has none."""
    return record.size is not None and (record.batch_job_id is not None or record.is_split)


def is_same_end(one: JobRecord, other: JobRecord) -> bool:
    """Whether two records of a job tell of one end: what was closed with the one is closed with the other."""
    return not one.is_open and _end(one) == _end(other)


def _end(record: JobRecord) -> tuple[object, ...]:
    return record.status, record.lost, record.changed_at
