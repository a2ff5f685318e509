"""What people see of jobs: the work of `serve_api`'s GET routes. Reads the record, never Batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from controlplane.caller import Caller
from controlplane.deployment import Deployment
from controlplane.documents.history import attempts_document, history_document
from controlplane.documents.job import known_as, to_document
from controlplane.job import JobType, Status
from controlplane.records.children import Children
from controlplane.records.owned_jobs import OwnedJobs
from controlplane.records.port import Records
from controlplane.records.record import JobRecord
from controlplane.submissions.submission import Submission


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
        return self._parts(JobType.ARRAY, job_id, caller=caller, first=first, limit=limit, statuses=statuses)

    def nodes(
        self, job_id: str, *, caller: Caller, first: int, limit: int, statuses: frozenset[Status] = frozenset()
    ) -> dict[str, Any]:
        """A page of the known nodes of a multi-node parallel job, in the order of their indices; of these statuses.

        Raises JobNotFound.
        """
        return self._parts(JobType.MULTI_NODE, job_id, caller=caller, first=first, limit=limit, statuses=statuses)

    def _parts(
        self, kind: JobType, job_id: str, *, caller: Caller, first: int, limit: int, statuses: frozenset[Status]
    ) -> dict[str, Any]:
        """A page of what a job of this type has of children or nodes; of none where it is of another type."""
        parent, submission = self.jobs.to_read(job_id, caller=caller)
        of_kind = parent.type is kind
        children = self._children.page(parent, first=first, limit=limit, statuses=statuses) if of_kind else ()
        asked = {child.part: child.asked(submission) for child in children}
        after = children[-1].index + 1 if children else first
        following = after if len(children) == limit and after < (parent.size or 0) else None
        return {"jobs": [self._document(child.record, asked[child.part]) for child in children], "next": following}

    @property
    def _children(self) -> Children:
        return Children(records=self.records)

    def _document(self, record: JobRecord, submission: Submission | None) -> dict[str, Any]:
        summary = None
        is_telling = record.type is JobType.MULTI_NODE or not record.status.is_terminal  # Batch counts no nodes
        if record.size and is_telling:
            summary = self._children.summary(record)
        return to_document(record, deployment=self.deployment, submission=submission, status_summary=summary)


def _ids(record: JobRecord, submission: Submission | None) -> dict[str, Any]:
    return {"jobId": known_as(record, submission), "batchJobId": record.batch_job_id}
