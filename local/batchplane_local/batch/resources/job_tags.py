"""Tags of jobs: kept with the submission, and changed after it. Moves no job.

An array's children and a job's nodes have no tags of their own, as on AWS.
https://docs.aws.amazon.com/batch/latest/userguide/using-tags.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from batchplane_local.batch.bounds.limits import check_tags
from batchplane_local.batch.database.reading import Reading
from batchplane_local.batch.jobs.ledger import Ledger
from batchplane_local.batch.jobs.submission import Submission
from batchplane_local.batch.names import name_in
from batchplane_local.batch.refused import Refused


@dataclass(frozen=True, kw_only=True)
class JobTags:
    """The tags of every job of one embedded Batch."""

    ledger: Ledger
    reading: Reading

    def of(self, arn: str) -> Mapping[str, str]:
        """A job's tags, as they are on disk. Raises Refused."""
        return self._submission(arn).tags

    def change(self, arn: str, *, put: Mapping[str, str], drop: Sequence[str] = ()) -> None:
        """Give a job tags and take others away, on the engine's thread. Raises Refused."""
        submission = self._submission(arn)
        # The same job may have been tagged since the last commit.
        now = self.ledger.changes.tagged.get(submission.key, submission)
        tags = {name: tag for name, tag in {**now.tags, **put}.items() if name not in drop}
        check_tags(tags)
        self.ledger.changes.tagged[submission.key] = replace(now, tags=tags)
        self.reading.read_anew(submission.key)

    def _submission(self, arn: str) -> Submission:
        job_id = name_in(arn)
        if ":" in job_id or "#" in job_id:
            raise Refused(f"Tags of child jobs of array and multi-node parallel jobs are not supported: {arn}")
        found = next(iter(self.reading.moments((job_id,))), None)
        if found is None:
            raise Refused(f"Resource {arn} does not exist")
        return found.submission
