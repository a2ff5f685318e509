"""Looking up in Batch what came of a submission whose SubmitJob had no answer. Decides nothing."""

from __future__ import annotations

from controlplane.batch.port import Batch
from controlplane.records.record import earliest_job
from controlplane.submissions.submission import Submission


def taken(batch: Batch, submission: Submission) -> tuple[str, ...]:
    """Batch's ids of the jobs that tries of a submission have made, the oldest first; to be believed once settled."""
    return batch.find(
        job_queue=submission.job_queue,
        job_definition=submission.job_definition,
        job_name=submission.batch_job_name,
        created_from=earliest_job(submission.created_at),
    )
