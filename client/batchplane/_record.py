"""What the plane remembers of a job, read from its document. Asks for nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from batchplane._clock import from_milliseconds
from batchplane._errors import AnswerMalformed
from batchplane._timeline import Transition

#: The statuses of a job that has not finished, in AWS Batch's order.
IN_PROGRESS = ("SUBMITTED", "PENDING", "RUNNABLE", "STARTING", "RUNNING")
SUCCEEDED = "SUCCEEDED"
FAILED = "FAILED"


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One try of a job; without an end while it runs.

    https://docs.aws.amazon.com/batch/latest/APIReference/API_AttemptDetail.html
    """

    exit_code: int | None
    #: Why the container ended, in the words of the host.
    reason: str | None
    #: Why the attempt ended, in Batch's words.
    status_reason: str | None
    started_at: datetime | None
    stopped_at: datetime | None
    #: The stream in CloudWatch Logs; `Job.log` reads it.
    log_stream_name: str | None = None

    @classmethod
    def from_document(cls, attempt: Mapping[str, Any]) -> Attempt:
        """Read a member of `attempts`."""
        container = attempt.get("container") or {}
        return cls(
            exit_code=container.get("exitCode"),
            reason=container.get("reason"),
            status_reason=attempt.get("statusReason"),
            started_at=from_milliseconds(attempt.get("startedAt")),
            stopped_at=from_milliseconds(attempt.get("stoppedAt")),
            log_stream_name=container.get("logStreamName"),
        )


@dataclass(frozen=True, kw_only=True)
class JobRecord:
    """One job as the plane last told of it, in DescribeJobs' words."""

    job_id: str
    #: AWS Batch's own id; None until Batch knows the job.
    batch_job_id: str | None
    job_name: str
    #: Who submitted it; "-" where nobody did through the plane.
    owner: str
    #: "Single", "Array", "ArrayChild", "MultiNode" or "Node".
    type: str
    job_queue: str
    #: "name:revision".
    job_definition: str
    status: str
    status_reason: str | None
    #: True where AWS Batch has forgotten the job before it told of an end.
    lost: bool
    #: True where AWS Batch told of two ends, SUCCEEDED and FAILED: both are in the history.
    conflict: bool
    created_at: datetime | None
    started_at: datetime | None
    stopped_at: datetime | None
    exit_code: int | None
    attempts: tuple[Attempt, ...]
    history: tuple[Transition, ...]
    #: How many children an array job has; None for any other.
    size: int | None
    #: How many nodes a multi-node parallel job has; None for any other.
    num_nodes: int | None
    #: Which child of its array job, or node of its multi-node parallel job, this is, from 0; None for any other.
    index: int | None
    #: Which child of a larger array this stands for; None where its own index is that.
    original_index: int | None
    #: The id of the job that this one runs again; None for a first run.
    rerun_of: str | None
    #: True for the node whose end is its job's.
    is_main_node: bool

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> JobRecord:
        """Read a job document. Raises AnswerMalformed."""
        try:
            return cls._read(document)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise AnswerMalformed(f"A job document can't be read ({type(error).__name__}: {error})") from error

    @classmethod
    def _read(cls, document: Mapping[str, Any]) -> JobRecord:
        array = document.get("arrayProperties") or {}
        node = document.get("nodeDetails") or {}
        return cls(
            job_id=document["jobId"],
            batch_job_id=document.get("batchJobId"),
            job_name=document["jobName"],
            owner=document["owner"],
            type=document["type"],
            job_queue=document["jobQueue"],
            job_definition=document["jobDefinition"],
            status=document["status"],
            status_reason=document.get("statusReason"),
            lost=bool(document.get("lost")),
            conflict=bool(document.get("conflict")),
            created_at=from_milliseconds(document.get("createdAt")),
            started_at=from_milliseconds(document.get("startedAt")),
            stopped_at=from_milliseconds(document.get("stoppedAt")),
            exit_code=(document.get("container") or {}).get("exitCode"),
            attempts=tuple(Attempt.from_document(attempt) for attempt in document.get("attempts") or ()),
            history=_history(document),
            size=array.get("size"),
            num_nodes=(document.get("nodeProperties") or {}).get("numNodes"),
            index=array.get("index", node.get("nodeIndex")),
            original_index=document.get("originalIndex"),
            rerun_of=document.get("rerunOf"),
            is_main_node=bool(node.get("isMainNode")),
        )

    @property
    def is_in_progress(self) -> bool:
        """True while the job has yet to finish; False once it is lost: nobody will tell of its end."""
        return self.status in IN_PROGRESS and not self.lost

    @property
    def succeeded(self) -> bool:
        """True for SUCCEEDED."""
        return self.status == SUCCEEDED

    @property
    def failed(self) -> bool:
        """True for FAILED, and for nothing that is merely unknown."""
        return self.status == FAILED


def _history(document: Mapping[str, Any]) -> tuple[Transition, ...]:
    moments = ((step, from_milliseconds(step["at"])) for step in document.get("history") or ())
    return tuple(Transition(status=step["status"], attempt=step["attempt"], at=at) for step, at in moments if at)
