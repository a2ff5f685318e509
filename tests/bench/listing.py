"""Milliseconds of one answer while very many jobs are stored: pages of jobs by each kind of filter, and single jobs."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from batchplane_local.database import Database
from batchplane_local.queue import Queue
from batchplane_local.records import SqliteRecords
from batchplane_local.records.rows import Rows
from controlplane.caller import Caller
from controlplane.job import JobType, Status, derive_job_id
from controlplane.records.job_filter import JobFilter
from controlplane.records.owned_jobs import OwnedJobs
from controlplane.records.port import Records
from controlplane.records.record import JobRecord, RecordKey, born
from controlplane.submissions.submission import Submission
from controlplane.viewing.viewer import Viewer
from tests.bench.race import one_in
from tests.builders import BATCH_JOB_ID, DEPLOYMENT, QUEUE, T0, submission

#: Jobs that are stored, children of one of them, jobs of a page.
STORED, CHILDREN, PAGE = 100_000, 10_000, 50
#: How often each question is asked.
TIMES = 25
#: Jobs of one commit while they are stored.
_CHUNK = 5000
#: One job in so many has failed, has the rare tag, has the rare name; the rarest are the oldest.
_SELDOM = 1000
_ADA = "user/ada"


_TEMPLATE = submission(owner=_ADA)


@dataclass(frozen=True, kw_only=True)
class _Stock:
    """So many jobs, of which the oldest are those that are rare in some way; the very first is an array."""

    jobs: int
    #: Of the array.
    children: int

    def store(self, database: Database) -> None:
        """Keep the jobs and the children as the records would have, many in one commit."""
        for start in range(0, self.jobs, _CHUNK):
            with database.write() as connection:
                rows = Rows(connection, gone_by=0, now=0)
                numbers = range(start, min(start + _CHUNK, self.jobs))
                rows.load(RecordKey(job_id=self.asked(number).job_id) for number in numbers)
                for number in numbers:
                    asked = self.asked(number)
                    rows.put(self._record(number, asked), submission=asked)
        with database.write() as connection:
            rows = Rows(connection, gone_by=0, now=0)
            rows.load(self._child(index).key for index in range(self.children))
            for index in range(self.children):
                rows.put(self._child(index))
            rows.flush()

    def asked(self, number: int) -> Submission:
        """The submission of a job."""
        name, team = ("Seldom", "seldom") if self._is_rare(number) else ("often", "often")
        document = dict(_TEMPLATE.request) | {
            "jobName": f"{name}-{number}",
            "tags": {"team": team, "stage": "prod"},
        }
        if number == 0:
            document["arrayProperties"] = {"size": self.children}
        job_id = derive_job_id(_ADA, str(number))
        return replace(_TEMPLATE, job_id=job_id, created_at=T0 + number * 1000, request=document)

    def _is_rare(self, number: int) -> bool:
        return number < self.jobs // _SELDOM

    def _record(self, number: int, asked: Submission) -> JobRecord:
        if number == 0:
            return replace(born(asked), batch_job_id=BATCH_JOB_ID, status=Status.PENDING)
        status = Status.FAILED if self._is_rare(number) else Status.SUCCEEDED
        return replace(born(asked), batch_job_id=f"batch-{number}", status=status)

    def _child(self, index: int) -> JobRecord:
        status = Status.FAILED if index >= self.children - PAGE else Status.SUCCEEDED
        key = RecordKey(job_id=BATCH_JOB_ID, index=index)
        return replace(born(_TEMPLATE), key=key, type=JobType.ARRAY_CHILD, status=status)


def print_listing(folder: Path, console: Console, *, scale: int = 1) -> None:
    """A table of what each question takes."""
    stock = _Stock(jobs=one_in(scale, STORED), children=one_in(scale, CHILDREN))
    with closing(Database(folder / "listing.db")) as database:
        records = SqliteRecords(database, changes=Queue(database, "changes", clock=lambda: 0))
        stock.store(database)
        title = f"One answer in the process, {stock.jobs:,} jobs stored"
        table = Table("", "jobs shown", "milliseconds", "of the processor", title=title, title_justify="left")
        for name, ask in (_pages(records, stock) | _descriptions(records, stock)).items():
            shown = ask()
            taken = zip(*(_milliseconds(ask) for _ in range(one_in(scale, TIMES))), strict=True)
            table.add_row(name, f"{shown:d}", *(f"{statistics.median(each):.2f}" for each in taken))
        console.print(table)


def _pages(records: Records, stock: _Stock) -> Mapping[str, Callable[[], int]]:
    """One page by each kind of filter; each is the newest that there is, and those by time begin in the middle."""
    failed = frozenset({Status.FAILED})
    filters = {
        "an owner's jobs": JobFilter(owner=_ADA),
        "a job queue's jobs": JobFilter(job_queue=QUEUE),
        "from the middle of the time on": JobFilter(owner=_ADA, created_before=T0 + stock.jobs // 2 * 1000),
        "by a status that most have": JobFilter(owner=_ADA, statuses=frozenset({Status.SUCCEEDED})),
        "by a status that one in 1,000 has": JobFilter(owner=_ADA, statuses=failed),
        "the same of a job queue": JobFilter(job_queue=QUEUE, statuses=failed),
        "by a status that none has": JobFilter(owner=_ADA, statuses=frozenset({Status.STARTING})),
        "by a name's beginning, 1 in 1,000": JobFilter(owner=_ADA, name_prefix="SELDOM"),
        "by a name's beginning that none has": JobFilter(owner=_ADA, name_prefix="none"),
        "by type, 1 in 100,000": JobFilter(owner=_ADA, types=frozenset({JobType.ARRAY})),
        "by a tag, 1 in 1,000": JobFilter(owner=_ADA, tags={"team": "seldom"}),
        "by a tag that none has": JobFilter(job_queue=QUEUE, tags={"team": "none"}),
        "by all of these, that none has": JobFilter(
            owner=_ADA, job_queue=QUEUE, statuses=failed, name_prefix="seldom", tags={"team": "none"}, created_from=T0
        ),
    }
    return {name: _page(records, wanted) for name, wanted in filters.items()}


def _page(records: Records, wanted: JobFilter) -> Callable[[], int]:
    return lambda: len(records.list_jobs(wanted, limit=PAGE).records)


def _descriptions(records: Records, stock: _Stock) -> Mapping[str, Callable[[], int]]:
    """The documents of one job, and of an array with what its children are at."""
    viewer = Viewer(deployment=DEPLOYMENT, records=records, jobs=OwnedJobs(records=records))
    ada, size = Caller(owner=_ADA), stock.children
    return {
        "the document of a job": lambda: bool(viewer.describe(stock.asked(stock.jobs // 2).job_id, caller=ada)),
        f"the document of an array of {size:,}": lambda: bool(viewer.describe(stock.asked(0).job_id, caller=ada)),
        "a page of its failed children": lambda: len(
            records.children(BATCH_JOB_ID, size=size, first=0, limit=PAGE, statuses=frozenset({Status.FAILED}))
        ),
        "its children that may still run": lambda: len(
            records.open_children(BATCH_JOB_ID, size=size, first=0, limit=PAGE)
        ),
    }


def _milliseconds(ask: Callable[[], int]) -> tuple[float, float]:
    """By the clock, which counts what else the machine does meanwhile; and of this thread's processor."""
    started, worked = time.perf_counter(), time.thread_time()
    ask()
    return (time.perf_counter() - started) * 1000, (time.thread_time() - worked) * 1000
