"""AWS Batch as the plane uses it: any object with boto3's Batch client methods. Imports no boto3.

SubmitJob has no client token, and every retry mode of the SDK would post it again after a lost answer. So the client
given here must not retry (`total_max_attempts=1`), and what its failures mean is decided in one place, `_refusal`:
refused for good, not taken now, or nobody knows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from controlplane.errors import BatchOutcomeUnknown, BatchRefused, BatchUnavailable, PlaneError
from controlplane.fan_out import in_groups
from controlplane.throttling import code_of, is_throttled, status_of

#: Why a second Batch job of one submission is terminated.
SECOND_SUBMISSION = "Second submission of a job that Batch already has"
#: Most ids that one DescribeJobs takes.
DESCRIBE_LIMIT = 100
#: Most characters of the reason of CancelJob and TerminateJob.
MAX_REASON_CHARACTERS = 1024
#: Most jobs that one CancelJobs, or TerminateJobs, takes.
ENDING_LIMIT = 50
#: Most jobs that one ListJobs with a filter answers.
LIST_LIMIT = 100
#: Most jobs of a line that GetJobQueueSnapshot answers.
FRONT_LIMIT = 100
#: Of one job among several; a call alone says the same by its status.
_NOT_ALLOWED, _FAULT = "AccessDenied", "ServerException"


class BatchClient(Protocol):
    """boto3's Batch client, or the embedded Batch. https://docs.aws.amazon.com/batch/latest/APIReference/."""

    def submit_job(self, **request: Any) -> Mapping[str, Any]:
        """SubmitJob."""
        ...

    def describe_jobs(self, **request: Any) -> Mapping[str, Any]:
        """DescribeJobs."""
        ...

    def list_jobs(self, **request: Any) -> Mapping[str, Any]:
        """ListJobs."""
        ...

    def cancel_job(self, **request: Any) -> Mapping[str, Any]:
        """CancelJob."""
        ...

    def terminate_job(self, **request: Any) -> Mapping[str, Any]:
        """TerminateJob."""
        ...

    def cancel_jobs(self, **request: Any) -> Mapping[str, Any]:
        """CancelJobs."""
        ...

    def terminate_jobs(self, **request: Any) -> Mapping[str, Any]:
        """TerminateJobs."""
        ...

    def describe_job_queues(self, **request: Any) -> Mapping[str, Any]:
        """DescribeJobQueues."""
        ...

    def describe_job_definitions(self, **request: Any) -> Mapping[str, Any]:
        """DescribeJobDefinitions."""
        ...

    def register_job_definition(self, **request: Any) -> Mapping[str, Any]:
        """RegisterJobDefinition."""
        ...

    def deregister_job_definition(self, **request: Any) -> Mapping[str, Any]:
        """DeregisterJobDefinition."""
        ...

    def get_job_queue_snapshot(self, **request: Any) -> Mapping[str, Any]:
        """GetJobQueueSnapshot."""
        ...


@dataclass(frozen=True, kw_only=True)
class JobSummary:
    """A job as ListJobs tells of it, as far as the plane reads that."""

    job_id: str
    job_name: str
    #: Epoch milliseconds.
    created_at: int


@dataclass(frozen=True, kw_only=True)
class JobSummaries:
    """A page of a list, and where the next one begins; None at the end."""

    jobs: tuple[JobSummary, ...]
    token: str | None


@dataclass(frozen=True, kw_only=True)
class InLine:
    """A RUNNABLE job in its queue's line."""

    #: Batch's id; a child's has its index.
    batch_job_id: str
    #: Since when it stands where it does (epoch milliseconds), where Batch says so.
    since: int | None


@dataclass(frozen=True, kw_only=True)
class QueueFront:
    """What a job queue starts next, and what its jobs use."""

    #: The next one first; Batch shows at most `FRONT_LIMIT`.
    line: tuple[InLine, ...]
    #: By its unit ("VCPU"), where Batch says so.
    capacity_usage: Mapping[str, float]


