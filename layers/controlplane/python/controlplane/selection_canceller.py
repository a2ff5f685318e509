"""Ending the jobs that a selection names, a page at a time: the work of `POST /jobs/cancel` and `POST /jobs/terminate`.

Which jobs those are is read from the record; each is then ended as if it had been asked for alone. A page does as much
as its time allows, and says where to go on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from controlplane.caller import Caller
from controlplane.canceller import Canceller, Ending, told
from controlplane.deployment import Deployment
from controlplane.job import Status
from controlplane.job_document import to_document
from controlplane.job_filter import JobFilter, to_cursor
from controlplane.record import JobRecord
from controlplane.records import Records

#: Those of a job that is not over.
OPEN_STATUSES = frozenset(status for status in Status if not status.is_terminal)


@dataclass(frozen=True, kw_only=True)
class Selected:
    """A job that a selection names, and what came of asking for its end."""

    #: The job's document: before it was asked, where nothing came of it.
    job: Mapping[str, Any]
    #: What Batch was asked, None where nothing; and that in words.
    asked: str | None = None
    detail: str | None = None
    #: Why it could not be asked.
    error: Exception | None = None


@dataclass(frozen=True, kw_only=True)
class SelectedPage:
    """Some of the jobs that a selection names, newest first."""

    jobs: Sequence[Selected]
    #: Where to go on; None at the end.
    cursor: str | None
    #: The jobs of this walk were created earlier (epoch milliseconds).
    created_before: int


@dataclass(frozen=True, kw_only=True)
class SelectionCanceller:
    """Ends jobs by what they are, not by their ids."""

    deployment: Deployment
    records: Records
    canceller: Canceller
    #: Epoch milliseconds.
    clock: Callable[[], int]
    #: A page that has asked Batch for so long asks no more.
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
        told(ending, owner=caller.owner, reason=reason)  # of a reason that is too long, the whole request is refused
        before = self.clock() + 1 if wanted.created_before is None else wanted.created_before
        statuses = (wanted.statuses or OPEN_STATUSES) & OPEN_STATUSES
        queue = None if job_queue is None else self.deployment.queue_arn(job_queue)
        asked = replace(wanted, owner=caller.owner, job_queue=queue, statuses=statuses, created_before=before)
        page = self.records.list_jobs(asked, limit=limit, cursor=cursor)
        enough = self.clock() + self.enough_milliseconds
        done: list[Selected] = []
        for place, record in enumerate(page.records):
            if place and not dry_run and self.clock() >= enough:
                last = page.records[place - 1]
                return SelectedPage(
                    jobs=done, cursor=to_cursor(last.created_at, last.key.job_id), created_before=before
                )
            if record.is_open:
                done.append(self._named(record) if dry_run else self._ended(record, ending, caller, reason))
        return SelectedPage(jobs=done, cursor=page.cursor, created_before=before)

    def _named(self, record: JobRecord) -> Selected:
        return Selected(job=to_document(record, deployment=self.deployment))

    def _ended(self, record: JobRecord, ending: Ending, caller: Caller, reason: str) -> Selected:
        try:
            answer = self.canceller.end(record.key.job_id, ending, caller=caller, reason=reason)
        except Exception as error:  # it stops no other
            return replace(self._named(record), error=error)
        return Selected(job=answer["job"], asked=answer["asked"], detail=answer["detail"])
