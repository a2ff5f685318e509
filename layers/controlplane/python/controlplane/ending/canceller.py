"""Ending jobs on request: the work of the routes `cancel` and `terminate`. Never makes a submission lost or doubled.

A job that Batch has is ended by Batch, and its record changes when Batch's event comes. One that Batch never had ends
in the record, under the same claim that a submission is sent under: so either it is sent, or it is ended.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from controlplane.batch.port import ENDING_LIMIT, Batch
from controlplane.caller import Caller
from controlplane.deployment import Deployment
from controlplane.documents.job import to_document
from controlplane.ending.words import Ask, Ending, Prepared, told
from controlplane.errors import NotYet, PlaneError
from controlplane.fan_out import in_groups
from controlplane.job import JobType, Status, child_id
from controlplane.records.owned_jobs import OwnedJobs
from controlplane.records.parts import parts_of
from controlplane.records.port import Records, brought, ended_unsubmitted
from controlplane.records.record import JobRecord, Outcome
from controlplane.records.split_arrays import SplitArrays
from controlplane.submissions.submission import Submission
from controlplane.submitting.look_up import taken

#: No call of SubmitJob is under way longer: what `submit_job` may take (milliseconds).
CALL_MILLISECONDS = 30_000
#: How often a job is looked at that changes hands at the same moment.
LOOKS = 3
_BEGUN = frozenset({Status.STARTING, Status.RUNNING})


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
        prepared = self.prepare(job_id, ending, words, caller=caller, index=index)
        kept_back = self._ask(prepared.asks, words) or prepared.kept_back
        if kept_back:
            raise kept_back
        now = self.records.get(prepared.record.key) or prepared.record
        document = to_document(now, deployment=self.deployment, submission=prepared.submission)
        asked = prepared.asked
        return {"asked": asked and asked.value, "detail": prepared.detail(ending), "job": document}

    def prepare(self, job_id: str, ending: Ending, words: str, *, caller: Caller, index: int | None = None) -> Prepared:
        """Do all that ending a job takes without a question to Batch, and tell what is to be asked.

        What Batch never had ends here. Raises JobNotFound, NotYet; the latter of a part is kept in what is returned.
        """
        record, submission = self.jobs.to_touch(job_id, caller=caller, index=index)
        if submission and submission.is_split and record.is_open:
            return self._prepare_parts(record, submission, ending, words)
        return self._prepare(record, submission, ending, words)

    def _prepare(self, record: JobRecord, submission: Submission | None, ending: Ending, words: str) -> Prepared:
        """Prepare what Batch has, or would have, as one job."""
        for _ in range(LOOKS):
            if not record.is_open:
                return Prepared(record=record, submission=submission)
            if record.batch_job_id or record.key.index is not None or submission is None:
                return Prepared(record=record, submission=submission, asks=(self._ask_of(record, ending),))
            if self._withdraw(record, submission, ending, words):
                ended = self.records.get(record.key) or record
                return Prepared(record=ended, submission=submission, is_withdrawn=True)
            record = self.records.get(record.key) or record
        raise NotYet(f"Job {record.key.job_id} is being submitted at this moment: ask again.")

    def _prepare_parts(self, whole: JobRecord, submission: Submission, ending: Ending, words: str) -> Prepared:
        """Prepare each part of an array; one that can't be ended now keeps no other from it."""
        arrays = SplitArrays(records=self.records)
        arrays.split(whole, submission, at=self.clock())
        prepared: list[Prepared] = []
        kept_back: PlaneError | None = None
        for record, part in zip(arrays.parts(whole), parts_of(submission), strict=True):
            try:
                prepared += [self._prepare(record, part, ending, words)] if record else []
            except PlaneError as error:
                kept_back = kept_back or error
        arrays.gather(whole.key.job_id)
        return Prepared(
            record=whole,
            submission=submission,
            asks=[ask for each in prepared for ask in each.asks],
            is_withdrawn=any(each.is_withdrawn for each in prepared),
            kept_back=kept_back,
        )

    def ask_all(self, asks: Sequence[Ask], words: str) -> Mapping[str, PlaneError]:
        """Ask Batch of many in as few calls as can be; by Batch's ids what it did not take, and why."""
        refused: dict[str, PlaneError] = {}
        for ending, ask_all in ((Ending.CANCEL, self.batch.cancel_all), (Ending.TERMINATE, self.batch.terminate_all)):
            ids = [each.batch_job_id for each in asks if each.ending is ending]
            for some in in_groups(ids, ENDING_LIMIT):
                try:
                    refused |= ask_all(some, reason=words)
                except PlaneError as error:
                    refused |= dict.fromkeys(some, error)
        return refused

    def _ask(self, asks: Sequence[Ask], words: str) -> PlaneError | None:
        """Ask Batch, which passes it on to all children of an array; of several parts the first that it did not take.

        One job is asked for by itself, for only then Batch says that it knows it no longer.
        """
        if len(asks) > 1:
            return next(iter(self.ask_all(asks, words).values()), None)
        for ask in asks:
            ask_batch = self.batch.cancel if ask.ending is Ending.CANCEL else self.batch.terminate
            try:
                ask_batch(ask.batch_job_id, reason=words)
            except PlaneError as error:
                return error
        return None

    def _ask_of(self, record: JobRecord, ending: Ending) -> Ask:
        """What to ask Batch: CancelJob would leave alone what has begun."""
        index = record.key.index
        batch_job_id = record.batch_job_id or "" if index is None else child_id(record.key.job_id, index)
        asked = Ending.TERMINATE if ending is Ending.TERMINATE or self._has_begun(record) else Ending.CANCEL
        return Ask(ending=asked, batch_job_id=batch_job_id)

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
