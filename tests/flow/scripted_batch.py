"""An AWS Batch that a test scripts: how jobs end, what is refused, and what was asked. Runs nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from controlplane.batch.port import ENDING_LIMIT
from tests.builders import QUEUE, T0, life


class Answered(Exception):
    """An error with an answer, as botocore's ClientError has."""

    def __init__(self, code: str, status: int) -> None:
        super().__init__(code)
        self.response = {"Error": {"Code": code, "Message": "words"}, "ResponseMetadata": {"HTTPStatusCode": status}}


@dataclass(kw_only=True)
class ScriptedBatch:
    """An AWS Batch whose jobs end as a test says. Answers with boto3's shapes."""

    #: How jobs end: the exit code of each attempt.
    exit_codes: tuple[int, ...] = (0,)
    #: Raised by the next calls of SubmitJob: before the job is taken, or after.
    refusals: list[Exception] = field(default_factory=list)
    cuts: list[Exception] = field(default_factory=list)
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    terminated: list[str] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    #: Batch's ids of the RUNNABLE jobs, the next one first; what the next snapshots are refused with.
    line: list[str] = field(default_factory=list)
    refused_snapshots: list[Exception] = field(default_factory=list)
    #: What was asked of queues.
    calls: list[str] = field(default_factory=list)
    #: Why, of both; and what is raised by the next calls of either.
    reasons: list[str] = field(default_factory=list)
    refused_endings: list[Exception] = field(default_factory=list)
    #: What is raised by the next calls that end several.
    refused_calls: list[Exception] = field(default_factory=list)

    def submit_job(self, **request: Any) -> dict[str, Any]:
        """Take a job, unless a refusal is due."""
        if self.refusals:
            raise self.refusals.pop(0)
        job_id = f"batch-{len(self.jobs)}"
        self.jobs[job_id] = dict(request, jobId=job_id, createdAt=T0 + len(self.jobs), status="RUNNABLE")
        if self.cuts:
            raise self.cuts.pop(0)
        return {"jobId": job_id, "jobName": request["jobName"]}

    def list_jobs(self, **request: Any) -> dict[str, Any]:
        """Find jobs by name."""
        (wanted,) = request["filters"][0]["values"]
        return {"jobSummaryList": [job for job in self.jobs.values() if job["jobName"].lower() == wanted.lower()]}

    def describe_jobs(self, **request: Any) -> dict[str, Any]:
        """Tell the end of each known job."""
        known = (job_id for job_id in request["jobs"] if job_id in self.jobs)
        return {"jobs": [json.loads(self.events(job_id)[-1])["detail"] for job_id in known]}

    def cancel_job(self, **request: Any) -> dict[str, Any]:
        """Note the wish."""
        return self._end(self.cancelled, request)

    def terminate_job(self, **request: Any) -> dict[str, Any]:
        """Note the wish."""
        return self._end(self.terminated, request)

    def cancel_jobs(self, **request: Any) -> dict[str, Any]:
        """Note the wish of each, which may be refused alone."""
        return self._end_each(self.cancel_job, request)

    def terminate_jobs(self, **request: Any) -> dict[str, Any]:
        """Note the wish of each, which may be refused alone."""
        return self._end_each(self.terminate_job, request)

    def describe_job_queues(self, **request: Any) -> dict[str, Any]:
        """Tell of each queue as one that is healthy, and is asked for; count the calls."""
        self.calls.append("DescribeJobQueues")
        told = {"state": "ENABLED", "status": "VALID", "statusReason": "JobQueue Healthy", "priority": 1}
        order = [{"order": 1, "computeEnvironment": f"{QUEUE.partition(':job-queue')[0]}:compute-environment/test"}]
        queues = [{"jobQueueArn": arn, "computeEnvironmentOrder": order, **told} for arn in request["jobQueues"]]
        return {"jobQueues": queues}

    def describe_job_definitions(self, **request: Any) -> dict[str, Any]:
        """Tell of each definition as one that holds what nobody is to read; count the calls."""
        self.calls.append("DescribeJobDefinitions")
        hidden = {"environment": [{"name": "TOKEN", "value": "hush"}], "jobRoleArn": "arn:aws:iam::1:role/hush"}
        container = {"image": "an/image:1", "command": ["work", "Ref::hard"], **hidden}
        told = {
            "type": "container",
            "status": "ACTIVE",
            "parameters": {"hard": "yes"},
            "retryStrategy": {"attempts": 3},
            "timeout": {"attemptDurationSeconds": 60},
            "containerProperties": container,
        }
        return {"jobDefinitions": [{"jobDefinitionArn": arn, **told} for arn in request["jobDefinitions"][:1]]}

    def get_job_queue_snapshot(self, **request: Any) -> dict[str, Any]:
        """Show the line that a test has laid out, Batch's ids by their order; count the calls."""
        self.calls.append("GetJobQueueSnapshot")
        if self.refused_snapshots:
            raise self.refused_snapshots.pop(0)
        jobs = [{"jobArn": f"arn:aws:batch:r:a:job/{job_id}", "earliestTimeAtPosition": T0} for job_id in self.line]
        used = [{"capacityUnit": "VCPU", "quantity": 4.0}]
        return {"frontOfQueue": {"jobs": jobs}, "queueUtilization": {"totalCapacityUsage": used}}

    def _end(self, noted: list[str], request: Mapping[str, Any]) -> dict[str, Any]:
        if self.refused_endings:
            raise self.refused_endings.pop(0)
        noted.append(request["jobId"])
        self.reasons.append(request["reason"])
        return {}

    def _end_each(self, end: Callable[..., Any], request: Mapping[str, Any]) -> dict[str, Any]:
        """Answer as Batch does of several: a job that is refused is told of, and stops no other."""
        assert 0 < len(request["jobs"]) <= ENDING_LIMIT
        if self.refused_calls:
            raise self.refused_calls.pop(0)
        self.calls.append("of several")
        errors = []
        for job in request["jobs"]:
            try:
                end(jobId=job, reason=request["reason"])
            except Answered as refused:
                errors.append({"job": job, "code": str(refused), "message": "words"})
        failed = {each["job"] for each in errors}
        return {"successful": [job for job in request["jobs"] if job not in failed], "errors": errors}

    def events(self, job_id: str) -> list[str]:
        """Every event of a job's life."""
        job = self.jobs[job_id]
        place = {"jobQueue": job["jobQueue"], "jobDefinition": job["jobDefinition"]}
        lived = map(json.loads, life(job["jobName"], job_id=job_id, exit_codes=self.exit_codes))
        return [json.dumps(event | {"detail": event["detail"] | place}) for event in lived]
