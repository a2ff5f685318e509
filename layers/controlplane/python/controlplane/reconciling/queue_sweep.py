"""The sweep over job queues: records jobs that no event has told of.

ListJobs knows them by their creation. Each queue is listed from five minutes ago down to where the pass before began,
by BEFORE_CREATED_AT: where a run's bounds end a pass, the next run goes on below the last job, and needs no token that
Batch may not take any more. By then events have had their time, and ListJobs its own to show a job.
https://docs.aws.amazon.com/batch/latest/APIReference/API_ListJobs.html
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import msgspec

from controlplane.batch.port import JobSummary
from controlplane.batch.state_change import StateChange, from_description
from controlplane.errors import EventMalformed
from controlplane.job import job_id_in
from controlplane.reconciling.inquiry import Bounds, Inquiry
from controlplane.reconciling.reconcile import QUIET_MILLISECONDS
from controlplane.records.port import Records
from controlplane.records.record import RecordKey

#: A hundred jobs a call. SubmitJob takes fifty a second of an account, which is 15,000 in five minutes; half of the
#: calls are for those that nobody had told of, which are described.
BOUNDS = Bounds(calls=300, milliseconds=50_000)
#: The first pass looks so far back (milliseconds): what ended earlier Batch may have forgotten, and what is older and
#: runs will be told of.
FIRST_MILLISECONDS = 7 * 24 * 60 * 60_000
#: A pass begins so long before the end of the one before (milliseconds): how far ListJobs may lag is not documented.
OVERLAP_MILLISECONDS = 5 * 60_000
#: ListJobs, and DescribeJobs for what is new on the page.
_CALLS_A_PAGE = 2
_BOOKMARK = "queue "


class Pass(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of a queue's past, and how far down it has been listed. Times are epoch milliseconds."""

    #: Jobs created then or earlier are known.
    since: int
    #: Where it began.
    until: int
    #: Jobs created then or later have been looked at.
    before: int

    @classmethod
    def begin(cls, *, since: int, now: int) -> Pass:
        """A pass over what was created after a time, but for the last minutes."""
        until = now - QUIET_MILLISECONDS
        return cls(since=since, until=until, before=until)

    @property
    def is_done(self) -> bool:
        """Whether nothing of it is left."""
        return self.before <= self.since + 1

    def after(self, jobs: Sequence[JobSummary], *, is_last: bool) -> Pass:
        """How far it is after a page. Jobs of one millisecond may lie on two pages."""
        oldest = jobs[-1].created_at if jobs else self.before
        if is_last or oldest <= self.since:
            return msgspec.structs.replace(self, before=self.since)
        return msgspec.structs.replace(self, before=min(self.before, oldest + 1))


@dataclass(frozen=True, kw_only=True)
class QueueSweep:
    """Looks for jobs of these queues."""

    records: Records
    #: ARNs.
    job_queues: Sequence[str]
    bounds: Bounds = BOUNDS

    def run(self, inquiry: Inquiry) -> None:
        """List each queue; one that fails keeps no other from its turn."""
        for place, job_queue in enumerate(self.job_queues, start=1):
            # What a queue leaves of its share is its successors'.
            most = self.bounds.calls * place // len(self.job_queues)
            inquiry.attempt(partial(self._list, job_queue, inquiry, most=most))

    def _list(self, job_queue: str, inquiry: Inquiry, *, most: int) -> None:
        """Go on with a queue's pass until it is done, or so many calls have been made."""
        bookmark = f"{_BOOKMARK}{job_queue}"
        stretch = _read(self.records.bookmark(bookmark), now=inquiry.now)
        listed, token = stretch.before, None
        while not stretch.is_done and inquiry.may_ask and inquiry.tally.calls + _CALLS_A_PAGE <= most:
            page = inquiry.list_created_before(listed, job_queue=job_queue, token=token)
            if page is None or not self._record(page.jobs, inquiry, since=stretch.since):
                break
            token = page.token
            stretch = stretch.after(page.jobs, is_last=token is None)
            self.records.keep_bookmark(bookmark, msgspec.json.encode(stretch).decode())

    def _record(self, jobs: Sequence[JobSummary], inquiry: Inquiry, *, since: int) -> bool:
        """Record those of a page that are not known; False where Batch did not say more of them."""
        unheard = self._unheard([job for job in jobs if job.created_at > since])
        described = inquiry.describe(unheard) if unheard else {}
        if described is None:
            return False
        changes: list[StateChange] = []
        for description in described.values():
            try:
                changes.append(from_description(description, seen=inquiry.now))
            except EventMalformed as malformed:
                inquiry.failed("a description could not be read", malformed)
        inquiry.tally.found += inquiry.record(changes)
        return True

    def _unheard(self, jobs: Sequence[JobSummary]) -> list[str]:
        """Batch's ids of those that have a record neither under our id, which their name tells, nor under Batch's.

        One key is enough for nearly all: few jobs carry a name like ours and are none of ours.
        A second job of a submission has the name of the first: our record says that it is of another one.
        """
        first = {job.job_id: RecordKey(job_id=job_id_in(job.job_name) or job.job_id) for job in jobs}
        known = self.records.known(first.values())
        left = [job_id for job_id, key in first.items() if key not in known or known[key] not in (None, job_id)]
        others = self.records.known(RecordKey(job_id=job_id) for job_id in left if first[job_id].job_id != job_id)
        return [job_id for job_id in left if RecordKey(job_id=job_id) not in others]


def _read(bookmark: str | None, *, now: int) -> Pass:
    """The pass to go on with: the one under way, or the next; the first where another version of this kept it."""
    first = Pass.begin(since=now - FIRST_MILLISECONDS, now=now)
    try:
        kept = msgspec.json.decode(bookmark, type=Pass) if bookmark else first
    except msgspec.DecodeError:
        return first
    return Pass.begin(since=kept.until - OVERLAP_MILLISECONDS, now=now) if kept.is_done else kept
