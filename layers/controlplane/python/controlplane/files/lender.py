"""Lending links to the IOBucket: to callers for uploads, to runners for their own job's inputs and outputs.

Jobs have no rights on the bucket. A runner holds its job's capability, stored here as a digest and dead once the job
has ended, and gets short links to that job's prefix alone.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass

from controlplane.errors import SubmissionInvalid, TokenInvalid, Violation
from controlplane.io_bucket import IOBucket, Link, outputs_prefix, overrides_key, upload_key, upload_violations
from controlplane.job import JOB_ID, whole_of
from controlplane.records.port import Records
from controlplane.records.record import RecordKey
from controlplane.submissions.submission import Submission
from controlplane.submitting.submitter import digest_of


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file that is about to be sent: its name, its size in bytes, its SHA-256 in hexadecimal."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class RunnerLinks:
    """What one runner may read and write now."""

    inputs: Sequence[tuple[str, Link]]
    #: Which child its command is to know itself as, and of how many; None where Batch says that right.
    index: int | None
    array_size: int | None
    #: What AWS Batch could not be told: a command, variables, or both; None where it was told all.
    overrides: Link | None
    uploads: Sequence[tuple[str, Link]]


@dataclass(frozen=True, kw_only=True)
class Lender:
    """Lends links."""

    records: Records
    io_bucket: IOBucket

    def lend_upload(self, upload: Upload, *, owner: str) -> tuple[str, Link]:
        """The key under which a caller's file will lie, and the link that stores it. Raises SubmissionInvalid."""
        _check("", upload)
        key = upload_key(owner, upload.sha256, upload.name)
        return key, self.io_bucket.upload_link(key, size=upload.size, sha256=upload.sha256)

    def lend_to_runner(
        self, *, job_id: str, index: int | None, capability: str, uploads: Sequence[Upload]
    ) -> RunnerLinks:
        """Links to a job's inputs, and for the outputs it announces. Raises TokenInvalid, SubmissionInvalid."""
        submission = self._authorized(job_id, capability)
        for place, upload in enumerate(uploads):
            _check(f"uploads.{place}.", upload)
        if (index is None) != (submission.size is None) or (index or 0) >= (submission.size or 1):
            bound = "left out" if submission.size is None else f"an integer below {submission.size}"
            raise SubmissionInvalid((Violation(field="index", bound=bound, value=index),))
        original_index = submission.original_index(index)
        prefix = outputs_prefix(submission.owner, submission.public_id, original_index)
        return RunnerLinks(
            index=original_index if submission.original_size else None,
            array_size=submission.original_size,
            inputs=[(name, self.io_bucket.download_link(key)) for name, key in submission.inputs.items()],
            overrides=self._overrides_link(submission),
            uploads=[(upload.name, self._upload_link(prefix + upload.name, upload)) for upload in uploads],
        )

    def _overrides_link(self, submission: Submission) -> Link | None:
        """What was stored with the submission may have expired by now: a job waits as long as it has to."""
        spilled = submission.spilled
        if not spilled:
            return None
        key = overrides_key(submission.owner, submission.public_id)
        if self.io_bucket.find_object(key) is None:
            self.io_bucket.store(key, json.dumps(spilled).encode())
        return self.io_bucket.download_link(key)

    def _upload_link(self, key: str, upload: Upload) -> Link:
        return self.io_bucket.upload_link(key, size=upload.size, sha256=upload.sha256)

    def _authorized(self, job_id: str, capability: str) -> Submission:
        is_ours = JOB_ID.fullmatch(job_id) or whole_of(job_id)
        record = self.records.get(RecordKey(job_id=job_id)) if is_ours else None
        digests = record.capability_digests if record and not record.status.is_terminal else ()
        given = digest_of(capability)
        # A second Batch job of the submission has a capability too; each digest is compared, whichever is right.
        is_right = any([hmac.compare_digest(each, given) for each in digests])
        submission = self.records.submission(job_id) if is_right else None
        if submission is None:
            raise TokenInvalid("This capability opens nothing: it is another job's, or its job has ended.")
        return submission


def _check(field: str, upload: Upload) -> None:
    violations = upload_violations(field, name=upload.name, size=upload.size, sha256=upload.sha256)
    if violations:
        raise SubmissionInvalid(tuple(violations))
