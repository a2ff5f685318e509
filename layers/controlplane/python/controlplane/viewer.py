"""What people see of jobs: the work of `serve_api`'s GET routes. Reads the record, never Batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from controlplane.caller import Caller
from controlplane.children import Children
from controlplane.deployment import Deployment
from controlplane.job import Status, child_id
from controlplane.job_document import to_document
from controlplane.job_history import attempts_document, history_document
from controlplane.owned_jobs import OwnedJobs
from controlplane.record import JobRecord
from controlplane.records import Records
from controlplane.submission import Submission


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """Shows jobs to those who may read them."""

    deployment: Deployment
    records: Records
    jobs: OwnedJobs

    def describe(self, job_id: str, *, caller: Caller, index: int | None = None) -> dict[str, Any]:
        """The document of a job, or of one child. Raises JobNotFound."""
        record, submission = self.jobs.to_read(job_id, caller=caller, index=index)
        return self._document(record, submission)

    def history(self, job_id: str, *, caller: Caller, index: int | None = None) -> dict[str, Any]:
        """Each status that a job, or a child, entered. Raises JobNotFound."""
        record, submission = self.jobs.to_read(job_id, caller=caller, index=index)
        return _ids(record, submission) | history_document(record)

    def attempts(self, job_id: str, *, caller: Caller, index: int | None = None) -> dict[str, Any]:
        """Each attempt of a job, or of a child, with the one that runs. Raises JobNotFound."""
        record, submission = self.jobs.to_read(job_id, caller=caller, index=index)
        return _ids(record, submission) | attempts_document(record)

    def children(
        self, job_id: str, *, caller: Caller, first: int, limit: int, statuses: frozenset[Status] = frozenset()
    ) -> dict[str, Any]:
        """A page of the known children of an array job, in the order of their indices; of these statuses, if any.

        Raises JobNotFound.
        """
        parent, submission = self.jobs.to_read(job_id, caller=caller)
        children = self._children.page(parent, first=first, limit=limit, statuses=statuses)
        asked = {child.part: child.asked(submission) for child in children}
        after = children[-1].index + 1 if children else first
        following = after if len(children) == limit and after < (parent.size or 0) else None
        return {"jobs": [self._document(child.record, asked[child.part]) for child in children], "next": following}

    @property
    def _children(self) -> Children:
        return Children(records=self.records)

    def _document(self, record: JobRecord, submission: Submission | None) -> dict[str, Any]:
        summary = None
        if record.size and not record.status.is_terminal:
            summary = self._children.summary(record)
        return to_document(record, deployment=self.deployment, submission=submission, status_summary=summary)


def _ids(record: JobRecord, submission: Submission | None) -> dict[str, Any]:
    job_id = submission.public_id if submission else record.key.job_id
    index = record.key.index
    if submission is None or index is None:
        return {"jobId": job_id if index is None else child_id(job_id, index), "batchJobId": record.batch_job_id}
    return {"jobId": child_id(job_id, submission.public_index(index)), "batchJobId": record.batch_job_id}
