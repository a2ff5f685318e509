"""How a job is told: JobDetail and JobSummary of the API, from its rows. Pure; reads nothing.

https://docs.aws.amazon.com/batch/latest/APIReference/API_JobDetail.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from batchplane_local.batch.jobs.changes import AttemptRow, JobRow, Summary
from batchplane_local.batch.jobs.status import Status
from batchplane_local.batch.jobs.submission import Heading, Submission
from batchplane_local.batch.names import Place, TaskIds, node_address


@dataclass(frozen=True, kw_only=True, slots=True)
class Glimpse:
    """As much of one job at one moment as a listing shows."""

    submission: Heading
    position: int
    row: JobRow
    #: Every attempt up to this moment; the last one may not have ended. A multi-node parallel job has its main node's.
    attempts: tuple[AttemptRow, ...] = ()
    #: How an array's children stand; None for a job that has none.
    summary: Summary | None = None

    @property
    def job_id(self) -> str:
        """Batch's id."""
        return self.submission.job_id_at(self.position)


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment(Glimpse):
    """One job at one moment."""

    submission: Submission


@dataclass(frozen=True, kw_only=True)
class Teller:
    """Tells of jobs with the ARNs and ids of one embedded Batch."""

    place: Place
    task_ids: TaskIds

    def job_detail(self, moment: Moment) -> dict[str, Any]:
        """JobDetail."""
        submission, row, job_id = moment.submission, moment.row, moment.job_id
        # Each attempt is told in the list, and the last one by the container too.
        tasks = [self._task(submission, attempt) for attempt in moment.attempts]
        attempts = zip(moment.attempts, tasks, strict=True)
        detail = {
            **submission.shared_detail,
            "jobArn": self.place.batch("job", job_id),
            "jobId": job_id,
            "status": row.status.name,
            "attempts": [_attempt(attempt, task) for attempt, task in attempts if attempt.stopped_at is not None],
            "isCancelled": row.is_cancelled,
            "isTerminated": row.is_terminated,
            **_times(row),
        }
        if submission.size is not None:
            detail["arrayProperties"] = _array_properties(moment)
        if submission.node_properties is None or moment.position:
            container = submission.at(moment.position).container
            # With the attempt's own facts while it lasts, and when it was the last.
            detail["container"] = container | tasks[-1] if tasks and row.status >= Status.STARTING else container
        if submission.node_properties is not None:
            detail |= _node(moment) if moment.position else {"nodeProperties": submission.node_properties}
        return detail

    def job_summary(self, moment: Glimpse) -> dict[str, Any]:
        """JobSummary, as ListJobs answers it."""
        submission, row, job_id = moment.submission, moment.row, moment.job_id
        summary: dict[str, Any] = {
            "jobArn": self.place.batch("job", job_id),
            "jobId": job_id,
            "jobName": submission.job_name,
            "createdAt": submission.created_at,
            "status": row.status.name,
            "jobDefinition": submission.job_definition,
            **_times(row),
        }
        if submission.share_identifier is not None:
            summary["shareIdentifier"] = submission.share_identifier
        last = moment.attempts[-1] if moment.attempts else None
        if last and last.stopped_at is not None and row.status.is_terminal:
            summary["container"] = _exit(last)
        if submission.node_properties is not None:
            summary["nodeProperties"] = _nodes_summary(moment)
        elif moment.position:
            summary["arrayProperties"] = {"index": moment.position - 1}
        elif submission.size is not None:
            summary["arrayProperties"] = _array_properties(moment)
        return summary

    def _task(self, submission: Submission, attempt: AttemptRow) -> dict[str, Any]:
        """What ContainerDetail and AttemptContainerDetail both say of an attempt."""
        task_id = self.task_ids.of(attempt.job, attempt.attempt)
        cluster = f"{attempt.environment}_Batch"
        task: dict[str, Any] = {
            "containerInstanceArn": self.place.ecs("container-instance", f"{cluster}/{self.task_ids.folder}"),
            "taskArn": self.place.ecs("task", f"{cluster}/{task_id}"),
            "networkInterfaces": _interfaces(submission, attempt),
        }
        if attempt.started_at is not None:
            task["logStreamName"] = submission.at(attempt.job - submission.key).log_stream(task_id)
        if attempt.exit_code is not None:
            task["exitCode"] = attempt.exit_code
        if attempt.reason is not None:
            task["reason"] = attempt.reason
        return task


def _node(moment: Glimpse) -> dict[str, Any]:
    is_main = moment.position == moment.submission.main_position
    return {"nodeDetails": {"nodeIndex": moment.position - 1, "isMainNode": is_main}}


def _nodes_summary(moment: Glimpse) -> dict[str, Any]:
    """NodePropertiesSummary: of a job how many nodes it has, of a node which one it is."""
    summary: dict[str, Any] = {"numNodes": len(moment.submission.nodes)}
    return summary | _node(moment)["nodeDetails"] if moment.position else summary


def _interfaces(submission: Submission, attempt: AttemptRow) -> list[dict[str, str]]:
    """The network interface of a node that has started; none for any other job, as on AWS."""
    if submission.node_properties is None or attempt.started_at is None:
        return []
    return [{"privateIpv4Address": node_address(attempt.job)}]


def _attempt(attempt: AttemptRow, task: dict[str, Any]) -> dict[str, Any]:
    """AttemptDetail of an attempt that has ended."""
    detail: dict[str, Any] = {"container": task}
    if attempt.started_at is not None:
        detail["startedAt"] = attempt.started_at
    detail["stoppedAt"] = attempt.stopped_at
    if attempt.status_reason is not None:
        detail["statusReason"] = attempt.status_reason
    return detail


def _exit(attempt: AttemptRow) -> dict[str, Any]:
    facts = {"exitCode": attempt.exit_code, "reason": attempt.reason}
    return {name: value for name, value in facts.items() if value is not None}


def _times(row: JobRow) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    if row.started_at is not None:
        facts["startedAt"] = row.started_at
    if row.stopped_at is not None:
        facts["stoppedAt"] = row.stopped_at
    if row.status_reason is not None:
        facts["statusReason"] = row.status_reason
    return facts


def _array_properties(moment: Glimpse) -> dict[str, Any]:
    if moment.position:
        return {"statusSummary": {}, "index": moment.position - 1}
    if moment.summary is None:
        return {"size": moment.submission.size}
    return {
        "statusSummary": {status.name: moment.summary.counts[status] for status in Status},
        "statusSummaryLastUpdatedAt": moment.summary.updated_at,
        "size": moment.submission.size,
    }
