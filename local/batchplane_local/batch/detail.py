"""How a job is told: JobDetail and JobSummary of the API, from its rows. Pure; reads nothing.

https://docs.aws.amazon.com/batch/latest/APIReference/API_JobDetail.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from batchplane_local.batch.changes import AttemptRow, JobRow, Summary
from batchplane_local.batch.names import Place, TaskIds, node_address
from batchplane_local.batch.status import Status
from batchplane_local.batch.submission import Submission


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment:
    """One job at one moment."""

    submission: Submission
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


@dataclass(frozen=True, kw_only=True)
class Teller:
    """Tells of jobs with the ARNs and ids of one embedded Batch."""

    place: Place
    task_ids: TaskIds

    def job_detail(self, moment: Moment) -> dict[str, Any]:
        """JobDetail."""
        submission, row = moment.submission, moment.row
        detail = submission.shared_detail | {
            "jobArn": self.place.batch("job", moment.job_id),
            "jobId": moment.job_id,
            "status": row.status.name,
            "attempts": [self._attempt(submission, a) for a in moment.attempts if a.stopped_at is not None],
            "isCancelled": row.is_cancelled,
            "isTerminated": row.is_terminated,
        }
        if submission.size is not None:
            detail["arrayProperties"] = _array_properties(moment)
        if submission.node_properties is None or moment.position:
            detail["container"] = self._container(moment)
        if submission.node_properties is not None:
            detail |= _node(moment) if moment.position else {"nodeProperties": submission.node_properties}
        return detail | _times(row)

    def job_summary(self, moment: Moment) -> dict[str, Any]:
        """JobSummary, as ListJobs answers it."""
        submission, row = moment.submission, moment.row
        summary: dict[str, Any] = {
            "jobArn": self.place.batch("job", moment.job_id),
            "jobId": moment.job_id,
            "jobName": submission.job_name,
            "createdAt": submission.created_at,
            "status": row.status.name,
            "jobDefinition": submission.job_definition,
        } | _times(row)
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

    def _container(self, moment: Moment) -> dict[str, Any]:
        """ContainerDetail: with the attempt's own facts while it lasts, and when it was the last."""
        container = dict(moment.submission.at(moment.position).container)
        last = moment.attempts[-1] if moment.attempts else None
        if last is not None and moment.row.status >= Status.STARTING:
            container |= self._task(moment.submission, last) | _exit(last) | _interfaces(moment.submission, last)
        return container

    def _attempt(self, submission: Submission, attempt: AttemptRow) -> dict[str, Any]:
        """AttemptDetail."""
        container = self._task(submission, attempt) | _exit(attempt) | _interfaces(submission, attempt)
        detail = {
            "container": container,
            "startedAt": attempt.started_at,
            "stoppedAt": attempt.stopped_at,
            "statusReason": attempt.status_reason,
        }
        return {name: value for name, value in detail.items() if value is not None}

    def _task(self, submission: Submission, attempt: AttemptRow) -> dict[str, Any]:
        task_id = self.task_ids.of(attempt.job, attempt.attempt)
        cluster = f"{attempt.environment}_Batch"
        task = {
            "containerInstanceArn": self.place.ecs("container-instance", f"{cluster}/{self.task_ids.folder}"),
            "taskArn": self.place.ecs("task", f"{cluster}/{task_id}"),
        }
        if attempt.started_at is not None:
            task["logStreamName"] = submission.at(attempt.job - submission.key).log_stream(task_id)
        return task


def _node(moment: Moment) -> dict[str, Any]:
    is_main = moment.position == moment.submission.main_position
    return {"nodeDetails": {"nodeIndex": moment.position - 1, "isMainNode": is_main}}


def _nodes_summary(moment: Moment) -> dict[str, Any]:
    """NodePropertiesSummary: of a job how many nodes it has, of a node which one it is."""
    summary: dict[str, Any] = {"numNodes": len(moment.submission.nodes)}
    return summary | _node(moment)["nodeDetails"] if moment.position else summary


def _interfaces(submission: Submission, attempt: AttemptRow) -> dict[str, Any]:
    """The network interface of a node that has started; none for any other job, as on AWS."""
    if submission.node_properties is None or attempt.started_at is None:
        return {"networkInterfaces": []}
    return {"networkInterfaces": [{"privateIpv4Address": node_address(attempt.job)}]}


def _exit(attempt: AttemptRow) -> dict[str, Any]:
    facts = {"exitCode": attempt.exit_code, "reason": attempt.reason}
    return {name: value for name, value in facts.items() if value is not None}


def _times(row: JobRow) -> dict[str, Any]:
    facts = {"startedAt": row.started_at, "stoppedAt": row.stopped_at, "statusReason": row.status_reason}
    return {name: value for name, value in facts.items() if value is not None}


def _array_properties(moment: Moment) -> dict[str, Any]:
    if moment.position:
        return {"statusSummary": {}, "index": moment.position - 1}
    if moment.summary is None:
        return {"size": moment.submission.size}
    return {
        "statusSummary": {status.name: moment.summary.counts[status] for status in Status},
        "statusSummaryLastUpdatedAt": moment.summary.updated_at,
        "size": moment.submission.size,
    }
