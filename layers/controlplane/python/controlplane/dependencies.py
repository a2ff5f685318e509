"""What a submission waits for, in Batch's ids: the last step before it is handed over.

Another owner's job does not exist, whether it is named by our id or by Batch's. Changes no record.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from controlplane.batch import Batch
from controlplane.deployment import Deployment
from controlplane.errors import BatchRefused, NotYet
from controlplane.job import JOB_ID, Status, job_id_in
from controlplane.record import JobRecord, RecordKey
from controlplane.records import Records
from controlplane.submission import Submission


@dataclass(frozen=True, kw_only=True)
class Dependencies:
    """Looks up what submissions wait for."""

    deployment: Deployment
    records: Records
    batch: Batch

    def of(self, submission: Submission) -> tuple[Mapping[str, str], ...]:
        """What the job must wait for; jobs that have succeeded are dropped, for Batch may have forgotten them.

        Raises:
            BatchRefused: A dependency has failed, or the submission's owner has no such job.
            NotYet: A dependency is not with Batch yet.
        """
        found = (self._awaited(dependency, submission) for dependency in submission.depends_on)
        return tuple(dependency for dependency in found if dependency is not None)

    def _awaited(self, dependency: Mapping[str, str], submission: Submission) -> Mapping[str, str] | None:
        job_id = dependency.get("jobId")
        if job_id is None:
            return dependency
        record = self._ours(job_id) if JOB_ID.fullmatch(job_id) else self._batchs(job_id)
        if record is None:
            # A job that nobody submitted through the plane belongs to operators.
            if JOB_ID.fullmatch(job_id) or submission.owner not in self.deployment.operators:
                raise _no_job(job_id)
            return dependency
        if record.owner != submission.owner:
            raise _no_job(job_id)
        if record.status is Status.FAILED:
            raise BatchRefused(f"Dependent job {job_id} failed")
        if record.status is Status.SUCCEEDED:
            return None
        if record.batch_job_id is None:
            raise NotYet(f"job {submission.job_id}: dependency {job_id} is not with Batch yet")
        return {**dependency, "jobId": record.batch_job_id}

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


def _no_job(job_id: str) -> BatchRefused:
    return BatchRefused(f"dependsOn: there is no job {job_id}")
