"""What goes with a job's record in the table: its submission, and its children or nodes. An alert goes by itself.

Their expiry is written before the record's, and taken back before it: whoever is killed on the way finds the record as
it was, and does it again.
"""

from __future__ import annotations

from dataclasses import dataclass

from controlplane.aws.dynamodb.children import DynamoChildren
from controlplane.aws.dynamodb.submission_store import SubmissionStore
from controlplane.records.record import JobRecord


@dataclass(frozen=True, kw_only=True)
class Belongings:
    """Lets them go, and keeps them. Times are epoch seconds."""

    submissions: SubmissionStore
    children: DynamoChildren

    def let_go(self, record: JobRecord, *, at: int) -> None:
        """Have all of them expire at this time."""
        self.submissions.expire(record.key.job_id, at=at)
        if record.batch_job_id and record.size:
            self.children.expire(record.batch_job_id, size=record.size, at=at)

    def keep(self, record: JobRecord, *, at: int) -> None:
        """Take it back that they expire at this time; what expires at another has been let go by somebody else."""
        self.submissions.keep(record.key.job_id, at=at)
        if record.batch_job_id and record.size:
            self.children.keep(record.batch_job_id, size=record.size, at=at)
