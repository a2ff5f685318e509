"""Finished jobs, which are let go of once they have been kept long enough. Never touches one that hasn't ended.

AWS Batch keeps a job that has ended for at least seven days.
https://docs.aws.amazon.com/batch/latest/userguide/job_states.html

A submission is pruned as a whole, when its last job ended long enough ago and all its events are delivered. First its
one row goes, and with it whatever could lead to its jobs; their rows go afterwards, a stretch at each look, in this
life or the next.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from typing import NamedTuple

from batchplane_local.batch.database.reading import Reading
from batchplane_local.batch.jobs.changes import Stretch
from batchplane_local.batch.jobs.ledger import Ledger
from batchplane_local.batch.jobs.status import Status
from batchplane_local.batch.machine.output import Outputs

#: Milliseconds between two searches.
SEARCH_EVERY = 60_000
#: At one look: submissions that are looked at; jobs, stretches of them, and bytes of their output that are deleted.
_SUBMISSIONS, _JOBS, _STRETCHES, _BYTES = 250, 1000, 50, 4 * 1024 * 1024
_DAY = 86_400_000
#: In the order of their submission: the first row, the last row, when submitted, and when ended.
_NEXT = """
    SELECT submission.key, submission.key + coalesce(size, 0), created_at,
           CASE WHEN status >= ? THEN coalesce(stopped_at, created_at) END
    FROM submission CROSS JOIN job ON job.key = submission.key
    WHERE submission.key > ? ORDER BY submission.key LIMIT ?"""
_LOGS = """
    SELECT job, attempt, body IS NULL, coalesce(length(body), 0) FROM log
    WHERE job BETWEEN ? AND ? ORDER BY job, attempt"""


class _Found(NamedTuple):
    """Submissions that ended long enough ago."""

    stretches: Sequence[Stretch]
    #: The number of the last transition before they were found: none of theirs comes after it.
    last_event: int


class _Removal(NamedTuple):
    """Rows that are deleted once the files beside them are gone."""

    stretches: Sequence[Stretch]
    files: Future[None]


class Pruning:
    """The finished jobs of one embedded Batch; `keep_days` None, or inf, keeps them for good."""

    def __init__(self, *, reading: Reading, ledger: Ledger, outputs: Outputs, keep_days: float | None) -> None:
        if keep_days is not None and not keep_days >= 0:
            raise ValueError(f"keep_finished_days must be at least 0, or None to keep them for good; it is {keep_days}")
        self._reading, self._ledger, self._outputs = reading, ledger, outputs
        #: Milliseconds.
        self._keep = None if keep_days is None or math.isinf(keep_days) else round(keep_days * _DAY)
        self._to_delete = deque(Stretch(*row) for row in reading.ask("SELECT first, last FROM pruned ORDER BY first"))
        self._removal: _Removal | None = None
        self._found: _Found | None = None
        #: Up to which row the present search has come; 0 where there is none.
        self._searched = 0
        self._search_began: int | None = None

    def look(self, at: int) -> bool:
        """Go a step on; True while there is more to do than wait for jobs to grow old."""
        self._delete()
        if self._found is not None:
            self._let_go(self._found)
        elif self._keep is not None:
            # At another look, so that what was let go of is committed, and not found again.
            self._search(at, at - self._keep)
        return bool(self._to_delete or self._removal or self._found or self._searched)

    def _let_go(self, found: _Found) -> None:
        """Prune what was found, where its last event is delivered."""
        if self._reading.delivered() >= found.last_event:
            self._ledger.changes.pruned += found.stretches
            self._to_delete += found.stretches
            self._found = None

    def _search(self, at: int, ended_by: int) -> None:
        """Find what ended by a moment, some submissions further on, where it is time for that."""
        if not self._searched:
            # A clock may have been set back.
            if self._search_began is not None and self._search_began <= at < self._search_began + SEARCH_EVERY:
                return
            self._search_began = at
        rows = self._reading.ask(_NEXT, (Status.SUCCEEDED, self._searched, _SUBMISSIONS))
        self._searched = rows[-1][0] if len(rows) == _SUBMISSIONS else 0
        stretches: list[Stretch] = []
        for first, last, created_at, ended_at in rows:
            # What was submitted later can't have ended earlier, unless this is from a clock that ran ahead.
            if ended_by < created_at <= at:
                self._searched = 0
                break
            if ended_at is not None and ended_at <= ended_by:
                _add(stretches, first, last)
        if stretches:
            ((last_event,),) = self._reading.ask("SELECT coalesce(max(last), 0) FROM outbox")
            self._found = _Found(stretches, last_event)

    def _delete(self) -> None:
        """Delete some rows; those with files of their own at a later look, when the files are gone."""
        if self._removal is None and self._to_delete:
            stretches = list(self._next_stretches())
            files = [key for stretch in stretches for key in self._files_of(stretch)]
            if not files:
                self._ledger.changes.deleted += stretches
                return
            self._removal = _Removal(stretches, self._outputs.remove(files))
        elif self._removal is not None and self._removal.files.done():
            self._ledger.changes.deleted += self._removal.stretches
            self._removal = None

    def _next_stretches(self) -> Iterable[Stretch]:
        """As much as is deleted at a time, taken from what is to be deleted."""
        jobs, room = _JOBS, _BYTES
        for _ in range(_STRETCHES):
            if not self._to_delete or jobs <= 0 or room <= 0:
                return
            first, last = self._to_delete.popleft()
            end = min(last, first + jobs - 1)
            for job, _, _, size in self._logs(first, end):
                room -= size
                if room <= 0:
                    end = job
                    break
            if end < last:
                self._to_delete.appendleft(Stretch(end + 1, last))
            jobs -= end - first + 1
            yield Stretch(first, end)

    def _files_of(self, stretch: Stretch) -> list[tuple[int, int]]:
        return [(job, attempt) for job, attempt, is_file, _ in self._logs(*stretch) if is_file]

    def _logs(self, first: int, last: int) -> list[tuple[int, int, bool, int]]:
        return self._reading.ask(_LOGS, (first, last))


def _add(stretches: list[Stretch], first: int, last: int) -> None:
    """Add the rows of a submission; rows that follow one another make one stretch."""
    if stretches and stretches[-1].last + 1 == first:
        first = stretches.pop().first
    stretches.append(Stretch(first, last))
