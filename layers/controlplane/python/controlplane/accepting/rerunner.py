"""Running jobs again, as new jobs of the same owner, whoever asks: the work of the routes `rerun`.

Of an array only the children that have failed run again, unless all are asked for. Each keeps the index that its
command knew it by, which the runner tells it. Changes no record of a first run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from controlplane.accepting.acceptor import Accepted, Acceptor
from controlplane.caller import Caller
from controlplane.deployment import Deployment
from controlplane.errors import JobNotOver, NothingFailed, NotSubmittedHere, SubmissionInvalid, Violation
from controlplane.job import JobType
from controlplane.records.children import Children
from controlplane.records.owned_jobs import OwnedJobs
from controlplane.records.port import Records
from controlplane.records.record import JobRecord
from controlplane.submissions.draft import Draft
from controlplane.submissions.indices import Indices
from controlplane.submissions.submission import Submission, digest_of_body


@dataclass(frozen=True, kw_only=True)
class Rerunner:
    """Runs jobs again for those who may touch them."""

    deployment: Deployment
    records: Records
    jobs: OwnedJobs
    acceptor: Acceptor

    def rerun(self, job_id: str, *, caller: Caller, everything: bool, idempotency_key: str | None = None) -> Accepted:
        """Run a job that has ended again; of an array what has failed, or everything.

        Raises:
            JobNotFound: There is no such job.
            NotSubmittedHere: Nobody submitted it through the plane.
            JobNotOver: It has not ended, or not all of its children are known to have.
            NothingFailed: No child of it has failed.
            SubmissionInvalid: The deployment takes it no more, or its definition has no runner to tell indices.
            SubmissionConflict: The key was used with another body.
        """
        record, submission = self._ended(job_id, caller=caller)
        chosen = None if everything or record.type is not JobType.ARRAY else self._failed(record)
        body = {"rerunOf": job_id, "all": everything}
        return self._keep(submission, chosen, body=body, caller=caller, idempotency_key=idempotency_key)

    def rerun_child(self, job_id: str, index: int, *, caller: Caller, idempotency_key: str | None = None) -> Accepted:
        """Run one child of an array again that has ended, whatever the others do. Raises as `rerun`."""
        _, asked = self._ended(job_id, caller=caller, index=index)
        # A child of an array in parts comes with its part's: it is chosen by its place in the whole.
        submission = self.records.submission(job_id) or asked
        body = {"rerunOf": job_id, "index": index}
        return self._keep(submission, [index], body=body, caller=caller, idempotency_key=idempotency_key)

    def _ended(self, job_id: str, *, caller: Caller, index: int | None = None) -> tuple[JobRecord, Submission]:
        """A job, or child, that may run again, and what was asked."""
        record, submission = self.jobs.to_touch(job_id, caller=caller, index=index)
        if submission is None:
            raise NotSubmittedHere(
                f"Job {job_id} was not submitted through the plane, which doesn't know what it asked for: submit it"
                " anew."
            )
        if record.is_open:
            what = f"Job {job_id}" if index is None else f"Child {index} of job {job_id}"
            raise JobNotOver(
                f"{what} is {record.status}, and can run again once it has ended: wait for it, or terminate it."
            )
        return record, submission

    def _failed(self, record: JobRecord) -> Sequence[int] | None:
        """The indices of the children that failed; None where that is the whole array."""
        job_id, children = record.key.job_id, Children(records=self.records)
        if not record.lost and children.has_open(record):
            raise JobNotOver(
                f"Job {job_id} has ended, but not all of its children are known to have: the plane asks AWS Batch"
                ' after them within minutes. Wait, or say {"all": true}.'
            )
        failed = children.failed(record)
        if not failed:
            raise NothingFailed(f'No child of job {job_id} has failed. To run all of them again say {{"all": true}}.')
        return None if len(failed) == record.size else failed

    def _keep(
        self,
        submission: Submission,
        chosen: Sequence[int] | None,
        *,
        body: Mapping[str, Any],
        caller: Caller,
        idempotency_key: str | None,
    ) -> Accepted:
        """Keep the submission that runs these children of another again, or all of it."""
        draft = Draft.read(_asked_again(submission, None if chosen is None else len(chosen)))
        owner = submission.owner
        planned = self.acceptor.plan(draft, owner=owner, caller=caller, idempotency_key=idempotency_key)
        indices = submission.indices if chosen is None else _indices(submission, chosen)
        if indices is not None and not planned.runner:  # the revision of today runs it
            title = self.deployment.definition_title(planned.job_definition)
            words = f"job definition {title} doesn't carry the runner, which tells children their own indices"
            raise SubmissionInvalid((_no_indices(words, is_chosen=submission.indices is None),))
        again = replace(
            planned,
            rerun_of=submission.job_id,
            indices=indices,
            digest=digest_of_body(body),
        )
        return self.acceptor.keep(again)


def _no_indices(words: str, *, is_chosen: bool) -> Violation:
    """Of a first run all children may run again instead; of those that have run again nothing helps but the runner."""
    if is_chosen:
        return Violation(field="all", bound=f"true: {words}", value=False)
    return Violation(field="jobDefinition", bound="one that carries the runner", value=words)


def _indices(submission: Submission, chosen: Sequence[int]) -> Indices:
    """The original indices of children by what Batch counts them as: those of a job that ran some again compose."""
    earlier = submission.indices
    if earlier is None:
        return Indices.choose(chosen, of=submission.size or 1)
    return Indices.choose([earlier[index] for index in chosen], of=earlier.of)


def _asked_again(submission: Submission, count: int | None) -> dict[str, Any]:
    """What was asked, for so many children, or for as many as there were.

    It goes to the same job queue, and to the revision that the deployment has now of the same definition. What the job
    waited for is over, whatever came of it; the order among its own children is kept.
    """
    document = dict(submission.request)
    document["jobQueue"] = submission.job_queue
    document["jobDefinition"] = submission.job_definition.rpartition(":")[0]
    document["dependsOn"] = [each for each in submission.depends_on if "jobId" not in each]
    if count is not None:
        document["arrayProperties"] = {"size": count}
    if count == 1:
        del document["arrayProperties"], document["dependsOn"]
    return document
