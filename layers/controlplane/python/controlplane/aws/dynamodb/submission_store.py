"""Submissions in the table: kept with the records that are born of them, and let go with them."""

from __future__ import annotations

from dataclasses import dataclass

from controlplane.aws.dynamodb.alert_store import AlertStore
from controlplane.aws.dynamodb.record_item import Item, open_shard, record_key, to_item
from controlplane.aws.dynamodb.retention import Retention, expiry, has_expired
from controlplane.aws.dynamodb.submission_item import submission_from_item, submission_key, submission_to_item
from controlplane.aws.dynamodb.table import Table
from controlplane.aws.dynamodb.tombstone import is_deleted
from controlplane.aws.dynamodb.update import Update
from controlplane.errors import KeySpent
from controlplane.records.record import RecordKey, born
from controlplane.submissions.submission import Submission


@dataclass(frozen=True, kw_only=True)
class SubmissionStore:
    """What was asked."""

    table: Table
    retention: Retention
    alerts: AlertStore

    def create(self, submission: Submission) -> Submission | None:
        """The submission's item is the lock; the record's follows, also where a crash had come between."""
        old = self.table.put(submission_to_item(submission))
        if old and is_deleted(old) and not has_expired(old, now=self.table.clock()):
            raise KeySpent
        if old and (is_deleted(old) or self._is_over(old)):
            old = self._begin_anew(submission, old)
        elif old and has_expired(old, now=self.table.clock()):
            # Its record is there: that of two ends went later, or somebody has begun the job anew since it was read.
            old = self.table.get(submission_key(submission.job_id)) or old
        earlier = submission_from_item(old) if old else None
        self._bear(earlier or submission)
        return earlier

    def get(self, job_id: str) -> Submission | None:
        """One strongly consistent read."""
        item = self.table.get(submission_key(job_id))
        return submission_from_item(item) if item else None

    def expire(self, job_id: str, *, at: int) -> None:
        """Let a submission go when its record does (epoch seconds), or later where that was said: one write."""
        update = _of_submission(Update().set(expiry(at)))
        name = update.name("expiresAt")
        update.require(f"(attribute_not_exists({name}) OR {name} < {update.value({'N': str(at)})})")
        self.table.update(submission_key(job_id), update)

    def keep(self, job_id: str, *, at: int) -> None:
        """Take it back that a submission goes at this time (epoch seconds)."""
        update = _of_submission(Update().remove(["expiresAt"]))
        update.require(f"{update.name('expiresAt')} = {update.value({'N': str(at)})}")
        self.table.update(submission_key(job_id), update)

    def _bear(self, submission: Submission) -> None:
        """Put the record where there is none, or one that has expired."""
        item = to_item(born(submission)) | {"open": {"S": open_shard(submission.job_id)}}
        if submission.part is None:  # the array that it is of counts
            item["vcpus"] = {"N": str(submission.vcpus)}
        now = {":now": {"N": str(self.table.clock() // 1000)}}
        self.table.put(item, condition="attribute_not_exists(pk) OR expiresAt <= :now", values=now)

    def _is_over(self, old: Item) -> bool:
        """Whether the job of a submission is to be gone: it ended long ago, though its submission may not say so.

        A crash between the two writes of an end leaves a submission without expiry, and one between those of `create`
        leaves it without a record; the first is older than the retention, and the second is not. Of two ends that
        disagree, a submission may go with one and its record with the other: it is gone with the later.
        """
        now = self.table.clock()
        earlier = submission_from_item(old)
        if not (has_expired(old, now=now) or self.retention.is_over(earlier.created_at, now=now)):
            return False
        return self.table.get(record_key(RecordKey(job_id=earlier.job_id))) is None

    def _begin_anew(self, submission: Submission, old: Item) -> Item | None:
        """Take an old submission's place, unless somebody has: then that one's is returned."""
        self.alerts.reopen(submission.job_id)
        return self.table.put(
            submission_to_item(submission),
            condition="attribute_not_exists(pk) OR createdAt = :seen",
            values={":seen": old["createdAt"]},
        )


def _of_submission(update: Update) -> Update:
    """The update, refused where there is no submission, or a tombstone in its place, which goes in its own time."""
    return update.require(f"attribute_exists({update.name('request')})")
