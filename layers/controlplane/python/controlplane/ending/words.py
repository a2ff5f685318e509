"""Ending a job on request, in words: what AWS Batch is asked, what it is told, and what is answered. Does no I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from controlplane.batch.port import MAX_REASON_CHARACTERS
from controlplane.errors import PlaneError, SubmissionInvalid, Violation
from controlplane.job import NOBODY
from controlplane.records.record import JobRecord
from controlplane.submissions.submission import Submission


class Ending(StrEnum):
    """How a job may be ended, in Batch's words."""

    CANCEL = "CancelJob"
    TERMINATE = "TerminateJob"


#: What is answered of a job that has ended, or has gone.
OVER = "It is over already: nothing was asked of AWS Batch."
#: What is answered of a job that ends before Batch ever has it.
WITHDRAWN = "AWS Batch never had it: it has ended here, and will not be submitted."


@dataclass(frozen=True, kw_only=True)
class Ask:
    """What Batch is to be asked of one of its jobs."""

    ending: Ending
    batch_job_id: str


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A job that is to end, when all is done that needs no question to Batch."""

    record: JobRecord
    submission: Submission | None
    #: What is left to ask: of an array in parts, of each that Batch has.
    asks: Sequence[Ask] = ()
    #: True where it, or a part of it, was ended in the record alone.
    is_withdrawn: bool = False
    #: Why a part of it can't be ended now.
    kept_back: PlaneError | None = None

    @property
    def asked(self) -> Ending | None:
        """The strongest of what Batch is asked; None where that is nothing."""
        asked = {each.ending for each in self.asks}
        return next((each for each in (Ending.TERMINATE, Ending.CANCEL) if each in asked), None)

    def detail(self, wanted: Ending) -> str:
        """What came of wanting it to end so, in words."""
        if self.asked is None:
            return WITHDRAWN if self.is_withdrawn else OVER
        if self.asked is Ending.CANCEL:
            return "AWS Batch was asked to cancel it. Had it just started, it runs on: ask again."
        if wanted is Ending.CANCEL:
            return "It runs, and CancelJob leaves alone what runs: it was told to terminate."
        return "AWS Batch was asked to terminate it."


def told(ending: Ending, *, owner: str, reason: str) -> str:
    """The reason as Batch is told it: who asked, and why. Raises SubmissionInvalid."""
    who = _who(ending, owner)
    words = f"{who}: {reason}" if reason else who
    if len(words) > MAX_REASON_CHARACTERS:
        most = MAX_REASON_CHARACTERS - len(f"{who}: ")
        bound = f"at most {most} characters long (AWS Batch takes {MAX_REASON_CHARACTERS}, with who asks)"
        raise SubmissionInvalid((Violation(field="reason", bound=bound, value=reason),))
    return words


def is_own_ending(record: JobRecord, *, owner: str) -> bool:
    """Whether a job, or a child of one, ended because its owner asked for that, as AWS Batch was told."""
    asked = (_who(ending, owner) for ending in Ending)
    reason = record.status_reason or ""
    return owner != NOBODY and any(reason == who or reason.startswith(f"{who}: ") for who in asked)


def _who(ending: Ending, owner: str) -> str:
    return f"{'Cancelled' if ending is Ending.CANCEL else 'Terminated'} by {owner}"