class Batch:
    """The one adapter over Batch's API."""

    def __init__(self, client: BatchClient, *, asking: BatchClient | None = None) -> None:
        """Take the client that submits, and another for what may be repeated; the same one where there is no other."""
        self._client = client
        self._asking = asking or client

    def submit(self, request: Mapping[str, Any]) -> str:
        """Submit a job and return Batch's id of it.

        Raises:
            BatchRefused: Batch will never take this request; its words are the message.
            BatchOutcomeUnknown: Batch may have taken it.
            BatchUnavailable: Batch did not take it (throttled).
        """
        return str(_call(self._client.submit_job, dict(request))["jobId"])

    def find(self, *, job_queue: str, job_definition: str, job_name: str, created_from: int) -> tuple[str, ...]:
        """Batch's ids of the jobs with exactly this name, of every status, created then or later; the oldest first.

        Whoever may submit to Batch can give a job any name, so its definition must be this one, too.
        The JOB_NAME filter ignores case and finds parents only:
        https://docs.aws.amazon.com/batch/latest/APIReference/API_ListJobs.html
        """
        request = {"jobQueue": job_queue, "filters": [{"name": "JOB_NAME", "values": [job_name]}]}
        found: list[Mapping[str, Any]] = []
        while True:
            answer = _call(self._asking.list_jobs, request)
            found += (
                job
                for job in answer["jobSummaryList"]
                if job["jobName"] == job_name
                and job.get("jobDefinition", job_definition) == job_definition
                and job["createdAt"] >= created_from
            )
            if not answer.get("nextToken"):
                return tuple(job["jobId"] for job in sorted(found, key=lambda job: job["createdAt"]))
            request = request | {"nextToken": answer["nextToken"]}

    def describe(self, batch_job_ids: Sequence[str]) -> Iterable[Mapping[str, Any]]:
        """Batch's details of these jobs; what Batch has forgotten is simply absent."""
        for ids in in_groups(batch_job_ids, DESCRIBE_LIMIT):
            yield from _call(self._asking.describe_jobs, {"jobs": list(ids)})["jobs"]

    def list_created_before(self, moment: int, *, job_queue: str, token: str | None = None) -> JobSummaries:
        """A page of a queue's jobs of every status that were created before a moment (epoch ms), the newest first.

        Parents only: https://docs.aws.amazon.com/batch/latest/APIReference/API_ListJobs.html
        """
        request: dict[str, Any] = {
            "jobQueue": job_queue,
            "filters": [{"name": "BEFORE_CREATED_AT", "values": [str(moment)]}],
            "maxResults": LIST_LIMIT,
        }
        answer = _call(self._asking.list_jobs, request | ({"nextToken": token} if token else {}))
        jobs = (
            JobSummary(job_id=each["jobId"], job_name=each["jobName"], created_at=each["createdAt"])
            for each in answer["jobSummaryList"]
        )
        return JobSummaries(jobs=tuple(jobs), token=answer.get("nextToken"))

    def describe_queues(self, job_queues: Sequence[str]) -> Sequence[Mapping[str, Any]]:
        """Batch's details of these job queues (ARNs, at most a hundred); what it does not know is simply absent."""
        return list(_call(self._asking.describe_job_queues, {"jobQueues": list(job_queues)})["jobQueues"])

    def describe_definitions(self, job_definitions: Sequence[str]) -> Sequence[Mapping[str, Any]]:
        """Batch's details of these job definitions (ARNs with revisions, at most a hundred); absent what it has not."""
        request = {"jobDefinitions": list(job_definitions)}
        return list(_call(self._asking.describe_job_definitions, request)["jobDefinitions"])

    def register(self, request: Mapping[str, Any]) -> str:
        """Register a revision of a job definition, and return its ARN. Not twice by itself: each call makes another."""
        return str(_call(self._client.register_job_definition, dict(request))["jobDefinitionArn"])

    def deregister(self, job_definition: str) -> None:
        """Let nothing more be submitted with a revision (ARN); one that is deregistered already is left as it is."""
        _call(self._asking.deregister_job_definition, {"jobDefinition": job_definition})

    def active_revisions(self, name: str) -> Sequence[str]:
        """The ARNs of the revisions of a job definition that submissions may name."""
        request: dict[str, Any] = {"jobDefinitionName": name, "status": "ACTIVE"}
        found: list[str] = []
        while True:
            answer = _call(self._asking.describe_job_definitions, request)
            found += (each["jobDefinitionArn"] for each in answer["jobDefinitions"])
            if not answer.get("nextToken"):
                return found
            request = request | {"nextToken": answer["nextToken"]}

    def front_of(self, job_queue: str) -> QueueFront:
        """What a job queue (ARN) starts next.

        https://docs.aws.amazon.com/batch/latest/APIReference/API_GetJobQueueSnapshot.html
        """
        answer = _call(self._asking.get_job_queue_snapshot, {"jobQueue": job_queue})
        line = (
            InLine(batch_job_id=each["jobArn"].rpartition("/")[2], since=each.get("earliestTimeAtPosition"))
            for each in answer.get("frontOfQueue", {}).get("jobs", ())
        )
        usage = answer.get("queueUtilization", {}).get("totalCapacityUsage", ())
        return QueueFront(line=tuple(line), capacity_usage={each["capacityUnit"]: each["quantity"] for each in usage})

    def cancel(self, batch_job_id: str, *, reason: str) -> None:
        """End a job that has not started; one that has started, or ended, is left as it is, and the call succeeds.

        https://docs.aws.amazon.com/batch/latest/APIReference/API_CancelJob.html
        """
        _call(self._asking.cancel_job, {"jobId": batch_job_id, "reason": reason})

    def terminate(self, batch_job_id: str, *, reason: str) -> None:
        """Stop a job in whatever status it is; one that has ended is left as it is."""
        _call(self._asking.terminate_job, {"jobId": batch_job_id, "reason": reason})

    def cancel_all(self, batch_job_ids: Sequence[str], *, reason: str) -> Mapping[str, PlaneError]:
        """Cancel at most `ENDING_LIMIT` jobs in one call; those of them that were not taken, and why.

        One that Batch does not know counts as taken. https://docs.aws.amazon.com/batch/latest/APIReference/.
        """
        return _not_taken(_call(self._asking.cancel_jobs, {"jobs": list(batch_job_ids), "reason": reason}))

    def terminate_all(self, batch_job_ids: Sequence[str], *, reason: str) -> Mapping[str, PlaneError]:
        """Terminate them, whatever status they are in; all else is as with `cancel_all`."""
        return _not_taken(_call(self._asking.terminate_jobs, {"jobs": list(batch_job_ids), "reason": reason}))


