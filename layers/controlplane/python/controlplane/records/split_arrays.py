"""Arrays in parts, in the records: their parts kept once, and each whole brought to where its parts are.

A part's record is written first, then all parts are read, then the whole is written. So whoever writes last has seen
all, a repetition changes nothing, and what a crash left undone is done by the next part's news, or by the sweep.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from controlplane.job import whole_of
from controlplane.records.parts import change_of_whole, is_lost, part_ids, parts_of
from controlplane.records.port import Merge, Records, brought
from controlplane.records.record import JobRecord, Outcome, RecordKey
from controlplane.submissions.submission import Submission

#: How often a whole is looked at whose end disagrees with its parts'.
LOOKS = 5


@dataclass(frozen=True, kw_only=True)
class SplitArrays:
    """The arrays that are too large for AWS Batch."""

    records: Records

    def split(self, whole: JobRecord, submission: Submission, *, at: int) -> None:
        """Keep all parts, unless that is done. The claim says that it is: then none is made again that has expired."""
        if whole.claimed_at is not None:
            return
        for part in parts_of(submission):
            self.records.create(part)
        self.records.claim(whole.key.job_id, previous=None, at=at, capability_digests=())

    def parts(self, whole: JobRecord) -> Sequence[JobRecord | None]:
        """The records of all parts, in their order; None for one that there is not, or not yet."""
        ids = part_ids(whole.key.job_id, whole.size or 0)
        return [self.records.get(RecordKey(job_id=job_id)) for job_id in ids]

    def unsent(self, whole: JobRecord) -> Sequence[str]:
        """The ids of the parts that Batch may not know."""
        return [part.key.job_id for part in self.parts(whole) if part and part.is_unsent]

    def gather(self, job_id: str) -> None:
        """Bring a whole to where its parts are; for the id of a part, the whole that it is of. Else nothing."""
        key = RecordKey(job_id=whole_of(job_id) or job_id)
        for _ in range(LOOKS):
            whole = self.records.get(key)
            if whole is None or whole.claimed_at is None or not self._disagrees(whole):
                return

    def _disagrees(self, whole: JobRecord) -> bool:
        """Bring a whole to where its parts are; True where it had ended otherwise, and must be looked at again."""
        found = self.parts(whole)
        known = [part for part in found if part is not None]
        if is_lost(found):
            if whole.is_open:
                self.records.lose(whole.key, at=max((part.changed_at for part in known), default=whole.created_at))
            return False
        change = change_of_whole(whole, known) if len(known) == len(found) else None
        if change is None:
            return False
        merge = Merge(key=whole.key, changes=(change,), ours=True)
        if brought(self.records, merge) is not Outcome.CONFLICT:
            return False
        self.records.decide(whole.key, change)
        return True
