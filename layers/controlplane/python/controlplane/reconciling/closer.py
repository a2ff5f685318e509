"""Closing jobs that are over, so that they expire with all that belongs to them; an array in parts, with its parts.

Whatever is killed on the way is done again: a job stands open until the last write of its closing, and a whole is
closed after all of its parts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from controlplane.job import whole_of
from controlplane.reconciling.reconcile import is_outlived
from controlplane.records.port import Records
from controlplane.records.record import JobRecord, RecordKey
from controlplane.records.split_arrays import SplitArrays


@dataclass(frozen=True, kw_only=True)
class Closer:
    """Closes jobs."""

    records: Records
    #: Epoch milliseconds.
    now: int

    def lose(self, key: RecordKey) -> None:
        """Note that Batch has forgotten a job or a child, and close it: nobody can say more of it."""
        self.records.lose(key, at=self.now)
        record = self.records.get(key) if key.index is None else None
        if record and record.lost:
            self.close(record)

    def close(self, record: JobRecord) -> bool:
        """Close a job that is over and has no open child; False for a whole of which a part is not so far.

        A part is kept until the whole is over, and then goes with it.
        """
        if record.is_split:
            return self._close_whole(record)
        whole_id = whole_of(record.key.job_id)
        whole = self.records.get(RecordKey(job_id=whole_id)) if whole_id else None
        if whole is None:
            self.records.close(record.key, since=record.changed_at)
        elif whole.is_open or not self._close_whole(whole):
            self.records.close(record.key, since=None)
        return True

    def has_open_child(self, array: JobRecord, *, is_over: bool) -> bool:
        """Whether a child or node of what Batch has may not have ended yet.

        Args:
            array: The array job, a part of one, or the multi-node parallel job.
            is_over: Whether nothing more is to be hoped for: children that were never heard of don't count.
        """
        if array.batch_job_id is None or array.size is None:
            return False
        limit = array.size if is_over else 1
        still = self.records.open_children(array.batch_job_id, size=array.size, first=0, limit=limit)
        return any(not is_over or order >= 0 for order in still.values())

    def _close_whole(self, whole: JobRecord) -> bool:
        parts = [part for part in SplitArrays(records=self.records).parts(whole) if part is not None]
        if self._is_going_on(parts):
            return False
        for each in (*parts, whole):
            self.records.close(each.key, since=whole.changed_at)
        return True

    def _is_going_on(self, parts: Sequence[JobRecord]) -> bool:
        return any(part.is_open for part in parts) or any(
            self.has_open_child(part, is_over=part.lost or is_outlived(part, now=self.now)) for part in parts
        )
