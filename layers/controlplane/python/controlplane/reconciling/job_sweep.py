"""The sweep over jobs that have not ended: asks Batch after those that are quiet, hands on those it may not know.

A walk over all of them with a bookmark, a part of it in each run: jobs that run for weeks keep no other from its turn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from controlplane.batch.port import DESCRIBE_LIMIT
from controlplane.reconciling.closer import Closer
from controlplane.reconciling.inquiry import Bounds, Inquiry
from controlplane.reconciling.reconcile import compare, is_quiet
from controlplane.records.closing import has_children
from controlplane.records.port import Records
from controlplane.records.record import JobRecord
from controlplane.submissions.queue import MOST_WAITS, Submissions

#: Pages of one run, each as many records as one DescribeJobs takes: 2,000 records in five minutes, half a million a
#: day, and so four million in the seven days after which Batch forgets.
PAGES_A_RUN = 20
#: A call a page; a message for each record of a page takes a second or two.
BOUNDS = Bounds(calls=PAGES_A_RUN, milliseconds=40_000)
#: Where the walk goes on: a cursor of `list_open`.
BOOKMARK = "open jobs"


@dataclass(frozen=True, kw_only=True)
class JobSweep:
    """Looks at jobs that are no arrays; see `array_sweep` for those."""

    records: Records
    submissions: Submissions
    bounds: Bounds = BOUNDS

    def run(self, inquiry: Inquiry) -> None:
        """Go on with the walk, to its end or to the bounds of a run."""
        cursor = self.records.bookmark(BOOKMARK)
        for _ in range(PAGES_A_RUN):
            if not inquiry.may_ask:
                return
            page = inquiry.open_page(cursor, limit=DESCRIBE_LIMIT)
            inquiry.attempt(partial(self._look, page.records, inquiry))
            cursor = page.cursor
            self.records.keep_bookmark(BOOKMARK, cursor)
            if cursor is None:
                return

    def _look(self, records: Sequence[JobRecord], inquiry: Inquiry) -> None:
        quiet = [record for record in records if is_quiet(record, now=inquiry.now)]
        closer = Closer(records=self.records, now=inquiry.now)
        for record in records:
            if record.lost and not has_children(record):  # whoever noted it died before it was closed
                inquiry.attempt(partial(closer.close, record))
        for record in (each for each in quiet if each.is_unsent):
            if not inquiry.has_time:
                return
            # Tried once: the message of its own may wait yet, and the next walk hands it on again.
            send = partial(self.submissions.send, record.key.job_id, waits=MOST_WAITS)
            inquiry.tally.sent_again += inquiry.attempt(send)
        known = [record for record in quiet if record.is_open and record.size is None and record.batch_job_id]
        described = inquiry.describe([str(record.batch_job_id) for record in known]) if known else None
        if described is not None:
            inquiry.follow(compare(known, described, now=inquiry.now))
