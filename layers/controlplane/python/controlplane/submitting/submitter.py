"""Handing a submission to AWS Batch: the work of `submit_job`. At most one Batch job for one submission.

Intent is written first, SubmitJob is called once, and an unknown outcome is looked up before anything is sent again:
by then an event may have settled it, or ListJobs knows the name. Submission ids are delivered at least once, by several
instances at a time.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from controlplane.batch.port import SECOND_SUBMISSION, Batch
from controlplane.deployment import Deployment
from controlplane.errors import BatchOutcomeUnknown, BatchRefused, BatchUnavailable, NotYet
from controlplane.io_bucket import IOBucket, overrides_key
from controlplane.records.port import Records, brought, ended_unsubmitted
from controlplane.records.record import JobRecord, RecordKey
from controlplane.records.split_arrays import SplitArrays
from controlplane.submissions.submission import Submission, to_submit_job
from controlplane.submitting.dependencies import Dependencies
from controlplane.submitting.look_up import taken

#: Of how many tries, the last ones, the runner may ask for its links. One is sent again only where ListJobs does not
#: know it after the settle time: so many times in a row Batch has not taken it, or lags by as many settle times.
MOST_CAPABILITIES = 8


def digest_of(capability: str) -> str:
    """What is stored of a capability."""
    return hashlib.sha256(capability.encode()).hexdigest()


def _digests(record: JobRecord, capability: str | None) -> tuple[str, ...]:
    """What is to open a job from a try on: its own capability, and those of tries that Batch may have taken."""
    if capability is None:
        return ()
    # A claim that is no more was taken back: Batch certainly did not take the newest try.
    was_taken_back = record.claimed_at is None
    earlier = record.capability_digests[1:] if was_taken_back else record.capability_digests
    return (digest_of(capability), *earlier)[:MOST_CAPABILITIES]


@dataclass(frozen=True, kw_only=True)
class Submitter:
    """Submits jobs."""

    deployment: Deployment
    records: Records
    batch: Batch
    io_bucket: IOBucket
    #: Epoch milliseconds.
    clock: Callable[[], int]
    #: Returns when the next call of SubmitJob is due.
    pace: Callable[[], None]
    #: How long after an unknown outcome ListJobs is believed.
    settle_milliseconds: int

    @property
    def _dependencies(self) -> Dependencies:
        return Dependencies(records=self.records, batch=self.batch)

    @property
    def _split_arrays(self) -> SplitArrays:
        return SplitArrays(records=self.records)

    def submit(self, job_id: str) -> Sequence[str]:
        """Hand one submission to Batch, unless that is done; split an array that is too large for Batch.

        Returns the ids of the parts that are to be handed on in turn.

        Raises:
            NotYet: A dependency is not with Batch yet, an unknown outcome has not settled, or another is at it.
            BatchUnavailable: Batch did not take it now.
        """
        record = self.records.get(RecordKey(job_id=job_id))
        submission = self.records.submission(job_id)
        if record is None or submission is None:
            return ()
        unsent: Sequence[str] = ()
        if submission.is_split and not record.status.is_terminal:
            self._split_arrays.split(record, submission, at=self.clock())
            unsent = self._split_arrays.unsent(record)
        elif not (record.batch_job_id or record.status.is_terminal):
            self._submit(record, submission)
        if submission.is_split or submission.part:
            self._split_arrays.gather(job_id)
        return unsent

    def _submit(self, record: JobRecord, submission: Submission) -> None:
        """Hand one submission to Batch that it may not have. Raises as `submit`."""
        if record.claimed_at is not None and self._look(record, submission):
            return
        try:
            depends_on = self._dependencies.of(submission)
        except BatchRefused as refusal:
            self._refuse(record, refusal)
        else:
            self._send(record, submission, depends_on)

    def _look(self, record: JobRecord, submission: Submission) -> bool:
        """Resolve an unknown outcome: True if Batch has the job. Raises NotYet before it has settled."""
        settled_at = (record.claimed_at or 0) + self.settle_milliseconds
        if self.clock() < settled_at:
            message = f"job {submission.job_id}: whether Batch took it is looked up at {settled_at}"
            raise NotYet(message, until=settled_at)
        found = taken(self.batch, submission)
        for batch_job_id in found:
            self._settle(submission, batch_job_id)
        return bool(found)

    def _settle(self, submission: Submission, batch_job_id: str) -> None:
        """Note Batch's id of the job; where another is noted, this is a second job of one submission, and is ended."""
        if not self.records.settle(submission.job_id, batch_job_id):
            self.batch.terminate(batch_job_id, reason=SECOND_SUBMISSION)

    def _send(self, record: JobRecord, submission: Submission, depends_on: tuple[Mapping[str, str], ...]) -> None:
        capability = secrets.token_urlsafe(32) if submission.runner else None
        self.pace()  # first, for the settle time is counted from the claim
        now = self.clock()
        digests = _digests(record, capability)
        if not self.records.claim(submission.job_id, previous=record.claimed_at, at=now, capability_digests=digests):
            # Another delivery of the same id is at it; or the SDK made this very claim twice, for want of an answer.
            raise NotYet(f"job {submission.job_id}: it is being submitted, and is looked at again later")
        environment = self._runner_environment(submission, capability)
        request = to_submit_job(submission, depends_on=depends_on, runner_environment=environment)
        self._spill(submission, claimed_at=now)
        try:
            batch_job_id = self.batch.submit(request)
        except BatchRefused as refusal:
            self._refuse(record, refusal)
        except BatchOutcomeUnknown:
            raise
        except BatchUnavailable:
            self.records.release(submission.job_id, claimed_at=now)
            raise
        else:
            self._settle(submission, batch_job_id)

    def _spill(self, submission: Submission, *, claimed_at: int) -> None:
        """Put what Batch can't be told where the runner finds it, before Batch has the job.

        Under the claim: without it the job might be ended and deleted meanwhile, and this would be left behind.
        """
        if not submission.spilled:
            return
        key = overrides_key(submission.owner, submission.public_id)
        try:
            self.io_bucket.store(key, json.dumps(submission.spilled).encode())
        except Exception:
            self.records.release(submission.job_id, claimed_at=claimed_at)
            raise

    def _runner_environment(self, submission: Submission, capability: str | None) -> dict[str, str]:
        if capability is None:
            return {}
        return {
            "BATCHPLANE_URL": self.deployment.url,
            "BATCHPLANE_JOB_ID": submission.job_id,
            "BATCHPLANE_CAPABILITY": capability,
        }

    def _refuse(self, record: JobRecord, refusal: BatchRefused) -> None:
        """The job ends FAILED before Batch ever knew it, with Batch's own words."""
        ending = ended_unsubmitted(record, reason=str(refusal), at=self.clock())
        brought(self.records, ending)
