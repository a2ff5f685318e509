"""Ending jobs on request: the work of the routes `cancel` and `terminate`. Never makes a submission lost or doubled.

A job that Batch has is ended by Batch, and its record changes when Batch's event comes. One that Batch never had ends
in the record, under the same claim that a submission is sent under: so either it is sent, or it is ended.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from controlplane.batch import MAX_REASON_CHARACTERS, Batch
from controlplane.caller import Caller
from controlplane.deployment import Deployment
from controlplane.errors import NotYet, PlaneError, SubmissionInvalid, Violation
from controlplane.job import JobType, Status, child_id
from controlplane.job_document import to_document
from controlplane.look_up import taken
from controlplane.owned_jobs import OwnedJobs
from controlplane.parts import parts_of
from controlplane.record import JobRecord, Outcome
from controlplane.records import Records, brought, ended_unsubmitted
from controlplane.split_arrays import SplitArrays
from controlplane.submission import Submission

#: No call of SubmitJob is under way longer: what `submit_job` may take (milliseconds).
CALL_MILLISECONDS = 30_000
#: How often a job is looked at that changes hands at the same moment.
LOOKS = 3
_BEGUN = frozenset({Status.STARTING, Status.RUNNING})


class Ending(StrEnum):
    """How a job may be ended, in Batch's words."""

    CANCEL = "CancelJob"
    TERMINATE = "TerminateJob"


#: Of what was asked for several parts, the answer tells the last of these.
_STRENGTH = (None, Ending.CANCEL, Ending.TERMINATE)
#: What is answered of a job that has ended, or has gone.
_OVER = (None, "It is over already: nothing was asked of AWS Batch.")


