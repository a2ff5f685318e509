"""Finding a job for who asks: the one place that decides who may read a job, and who may touch it. Changes nothing.

A job that the caller may not see does not exist: every look-up ends in the same JobNotFound. Its owner reads and
touches it, an operator too; where the deployment opens reading, everybody reads it. Jobs that nobody submitted through
the plane are the operators', under Batch's own id.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from controlplane.caller import Caller
from controlplane.errors import JobNotFound, NotSubmittedHere
from controlplane.job import BATCH_JOB_ID, JOB_ID, NOBODY, JobType, NodeIndex
from controlplane.records.children import Children
from controlplane.records.port import Records
from controlplane.records.record import JobRecord, RecordKey
from controlplane.submissions.submission import Submission


@dataclass(frozen=True, kw_only=True)
class OwnedJobs:
    """The jobs of each owner."""

    records: Records

    def to_read(self, job_id: str, *, caller: Caller, index: int | None = None) -> tuple[JobRecord, Submission | None]:
        """A job that the caller may read (a child or node of it where an index is given), and what was asked of Batch.

        Of a job that nobody submitted through the plane it is not known what was asked. Raises JobNotFound.
        """
        return self._found(job_id, index, caller.may_read)

    def to_touch(self, job_id: str, *, caller: Caller, index: int | None = None) -> tuple[JobRecord, Submission | None]:
        """The same, of a job that the caller may change. Raises JobNotFound."""
        return self._found(job_id, index, caller.may_touch)

    def to_delete(self, job_id: str, *, caller: Caller) -> JobRecord:
        """The record of a job that the caller may change, though its deletion may have begun.

        Raises JobNotFound; NotSubmittedHere for a job that belongs to nobody: Batch would tell of it again.
        """
        record = self._record(job_id, caller.may_touch)
        if record.owner == NOBODY:
            raise NotSubmittedHere(
                f"Job {job_id} was not submitted through the plane: AWS Batch would tell of it again."
            )
        return record

    def _found(self, job_id: str, index: int | None, may: Callable[[str], bool]) -> tuple[JobRecord, Submission | None]:
        record = self._record(job_id, may)
        submission = None if record.owner == NOBODY else self.records.submission(job_id)
        if submission is None and record.owner != NOBODY:
            raise JobNotFound(f"There is no job {job_id}.")
        if index is None:
            return record, submission
        of_nodes = isinstance(index, NodeIndex)
        is_possible = of_nodes == (record.type is JobType.MULTI_NODE)
        child = Children(records=self.records).get(record, index) if is_possible else None
        if child is None:
            raise JobNotFound(_absent(record, job_id, index))
        return child.record, child.asked(submission)

    def _record(self, job_id: str, may: Callable[[str], bool]) -> JobRecord:
        is_id = JOB_ID.fullmatch(job_id) or BATCH_JOB_ID.fullmatch(job_id)
        record = self.records.get(RecordKey(job_id=job_id)) if is_id else None
        if record is None or not may(record.owner):
            raise JobNotFound(f"There is no job {job_id}.")
        return record


def _absent(record: JobRecord, job_id: str, index: int) -> str:
    """Why a job has no such child or node."""
    what, of = ("node", JobType.MULTI_NODE) if isinstance(index, NodeIndex) else ("child", JobType.ARRAY)
    if record.type is not of:
        return f"Job {job_id} has no {what} {index}: its type is {record.type}, not {of}."
    if record.size is not None and index >= record.size:
        return f"Job {job_id} has no {what} {index}: the last is {record.size - 1}."
    return f"Job {job_id} has no {what} {index}, or Batch has not told of it yet."
