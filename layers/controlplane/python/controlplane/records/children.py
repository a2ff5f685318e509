"""The children of an array by the indices that people know them by, whether Batch has it as one array or in parts.

Reads records and changes none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from controlplane.job import Status
from controlplane.records.parts import part_of, ranges, summary_of
from controlplane.records.port import Records
from controlplane.records.record import JobRecord, RecordKey
from controlplane.records.split_arrays import SplitArrays
from controlplane.submissions.submission import Submission


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """Children of an array that lie in one array of Batch's."""

    #: Of Batch's array: the array itself, or a part of it.
    record: JobRecord
    #: Which part it is; None for the array itself.
    part: int | None
    #: What the first child is counted as in the whole array.
    first: int
    size: int


@dataclass(frozen=True, kw_only=True)
class Child:
    """One child of an array."""

    record: JobRecord
    #: What people know it by; the record has Batch's own count.
    index: int
    #: The part of the array that it is in; None where Batch has the array as one.
    part: int | None

    def asked(self, submission: Submission | None) -> Submission | None:
        """What was asked of Batch for it, where this was asked for its array."""
        return submission if submission is None or self.part is None else part_of(submission, self.part)


@dataclass(frozen=True, kw_only=True)
class Children:
    """The children of arrays."""

    records: Records

    def stretches(self, array: JobRecord) -> Sequence[Stretch]:
        """An array as Batch has it: itself, or those of its parts that there are."""
        size = array.size or 0
        if not array.is_split:
            return [Stretch(record=array, part=None, first=0, size=size)]
        parts = enumerate(zip(SplitArrays(records=self.records).parts(array), ranges(size), strict=True))
        return [
            Stretch(record=part, part=number, first=children.start, size=len(children))
            for number, (part, children) in parts
            if part is not None
        ]

    def get(self, array: JobRecord, index: int) -> Child | None:
        """One child; None where it is not known."""
        for stretch in self.stretches(array):
            if stretch.record.batch_job_id and 0 <= index - stretch.first < stretch.size:
                record = self.records.get(RecordKey(job_id=stretch.record.batch_job_id, index=index - stretch.first))
                return Child(record=record, index=index, part=stretch.part) if record else None
        return None

    def page(
        self, array: JobRecord, *, first: int, limit: int, statuses: frozenset[Status] = frozenset()
    ) -> Sequence[Child]:
        """Known children in the order of their indices, from `first` on."""
        found: list[Child] = []
        for stretch in self.stretches(array):
            left, start = limit - len(found), max(first - stretch.first, 0)
            if stretch.record.batch_job_id and left > 0 and start < stretch.size:
                records = self.records.children(
                    stretch.record.batch_job_id, size=stretch.size, first=start, limit=left, statuses=statuses
                )
                found += (
                    Child(record=record, index=stretch.first + (record.key.index or 0), part=stretch.part)
                    for record in records
                )
        return found

    def summary(self, array: JobRecord) -> Mapping[Status, int]:
        """How many children are known to be in each status; all that Batch never had are as their array is."""
        counts: Counter[Status] = Counter()
        for stretch in self.stretches(array):
            if stretch.record.batch_job_id:
                counts.update(self.records.status_summary(stretch.record.batch_job_id, size=stretch.size))
            elif stretch.record.status.is_terminal:
                counts.update({Status(status): count for status, count in summary_of(stretch.record).items()})
        return counts

    def has_open(self, array: JobRecord) -> bool:
        """Whether a child may not have ended yet, as far as is known."""
        return any(
            self.records.open_children(stretch.record.batch_job_id, size=stretch.size, first=0, limit=1)
            for stretch in self.stretches(array)
            if stretch.record.batch_job_id and not stretch.record.lost
        )

    def failed(self, array: JobRecord) -> Sequence[int]:
        """The indices of the children that have failed; all of what ended before Batch ever had it."""
        return [index for stretch in self.stretches(array) for index in self._failed(stretch)]

    def _failed(self, stretch: Stretch) -> Iterator[int]:
        if stretch.record.batch_job_id is None:
            has_failed = stretch.record.status is Status.FAILED
            yield from range(stretch.first, stretch.first + stretch.size) if has_failed else ()
            return
        batch_job_id = stretch.record.batch_job_id
        for index in self.records.children_in(batch_job_id, size=stretch.size, status=Status.FAILED):
            yield stretch.first + index
