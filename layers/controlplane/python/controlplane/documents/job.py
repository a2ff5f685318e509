"""A job as people see it: DescribeJobs' words, from the record and the submission. Does no I/O.

It is made of what the plane knows, never of Batch's raw document, which carries other people's secrets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from controlplane.batch.job_detail import Attempt
from controlplane.batch.state_change import transition_attempt, transition_status
from controlplane.deployment import Deployment
from controlplane.job import JobType, Status
from controlplane.records.record import JobRecord
from controlplane.submissions.node_bounds import indices
from controlplane.submissions.submission import Submission

_ASKED = (
    "parameters",
    "retryStrategy",
    "timeout",
    "tags",
    "shareIdentifier",
    "schedulingPriorityOverride",
)


def to_document(
    record: JobRecord,
    *,
    deployment: Deployment,
    submission: Submission | None = None,
    status_summary: Mapping[Status, int] | None = None,
) -> dict[str, Any]:
    """The job document.

    Args:
        record: What the plane remembers of the job.
        deployment: Gives queues and definitions the names people say.
        submission: What was asked; without it the document leaves out command, environment and the like.
        status_summary: Counts of an array's children, where they are newer than the record's own; of a job's nodes.
    """
    request = submission.request if submission else {}
    overrides = _overrides(record, request)
    return {
        "jobId": known_as(record, submission),
        "batchJobId": record.batch_job_id,
        "jobName": submission.job_name if submission else record.job_name,
        "owner": submission.owner if submission else record.owner,
        "type": record.type.value,
        "jobQueue": deployment.queue_title(record.job_queue),
        "jobDefinition": deployment.definition_title(record.job_definition),
        "status": record.status.value,
        "statusReason": record.status_reason,
        "createdAt": record.created_at,
        "startedAt": record.started_at,
        "stoppedAt": record.stopped_at,
        "isCancelled": record.is_cancelled,
        "isTerminated": record.is_terminated,
        "lost": record.lost,
        "conflict": record.is_conflicting,
        "container": {
            **_container(overrides),
            "exitCode": record.exit_code,
            "reason": record.reason,
            "logStreamName": record.log_stream_name,
        },
        "attempts": [_attempt(attempt) for attempt in record.attempts],
        **_rerun(record, submission),
        "dependsOn": list(request.get("dependsOn", ())),
        "inputs": sorted(request.get("inputs", ())),
        "history": history(record),
        **{name: request[name] for name in _ASKED if name in request},
        **_array_properties(record, submission, status_summary),
        **_node_properties(record, request, status_summary, deployment),
    }


def _overrides(record: JobRecord, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the job's container was asked to have; of a node, what those of its range were."""
    if record.type is not JobType.NODE or record.key.index is None:
        return dict(request.get("containerOverrides", {}))
    whole = record.key.index + 1  # it is among so many at least
    of_node = (each for each in _ranges(request) if record.key.index in indices(each["targetNodes"], whole))
    return dict(next(of_node, {}).get("containerOverrides", {}))


def _ranges(request: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The ranges of nodes that something was asked of."""
    return list(request.get("nodeOverrides", {}).get("nodePropertyOverrides") or ())


def _container(overrides: Mapping[str, Any]) -> dict[str, Any]:
    return {name: overrides.get(name, []) for name in ("command", "environment", "resourceRequirements")}


def _rerun(record: JobRecord, submission: Submission | None) -> dict[str, Any]:
    """Which job this one runs again, and which child's place it takes."""
    if submission is None:
        return {}
    rerun = {"rerunOf": submission.rerun_of} if submission.rerun_of else {}
    if submission.indices is None or record.size is not None:
        return rerun
    return rerun | {"originalIndex": submission.original_index(record.key.index)}


def _node_properties(
    record: JobRecord,
    request: Mapping[str, Any],
    status_summary: Mapping[Status, int] | None,
    deployment: Deployment,
) -> dict[str, Any]:
    nodes = deployment.node_properties(record.job_definition)
    if record.type is JobType.NODE:
        is_main = nodes is not None and record.key.index == nodes.main_node
        return {"nodeDetails": {"nodeIndex": record.key.index, "isMainNode": is_main}}
    if record.type is not JobType.MULTI_NODE:
        return {}
    main = {"mainNode": nodes.main_node} if nodes else {}
    counts = {str(status): count for status, count in (status_summary or {}).items() if count}
    ranges = [_node_range(each) for each in _ranges(request)]
    return {
        "nodeProperties": {
            "numNodes": record.size,
            **main,
            "nodeRangeProperties": ranges,
            "statusSummary": counts,
        }
    }


def _node_range(asked: Mapping[str, Any]) -> dict[str, Any]:
    types = {"instanceTypes": asked["instanceTypes"]} if asked.get("instanceTypes") else {}
    return {"targetNodes": asked["targetNodes"], "container": _container(asked.get("containerOverrides", {})), **types}


def history(record: JobRecord) -> list[dict[str, Any]]:
    """Every transition that the plane was told of, in the order of the job's life."""
    return [
        {"status": transition_status(each).value, "attempt": transition_attempt(each), "at": record.history[each]}
        for each in record.transitions
    ]


def _attempt(attempt: Attempt) -> dict[str, Any]:
    document: dict[str, Any] = msgspec.to_builtins(attempt)
    return {"container": {}} | document


def known_as(record: JobRecord, submission: Submission | None) -> str:
    """The id that people know a job by, a child or a node: of what Batch has in parts, the whole's."""
    if submission is None:
        return record.id_within(record.key.job_id)
    return record.id_within(submission.public_id, first=submission.first_child)


def _array_properties(
    record: JobRecord, submission: Submission | None, status_summary: Mapping[Status, int] | None
) -> dict[str, Any]:
    if record.type is JobType.ARRAY_CHILD:
        first = submission.first_child if submission else 0
        return {"arrayProperties": {"index": first + (record.key.index or 0)}}
    if record.type is not JobType.ARRAY or record.size is None:
        return {}
    known = {str(status): count for status, count in (status_summary or record.status_summary).items() if count}
    waiting = record.size - sum(known.values())
    if waiting > 0 and not record.status.is_terminal:  # Batch announces no child before it is PENDING or RUNNABLE
        known[Status.SUBMITTED] = known.get(Status.SUBMITTED, 0) + waiting
    return {"arrayProperties": {"size": record.size, "statusSummary": {str(s): n for s, n in known.items()}}}