@dataclass(frozen=True, kw_only=True)
class Canceller:
    """Ends jobs for those who may touch them."""

    deployment: Deployment
    records: Records
    jobs: OwnedJobs
    batch: Batch
    #: Epoch milliseconds.
    clock: Callable[[], int]
    #: How long after an unknown outcome of SubmitJob ListJobs is believed.
    settle_milliseconds: int

    def end(
        self, job_id: str, ending: Ending, *, caller: Caller, reason: str = "", index: int | None = None
    ) -> dict[str, Any]:
        """End a job, an array with all its children, or one child; what has ended stays as it is.

        Returns what Batch was asked (None where nothing), that in words, and the job as it is known now.

        Raises:
            JobNotFound: There is no such job or child.
            SubmissionInvalid: The reason is too long.
            NotYet: The job is being submitted at this moment.
            BatchRefused, BatchUnavailable: Batch did not take it.
        """
        words = told(ending, owner=caller.owner, reason=reason)
        record, submission = self.jobs.to_touch(job_id, caller=caller, index=index)
        if submission and submission.is_split and record.is_open:
            asked, detail = self._end_parts(record, submission, ending, words)
        else:
            asked, detail = self._end(record, submission, ending, words)
        now = self.records.get(record.key) or record
        document = to_document(now, deployment=self.deployment, submission=submission)
        return {"asked": asked and asked.value, "detail": detail, "job": document}

    def _end(
        self, record: JobRecord, submission: Submission | None, ending: Ending, words: str
    ) -> tuple[Ending | None, str]:
        """End what Batch has, or would have, as one job; what Batch was asked, and that in words."""
        for _ in range(LOOKS):
            if not record.is_open:
                return _OVER
            if record.batch_job_id or record.key.index is not None or submission is None:
                return self._ask(record, ending, words)
            if self._withdraw(record, submission, ending, words):
                return None, "AWS Batch never had it: it has ended here, and will not be submitted."
            record = self.records.get(record.key) or record
        raise NotYet(f"Job {record.key.job_id} is being submitted at this moment: ask again.")

    def _end_parts(
        self, whole: JobRecord, submission: Submission, ending: Ending, words: str
    ) -> tuple[Ending | None, str]:
        """End each part of an array; one that can't be ended now keeps no other from it."""
        arrays, answers = SplitArrays(records=self.records), []
        arrays.split(whole, submission, at=self.clock())
        kept_back: PlaneError | None = None
        for record, part in zip(arrays.parts(whole), parts_of(submission), strict=True):
            try:
                answers += [self._end(record, part, ending, words)] if record else []
            except PlaneError as error:
                kept_back = kept_back or error
        arrays.gather(whole.key.job_id)
        if kept_back:
            raise kept_back
        return max(answers, key=lambda answer: _STRENGTH.index(answer[0]), default=_OVER)

    def _ask(self, record: JobRecord, ending: Ending, words: str) -> tuple[Ending, str]:
        """Ask Batch, which passes it on to all children of an array."""
        index = record.key.index
        batch_job_id = record.batch_job_id or "" if index is None else child_id(record.key.job_id, index)
        if ending is Ending.CANCEL and not self._has_begun(record):
            self.batch.cancel(batch_job_id, reason=words)
            return Ending.CANCEL, "AWS Batch was asked to cancel it. Had it just started, it runs on: ask again."
        self.batch.terminate(batch_job_id, reason=words)
        if ending is Ending.CANCEL:
            return Ending.TERMINATE, "It runs, and CancelJob leaves alone what runs: it was told to terminate."
        return Ending.TERMINATE, "AWS Batch was asked to terminate it."

    def _has_begun(self, record: JobRecord) -> bool:
        """Whether CancelJob would leave anything of it alone. An array is PENDING while its children run."""
        if record.type is JobType.ARRAY and record.size and record.batch_job_id:
            summary = self.records.status_summary(record.batch_job_id, size=record.size)
            return any(summary.get(status) for status in _BEGUN)
        return record.status in _BEGUN

    def _withdraw(self, record: JobRecord, submission: Submission, ending: Ending, words: str) -> bool:
        """End a job that Batch never had; False where Batch has it after all, or somebody else is at it.

        The claim lies as far ahead as a call may take: until then no delivery of the submission looks, or sends it.
        """
        if record.claimed_at is not None and self._find(record.claimed_at, submission):
            return False
        ahead = self.clock() + CALL_MILLISECONDS
        job_id = submission.job_id
        if not self.records.claim(
            job_id, previous=record.claimed_at, at=ahead, capability_digests=record.capability_digests
        ):
            return False
        is_cancelled = ending is Ending.CANCEL
        merge = ended_unsubmitted(
            record, reason=words, at=self.clock(), is_cancelled=is_cancelled, is_terminated=not is_cancelled
        )
        return brought(self.records, merge) is Outcome.MERGED

    def _find(self, claimed_at: int, submission: Submission) -> bool:
        """Whether Batch has taken what somebody set out to submit; its id is noted. Raises NotYet until it is sure."""
        left = claimed_at + max(self.settle_milliseconds, CALL_MILLISECONDS) - self.clock()
        if left > 0:
            raise NotYet(
                f"Job {submission.job_id} is being submitted: ask again, in {left / 1000:.0f} s at the latest."
            )
        found = taken(self.batch, submission)
        for batch_job_id in found[:1]:  # events tell of a second one, which is then terminated
            self.records.settle(submission.job_id, batch_job_id)
        return bool(found)


def told(ending: Ending, *, owner: str, reason: str) -> str:
    """The reason as Batch is told it: who asked, and why. Raises SubmissionInvalid."""
    who = f"{'Cancelled' if ending is Ending.CANCEL else 'Terminated'} by {owner}"
    words = f"{who}: {reason}" if reason else who
    if len(words) > MAX_REASON_CHARACTERS:
        most = MAX_REASON_CHARACTERS - len(f"{who}: ")
        bound = f"at most {most} characters long (AWS Batch takes {MAX_REASON_CHARACTERS}, with who asks)"
        raise SubmissionInvalid((Violation(field="reason", bound=bound, value=reason),))
    return words
