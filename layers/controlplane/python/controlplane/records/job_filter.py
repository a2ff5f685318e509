"""Which jobs a list is to show, and where its pages go on. Does no I/O."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field

from controlplane.errors import SubmissionInvalid, Violation
from controlplane.job import JobType, Status
from controlplane.records.record import JobRecord

#: Of the year 9999 (epoch milliseconds): no filter names a later moment.
LAST_MILLISECOND = 253_402_300_799_999
#: What a cursor says in clear: a time, and an id of ours or of Batch's.
_PLACE = re.compile(r"(?P<created_at>[0-9]{1,13})#(?P<job_id>[0-9A-Za-z_-]{1,128})", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class JobFilter:
    """What a job must be to be shown; what is left out lets every job through.

    An owner or a job queue must be named: those have an index.
    """

    owner: str | None = None
    #: ARN.
    job_queue: str | None = None
    statuses: frozenset[Status] = frozenset()
    #: The beginning of the caller's own name; case is ignored, as Batch's JOB_NAME filter does.
    name_prefix: str = ""
    types: frozenset[JobType] = frozenset()
    #: A job must carry all of these. Jobs that nobody submitted through the plane have none.
    tags: Mapping[str, str] = field(default_factory=dict)
    #: Epoch milliseconds: created then or later.
    created_from: int | None = None
    #: Epoch milliseconds: created earlier.
    created_before: int | None = None

    def __post_init__(self) -> None:
        if self.owner is None and self.job_queue is None:
            raise ValueError("a list of jobs needs an owner or a job queue; neither is named")

    def admits(self, record: JobRecord, *, tags: Mapping[str, str]) -> bool:
        """Whether a job is to be shown."""
        return (
            self.owner in (None, record.owner)
            and self.job_queue in (None, record.job_queue)
            and (not self.statuses or record.status in self.statuses)
            and (not self.types or record.type in self.types)
            and record.job_name.lower().startswith(self.name_prefix.lower())
            and self.tags.items() <= tags.items()
            and (self.created_from is None or record.created_at >= self.created_from)
            and (self.created_before is None or record.created_at < self.created_before)
        )


def to_cursor(created_at: int, job_id: str) -> str:
    """Where a page goes on that looked at this job last: opaque to callers, and true whatever is written meanwhile."""
    return urlsafe_b64encode(f"{created_at}#{job_id}".encode()).decode().rstrip("=")


def from_cursor(cursor: str) -> tuple[int, str]:
    """The creation time and the id of the job that a page looked at last. Raises SubmissionInvalid."""
    try:
        place = _PLACE.fullmatch(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode())
        if place:
            return int(place["created_at"]), place["job_id"]
    except ValueError:
        pass
    bound = "a cursor that this route has answered"
    raise SubmissionInvalid((Violation(field="cursor", bound=bound, value=cursor),))