def _not_taken(answer: Mapping[str, Any]) -> Mapping[str, PlaneError]:
    """What CancelJobs and TerminateJobs say of single jobs: the call itself succeeds."""
    return {
        each["job"]: _meaning({"Error": {"Code": each["code"], "Message": each.get("message", "")}})
        for each in answer.get("errors", ())
    }


def _call(operation: Callable[..., Mapping[str, Any]], request: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        return operation(**request)
    except BatchUnavailable:  # the client has not asked it
        raise
    except Exception as error:
        raise _refusal(error) from error


def _refusal(error: Exception) -> PlaneError:
    """What a failed call means. An error without an answer (a lost connection) leaves the outcome unknown."""
    if type(error).__name__ == "ParamValidationError":  # botocore found it wrong before sending anything
        return BatchRefused(str(error))
    response = getattr(error, "response", None)
    if not isinstance(response, Mapping):
        return BatchOutcomeUnknown(f"AWS Batch gave no answer: {error}")
    return _meaning(response)


def _meaning(response: Mapping[str, Any]) -> PlaneError:
    """What an answer means that refuses: a call's, or in its words what was said of one of several jobs."""
    code, status = code_of(response), status_of(response)
    words = response.get("Error", {}).get("Message", "")
    if is_throttled(response):
        return BatchUnavailable(f"AWS Batch is throttling: {words}")
    if code == _NOT_ALLOWED or status in (401, 403):
        # Who asks may not, now: nothing is wrong with the job, and a right may be on its way.
        return BatchUnavailable(f"AWS Batch does not let the plane ask: {code}: {words}")
    if code == _FAULT or status >= 500:
        return BatchOutcomeUnknown(f"AWS Batch failed: {words}")
    return BatchRefused(f"{code}: {words}")
