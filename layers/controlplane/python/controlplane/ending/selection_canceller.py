"""Ending jobs that a selection names, or some ids, a page at a time: `POST /jobs/cancel` and `POST /jobs/terminate`.

Which jobs a selection names is read from the record. What of each needs no question to Batch is done first, as if it
had been asked for alone; then Batch is asked of many in one call, for its calls are few a second. A page does as much
as its time allows, and says where to go on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from typing import Any

from controlplane.batch.port import ENDING_LIMIT
from controlplane.caller import Caller
from controlplane.deployment import Deployment
from controlplane.documents.job import to_document
from controlplane.ending.canceller import Canceller
from controlplane.ending.words import Ending, Prepared, told
from controlplane.errors import NotYet, PlaneError
from controlplane.fan_out import FanOut, in_groups
from controlplane.job import Status
from controlplane.records.job_filter import JobFilter, to_cursor
from controlplane.records.owned_jobs import OwnedJobs
from controlplane.records.port import Records
from controlplane.records.record import JobRecord

#: Those of a job that is not over.
OPEN_STATUSES = frozenset(status for status in Status if not status.is_terminal)


class CameTo(StrEnum):
    """What came of wanting a job to end."""

    #: AWS Batch was asked.
    ASKED = "asked"
    #: It ended here, before Batch had it.
    WITHDRAWN = "withdrawn"
    #: It was over already.
    OVER = "over"
    #: It could not be asked, or Batch did not take it: there is a problem that says why.
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class Selected:
    """A job that is to end, and what came of it."""

    job_id: str
    #: The job's document, as it was when it was asked; None where there is no such job.
    job: Mapping[str, Any] | None
    #: None in a dry run.
    came_to: CameTo | None = None
    #: What Batch was asked, None where nothing; and what came of it in words.
    asked: str | None = None
    detail: str | None = None
    #: Why it was refused.
    error: Exception | None = None


@dataclass(frozen=True, kw_only=True)
class SelectedPage:
    """Some of the jobs that are to end: of a selection newest first, of ids in their order."""

    jobs: Sequence[Selected]
    #: Where to go on; None at the end.
    cursor: str | None
    #: The jobs of this walk were created earlier (epoch milliseconds); None where they are named by their ids.
    created_before: int | None = None

    @property
    def counts(self) -> Mapping[str, int]:
        """How many jobs of this page came to what."""
        counted = Counter(each.came_to for each in self.jobs)
        return {each.value: counted[each] for each in CameTo}


@dataclass(frozen=True, kw_only=True)
class SelectionCanceller:
    """Ends jobs by what they are, or by their ids, many at a time."""

    deployment: Deployment
    records: Records
    jobs: OwnedJobs
    canceller: Canceller
    fan_out: FanOut
    #: Epoch milliseconds.
    clock: Callable[[], int]
    #: A page that has taken so long begins no more.
    enough_milliseconds: int

    def end(
        self,
        wanted: JobFilter,
        ending: Ending,
        *,
        caller: Caller,
        job_queue: str | None = None,
        reason: str = "",
        dry_run: bool = True,
        limit: int,
        cursor: str | None = None,
    ) -> SelectedPage:
        """End those of the caller's own jobs that a filter lets through and that are not over; or only name them.

        Without a moment in the filter, those that there are by now. Raises SubmissionInvalid.
        """
        words = told(ending, owner=caller.owner, reason=reason)  # a reason that is too long refuses the whole request
        before = self.clock() + 1 if wanted.created_before is None else wanted.created_before
        statuses = (wanted.statuses or OPEN_STATUSES) & OPEN_STATUSES
        queue = None if job_queue is None else self.deployment.queue_arn(job_queue)
        asked = replace(wanted, owner=caller.owner, job_queue=queue, statuses=statuses, created_before=before)
        page = self.records.list_jobs(asked, limit=limit, cursor=cursor)
        chosen = [record for record in page.records if record.is_open]
        if dry_run:
            return SelectedPage(jobs=list(map(self._named, chosen)), cursor=page.cursor, created_before=before)
        done = self._end_in_time([record.key.job_id for record in chosen], ending, words, caller)
        next_page = page.cursor
        if len(done) < len(chosen):
            last = chosen[len(done) - 1]
            next_page = to_cursor(last.created_at, last.key.job_id)
        return SelectedPage(jobs=done, cursor=next_page, created_before=before)

    def end_named(
        self, job_ids: Sequence[str], ending: Ending, *, caller: Caller, reason: str = "", dry_run: bool = True
    ) -> SelectedPage:
        """End the jobs with these ids that the caller may touch; or only name those that are not over.

        The cursor is the first id that there was no time for. Raises SubmissionInvalid.
        """
        words = told(ending, owner=caller.owner, reason=reason)
        if dry_run:
            found = self.fan_out(partial(self._found, caller=caller), job_ids)
            return SelectedPage(jobs=[each for each in found if each is not None], cursor=None)
        done = self._end_in_time(job_ids, ending, words, caller)
        return SelectedPage(jobs=done, cursor=job_ids[len(done)] if len(done) < len(job_ids) else None)

    def _named(self, record: JobRecord) -> Selected:
        return Selected(job_id=record.key.job_id, job=to_document(record, deployment=self.deployment))

    def _found(self, job_id: str, *, caller: Caller) -> Selected | None:
        """A job of this id, or why there is none; None for one that is over."""
        try:
            record, _ = self.jobs.to_touch(job_id, caller=caller)
        except PlaneError as error:
            return _refused(job_id, None, error)
        return self._named(record) if record.is_open else None

    def _end_in_time(self, job_ids: Sequence[str], ending: Ending, words: str, caller: Caller) -> list[Selected]:
        """End as many of these as there is time for, the first one at least."""
        until = self.clock() + self.enough_milliseconds
        done: list[Selected] = []
        for group in in_groups(job_ids, ENDING_LIMIT):
            prepare = partial(self._prepare, ending=ending, words=words, caller=caller, until=until, first=job_ids[0])
            prepared = _begun(list(self.fan_out(prepare, group)))
            done += self._end_group(group[: len(prepared)], prepared, ending, words)
            if len(prepared) < len(group):
                break
        return done

    def _end_group(
        self, job_ids: Sequence[str], prepared: Sequence[Prepared | Exception], ending: Ending, words: str
    ) -> list[Selected]:
        asks = [ask for each in prepared if isinstance(each, Prepared) for ask in each.asks]
        refused = self.canceller.ask_all(asks, words)
        return [self._came_to(job_id, each, ending, refused) for job_id, each in zip(job_ids, prepared, strict=True)]

    def _prepare(
        self, job_id: str, *, ending: Ending, words: str, caller: Caller, until: int, first: str
    ) -> Prepared | Exception | None:
        """What is left to ask of a job; None where it was not begun with, for want of time."""
        if job_id != first and self.clock() >= until:
            return None
        try:
            return self.canceller.prepare(job_id, ending, words, caller=caller)
        except Exception as error:  # it stops no other
            return error

    def _came_to(
        self, job_id: str, prepared: Prepared | Exception, ending: Ending, refused: Mapping[str, PlaneError]
    ) -> Selected:
        if isinstance(prepared, Exception):
            return _refused(job_id, None, prepared)
        job = to_document(prepared.record, deployment=self.deployment)
        not_taken = (refused[each.batch_job_id] for each in prepared.asks if each.batch_job_id in refused)
        error = next(not_taken, prepared.kept_back)
        if error is not None:
            return _refused(job_id, job, error)
        came_to = CameTo.WITHDRAWN if prepared.is_withdrawn else CameTo.OVER
        return Selected(
            job_id=job_id,
            job=job,
            came_to=CameTo.ASKED if prepared.asked else came_to,
            asked=prepared.asked and prepared.asked.value,
            detail=prepared.detail(ending),
        )


def _begun(prepared: Sequence[Prepared | Exception | None]) -> Sequence[Prepared | Exception]:
    """What was begun with, up to the last: of several at a time, one may be left out before another."""
    last = max((place for place, each in enumerate(prepared) if each is not None), default=-1)
    left_out = NotYet("There was no time left to end it: ask again.")
    return [each or left_out for each in prepared[: last + 1]]


def _refused(job_id: str, job: Mapping[str, Any] | None, error: Exception) -> Selected:
    return Selected(job_id=job_id, job=job, came_to=CameTo.REFUSED, error=error)
