"""What a submission waits for, in Batch's ids: the last step before it is handed over.

Who may touch a job may wait for it: its owner, and operators, whose jobs also are those of nobody. To anybody else it
does not exist, whether it is named by our id or by Batch's. Changes no record.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from controlplane.batch.port import Batch
from controlplane.errors import BatchRefused, NotYet
from controlplane.job import JOB_ID, MOST_CHILDREN, Status, job_id_in
from controlplane.records.port import Records
from controlplane.records.record import JobRecord, RecordKey
from controlplane.records.split_arrays import SplitArrays
from controlplane.submissions.submission import Submission

#: Most dependencies of one job, as AWS Batch takes them.
MOST_DEPENDENCIES = 20


@dataclass(frozen=True, kw_only=True)
class Dependencies:
    """Looks up what submissions wait for."""

    records: Records
    batch: Batch

    def of(self, submission: Submission) -> tuple[Mapping[str, str], ...]:
        """What the job must wait for; jobs that have succeeded are dropped, for Batch may have forgotten them.

        Raises:
            BatchRefused: A dependency has failed, or there is no such job for who asked.
            NotYet: A dependency is not with Batch yet.
        """
        found = [each for dependency in submission.depends_on for each in self._awaited(dependency, submission)]
        if len(found) > MOST_DEPENDENCIES:
            raise BatchRefused(
                f"dependsOn: with a dependency for each part of an array of more than {MOST_CHILDREN} there are"
                f" {len(found)}, and AWS Batch takes {MOST_DEPENDENCIES}"
            )
        return tuple(found)

    def _awaited(self, dependency: Mapping[str, str], submission: Submission) -> Iterable[Mapping[str, str]]:
        """What one dependency comes to: of an array in parts, one for each of these."""
        job_id = dependency.get("jobId")
        if job_id is None:
            return [dependency]
        record = self._ours(job_id) if JOB_ID.fullmatch(job_id) else self._batchs(job_id)
        if record is None:
            if JOB_ID.fullmatch(job_id) or not submission.by_operator:
                raise _no_job(job_id)
            return [dependency]
        if record.owner != submission.owner and not submission.by_operator:
            raise _no_job(job_id)
        if record.is_split and "type" in dependency:
            raise BatchRefused(f"dependsOn: job {job_id} has more than {MOST_CHILDREN} children: wait for it whole")
        parts = SplitArrays(records=self.records).parts(record) if record.is_split and record.is_open else [record]
        batch_job_ids = [_batch_id(part, job_id, submission) for part in parts]
        return [{**dependency, "jobId": each} for each in batch_job_ids if each is not None]

    def _ours(self, job_id: str) -> JobRecord | None:
        return self.records.get(RecordKey(job_id=job_id))

    def _batchs(self, batch_job_id: str) -> JobRecord | None:
        """The record of a job of ours by Batch's id of it; None for any other.

        The name that Batch knows it by carries our id. A name can be forged, so the record must know Batch's id too.
        """
        for detail in self.batch.describe([batch_job_id]):
            named = job_id_in(detail["jobName"])
            record = self._ours(named) if named else None
            if record and record.batch_job_id == batch_job_id:
                return record
        return None


def _batch_id(record: JobRecord | None, job_id: str, submission: Submission) -> str | None:
    """Batch's id of a job that is waited for, or of a part of it; None for one that has succeeded."""
    if record and record.status is Status.FAILED:
        raise BatchRefused(f"Dependent job {job_id} failed")
    if record and record.status is Status.SUCCEEDED:
        return None
    if record and record.lost and record.batch_job_id is None:
        raise BatchRefused(f"Dependent job {job_id} is lost: nobody knows how a part of it ended")
    if record is None or record.batch_job_id is None:
        raise NotYet(f"job {submission.job_id}: dependency {job_id} is not with Batch yet")
    return record.batch_job_id


def _no_job(job_id: str) -> BatchRefused:
    return BatchRefused(f"dependsOn: there is no job {job_id}")
