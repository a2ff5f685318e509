"""Finding a job for its owner. Changes nothing.

Another owner's job does not exist: every look-up goes by owner and ends in the same JobNotFound.
"""

from __future__ import annotations

from dataclasses import dataclass

from controlplane.errors import JobNotFound
from controlplane.job import JOB_ID
from controlplane.record import JobRecord, RecordKey
from controlplane.records import Records
from controlplane.submission import Submission


@dataclass(frozen=True, kw_only=True)
class OwnedJobs:
    """The jobs of each owner."""

    records: Records

    def job(self, job_id: str, *, owner: str) -> tuple[JobRecord, Submission]:
        """A job and what was asked. Raises JobNotFound."""
        record = self.records.get(RecordKey(job_id=job_id)) if JOB_ID.fullmatch(job_id) else None
        if record is None or record.owner != owner:
            raise JobNotFound(f"There is no job {job_id}.")
        submission = self.records.submission(job_id)
        if submission is None:
            raise JobNotFound(f"There is no job {job_id}.")
        return record, submission

    def job_or_child(self, job_id: str, *, owner: str, index: int | None) -> tuple[JobRecord, Submission]:
        """A job, or a child of it where an index is given, and what was asked. Raises JobNotFound."""
        record, submission = self.job(job_id, owner=owner)
        return (record if index is None else self._child(record, index)), submission

    def _child(self, parent: JobRecord, index: int) -> JobRecord:
        known = parent.batch_job_id and self.records.get(RecordKey(job_id=parent.batch_job_id, index=index))
        if not known:
            raise JobNotFound(f"Job {parent.key.job_id} has no child {index}, or Batch has not told of it yet.")
        return known
