"""What the indexes by owner and by queue say of a job. Does no I/O.

An entry stands on what never changes: on the submission of a job of ours, on the record of any other. So it is written
once, and no change of a job writes an index. It weighs little whatever a job's tags are: it has digests of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from controlplane.job import JobType
from controlplane.records.job_filter import JobFilter
from controlplane.records.record import JobRecord, RecordKey

#: Most bytes of an entry: an owner has at most 256, a queue's ARN and a job's name 128 each and some, 50 tags 400.
LARGEST_ENTRY = 2048
#: Of a tag's digest. Two different tags have the same once in 10^19.
_DIGEST_BYTES = 8
#: After every time that can be written in 13 digits, which last until the year 2286 (epoch milliseconds).
_END = 10**13


def created(created_at: int, job_id: str) -> str:
    """What entries are sorted by: the time of creation, and the id where times are equal."""
    return f"{moment(created_at)}#{job_id}"


def moment(at: int) -> str:
    """A time as the sort keys begin with it: before every entry of that time, after all of earlier ones."""
    return f"{min(max(at, 0), _END - 1):013d}"


def tag_digests(tags: Mapping[str, str]) -> bytes:
    """A digest of each tag, one behind the other. No tag has a zero byte in it."""
    return b"".join(sorted(_digest(key, value) for key, value in tags.items()))


def of_entries(wanted: JobFilter) -> JobFilter:
    """What can be asked of entries: not the status, and tags by their digests."""
    return replace(wanted, statuses=frozenset(), tags=_told_apart(tag_digests(wanted.tags)))


def admits(asked: JobFilter, entry: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether an entry is of a job that is asked for, by what `of_entries` has made of a filter."""
    created_at, job_id = place(entry)
    job = JobRecord(
        key=RecordKey(job_id=job_id),
        owner=entry["owner"]["S"],
        type=JobType(entry["type"]["S"]),
        job_name=entry["jobName"]["S"],
        job_queue=entry["jobQueue"]["S"] if "jobQueue" in entry else "",
        job_definition="",
        created_at=created_at,
    )
    return asked.admits(job, tags=_told_apart(entry["tagDigests"]["B"] if "tagDigests" in entry else b""))


def place(entry: Mapping[str, Mapping[str, Any]]) -> tuple[int, str]:
    """When the job was created, and its id."""
    at, _, job_id = entry["created"]["S"].partition("#")
    return int(at), job_id


def _digest(key: str, value: str) -> bytes:
    return hashlib.sha256(f"{key}\0{value}".encode()).digest()[:_DIGEST_BYTES]


def _told_apart(digests: bytes) -> dict[str, str]:
    """Digests as tags without values."""
    return {digests[start : start + _DIGEST_BYTES].hex(): "" for start in range(0, len(digests), _DIGEST_BYTES)}
