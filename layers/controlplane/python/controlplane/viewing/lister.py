"""Lists of jobs: the work of `GET /jobs`. Decides whose jobs a caller may list; reads the record, never Batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from controlplane.caller import Caller
from controlplane.deployment import Deployment
from controlplane.documents.job import to_document
from controlplane.errors import NotAnOperator
from controlplane.records.job_filter import JobFilter, from_cursor, to_cursor
from controlplane.records.port import Page, Records
from controlplane.records.record import JobRecord

#: Most jobs of a page.
PAGE_LIMIT = 100
#: The owner in a filter that asks for the jobs of every owner, and of nobody; no authorizer ever names it.
EVERY_OWNER = "*"


@dataclass(frozen=True, kw_only=True)
class Lister:
    """Lists jobs for those who may read them."""

    deployment: Deployment
    records: Records

    def list_jobs(
        self,
        wanted: JobFilter,
        *,
        caller: Caller,
        job_queue: str | None = None,
        limit: int = PAGE_LIMIT,
        cursor: str | None = None,
    ) -> dict[str, Any]:
        """A page of an owner's jobs, or of every owner's, newest first; of one job queue where it is named.

        A page may be short though more is to come. Raises NotAnOperator, SubmissionInvalid.
        """
        if wanted.owner is None or not caller.may_read(wanted.owner):
            raise NotAnOperator(caller.owner)
        queue = None if job_queue is None else self.deployment.queue_arn(job_queue)
        if wanted.owner == EVERY_OWNER:
            queues = [each.arn for each in self.deployment.job_queues] if queue is None else [queue]
            asked = [replace(wanted, owner=None, job_queue=each) for each in queues]
        else:
            asked = [replace(wanted, job_queue=queue)]
        page = merged([self.records.list_jobs(each, limit=limit, cursor=cursor) for each in asked], limit=limit)
        jobs = [to_document(record, deployment=self.deployment) for record in page.records]
        return {"jobs": jobs, "cursor": page.cursor}


def merged(pages: Sequence[Page], *, limit: int) -> Page:
    """One page of several lists that no job stands in twice; each page goes on from the same cursor.

    It reaches as far as the page that has come the least far: beyond that, jobs of its list may be missing.
    """
    if len(pages) == 1:
        return pages[0]
    end = max((from_cursor(page.cursor) for page in pages if page.cursor), default=None)
    known = (record for page in pages for record in page.records)
    records = sorted((each for each in known if end is None or _place(each) >= end), key=_place, reverse=True)
    if len(records) > limit:
        end = _place(records[limit - 1])
    return Page(records=tuple(records[:limit]), cursor=to_cursor(*end) if end else None)


def _place(record: JobRecord) -> tuple[int, str]:
    """What every list is sorted by, downwards."""
    return record.created_at, record.key.job_id
