"""What people see of job queues: state, load, and who is next. The work of the routes `queues` and `place`.

The one look at Batch that people may cause: each question is asked anew every few seconds at most, however many ask.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

from controlplane.batch.port import Batch, QueueFront
from controlplane.batch.recent import Recent
from controlplane.caller import Caller
from controlplane.deployment import Deployment
from controlplane.documents.queue import line_document, may_stand_in_line, place_document, queue_document
from controlplane.errors import QueueNotFound
from controlplane.job import child_id, whole_of
from controlplane.records.children import Children
from controlplane.records.owned_jobs import OwnedJobs
from controlplane.records.port import Records
from controlplane.records.record import JobRecord

#: How many open jobs are counted at most, and of how many pages of the record.
_COUNTED, _PAGES = 1000, 10


@dataclass(frozen=True, kw_only=True)
class OpenJobs:
    """Jobs that have not ended, of every queue: the oldest, and whether there are more."""

    records: Sequence[JobRecord]
    more: bool


@dataclass(frozen=True, kw_only=True)
class QueueViewer:
    """Shows the deployment's job queues to whoever is let in, and a job's place to those who may read it."""

    deployment: Deployment
    records: Records
    jobs: OwnedJobs
    batch: Batch
    recent: Recent

    def list_queues(self) -> dict[str, Any]:
        """Every queue of the deployment, the default first. Raises BatchUnavailable."""
        details, open_jobs = self._details(), self._open_jobs()
        queues = self.deployment.job_queues
        return {
            "queues": [queue_document(each, details.get(each.arn), open_jobs.records) for each in queues],
            "moreJobs": open_jobs.more,
        }

    def describe(self, name: str, *, caller: Caller) -> dict[str, Any]:
        """One queue by its name, with its line. Raises QueueNotFound, BatchUnavailable."""
        queue = self.deployment.job_queue(name)
        if queue is None:
            names = ", ".join(each.name for each in self.deployment.job_queues)
            raise QueueNotFound(f"There is no job queue {name} here: there is {names}.")
        open_jobs = self._open_jobs()
        mine = {
            each.batch_job_id: whole_of(each.key.job_id) or each.key.job_id
            for each in open_jobs.records
            if each.batch_job_id and caller.may_read(each.owner)
        }
        return {
            **queue_document(queue, self._details().get(queue.arn), open_jobs.records),
            "moreJobs": open_jobs.more,
            **line_document(self._front(queue.arn), mine),
        }

    def place(self, job_id: str, *, caller: Caller, index: int | None = None) -> dict[str, Any]:
        """Where a job, or a child, stands in its queue's line. Raises JobNotFound, BatchUnavailable."""
        record, _ = self.jobs.to_read(job_id, caller=caller, index=index)
        is_here = any(each.arn == record.job_queue for each in self.deployment.job_queues)
        in_batch = [each.record for each in Children(records=self.records).stretches(record)]
        front = self._front(record.job_queue) if is_here and any(map(may_stand_in_line, in_batch)) else None
        places = [place_document(each, front) for each in in_batch] or [place_document(record, front)]
        return {
            "jobId": job_id if index is None else child_id(job_id, index),
            "batchJobId": record.batch_job_id,
            "jobQueue": self.deployment.queue_title(record.job_queue),
            **min(places, key=lambda place: place["position"] or inf),
            "status": record.status.value,
        }

    def _details(self) -> Mapping[str, Mapping[str, Any]]:
        """What Batch says of each queue, by ARN."""
        arns = [each.arn for each in self.deployment.job_queues]
        details = self.recent.answer("queues", lambda: self.batch.describe_queues(arns))
        return {each["jobQueueArn"]: each for each in details}

    def _front(self, arn: str) -> QueueFront:
        return self.recent.answer(("front", arn), lambda: self.batch.front_of(arn))

    def _open_jobs(self) -> OpenJobs:
        return self.recent.answer("open", self._count)

    def _count(self) -> OpenJobs:
        found: list[JobRecord] = []
        cursor: str | None = None
        for _ in range(_PAGES):
            page = self.records.list_open(limit=_COUNTED // _PAGES, cursor=cursor)
            found += page.records
            cursor = page.cursor
            if cursor is None:
                break
        return OpenJobs(records=found, more=cursor is not None)
