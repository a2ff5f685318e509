"""EventBridge's "Batch Job State Change" and "Batch Job Queue Blocked": envelope and detail. Pure; delivers nothing.

https://docs.aws.amazon.com/batch/latest/userguide/batch_job_events.html
https://docs.aws.amazon.com/batch/latest/userguide/batch-job-queue-blocked-events.html
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from batchplane_local.batch.jobs.blockage import Blockage
from batchplane_local.batch.jobs.changes import AttemptRow, JobRow
from batchplane_local.batch.jobs.detail import Moment, Teller
from batchplane_local.batch.jobs.status import Status


def moment_of(now: Moment, *, status: Status, finished: int) -> Moment:
    """The job as it was when it got this status with so many attempts ended, from what is known of it now.

    A terminal status is left by nobody but a node whose job is retried, so what is known now is what was; any other
    moment is put together from the attempts, whose rows no longer change once they have ended.
    """
    if status >= Status.SUCCEEDED and now.row.attempts == finished and now.row.status >= Status.SUCCEEDED:
        return now
    attempts = now.attempts[:finished]
    if status in (Status.STARTING, Status.RUNNING):
        if len(now.attempts) > finished:
            attempts = (*attempts, _begun(now.attempts[finished], status))
        row = JobRow(status, finished, attempts[-1].started_at if len(attempts) > finished else None)
    elif attempts and status != Status.PENDING:
        last = attempts[-1]
        stopped_at = last.stopped_at if status.is_terminal else None
        row = JobRow(status, finished, last.started_at, stopped_at, last.status_reason)
    else:
        row = JobRow(status, finished)
    return Moment(submission=now.submission, position=now.position, row=row, attempts=attempts, summary=now.summary)


def _begun(attempt: AttemptRow, status: Status) -> AttemptRow:
    started_at = attempt.started_at if status == Status.RUNNING else None
    return AttemptRow(attempt.job, attempt.attempt, attempt.environment, attempt.slot, started_at)


@dataclass(frozen=True, kw_only=True)
class Announcer:
    """Makes events of one embedded Batch."""

    teller: Teller

    def job_state_change(self, moment: Moment, *, sequence: int, at: int) -> dict[str, Any]:
        """The event of a transition; the same sequence number gives the same id, delivered once or twice."""
        detail = self.teller.job_detail(moment)
        detail["tags"] = {"resourceArn": detail["jobArn"], **detail["tags"]}
        if not moment.row.status.is_terminal:
            del detail["isCancelled"], detail["isTerminated"]
        place = self.teller.place
        return {
            "version": "0",
            "id": self.teller.task_ids.event(sequence),
            "detail-type": "Batch Job State Change",
            "source": "aws.batch",
            "account": place.account,
            "time": _time(at // 1000),
            "region": place.region,
            "resources": [detail["jobArn"]],
            "detail": detail,
        }

    def job_queue_blocked(self, now: Moment, why: Blockage, *, finished: int, sequence: int, at: int) -> dict[str, Any]:
        """The event of a queue that this RUNNABLE job blocked when so many of its attempts had ended."""
        then = moment_of(now, status=Status.RUNNABLE, finished=finished)
        blocked = replace(then, row=then.row._replace(status_reason=why.status_reason))
        event = self.job_state_change(blocked, sequence=sequence, at=at)
        resources = [event["detail"]["jobArn"], event["detail"]["jobQueue"]]
        return event | {"detail-type": "Batch Job Queue Blocked", "resources": resources}


@lru_cache(maxsize=16)
def _time(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
