"""What became of a job, as documents of their own: each status with its reason, each attempt with its log. Does no I/O.

In Batch's words: https://docs.aws.amazon.com/batch/latest/APIReference/API_AttemptDetail.html
"""

from __future__ import annotations

from typing import Any

from controlplane.batch.job_detail import Attempt
from controlplane.batch.state_change import transition_attempt, transition_status
from controlplane.job import Status
from controlplane.records.attempts import attempts_of
from controlplane.records.record import JobRecord


def history_document(record: JobRecord) -> dict[str, Any]:
    """Every status that the job entered, in the order of its life: until when, and why it did, where that was told."""
    steps = record.transitions
    ends: list[int | None] = [record.history[each] for each in steps[1:]]
    return {
        "status": record.status.value,
        "statusReason": record.status_reason,
        "history": [
            {
                "status": transition_status(step).value,
                "attempt": transition_attempt(step),
                "at": record.history[step],
                "until": until,
                **_cause(record, step, is_last=step == steps[-1]),
            }
            for step, until in zip(steps, [*ends, None], strict=True)
        ],
    }


def attempts_document(record: JobRecord) -> dict[str, Any]:
    """Every attempt, counted from 1; the last has no end while it runs."""
    attempts = enumerate(attempts_of(record), start=1)
    return {"attempts": [{"attempt": number, **_attempt(each)} for number, each in attempts]}


def _attempt(attempt: Attempt) -> dict[str, Any]:
    container = attempt.container
    return {
        "startedAt": attempt.started_at,
        "stoppedAt": attempt.stopped_at,
        "statusReason": attempt.status_reason,
        "container": {
            "exitCode": container.exit_code,
            "reason": container.reason,
            "logStreamName": container.log_stream_name,
            **({"name": container.name} if container.name else {}),
        },
        **({"podName": attempt.pod_name} if attempt.pod_name else {}),
    }


def _cause(record: JobRecord, step: int, *, is_last: bool) -> dict[str, Any]:
    """Why a status was entered: for the present one the job says it, for a retry the attempt before."""
    number, status = transition_attempt(step), transition_status(step)
    if status is record.status and (is_last or status.is_terminal):
        return {"statusReason": record.status_reason, "exitCode": record.exit_code}
    if status is Status.RUNNABLE and 1 < number <= len(record.attempts) + 1:
        before = record.attempts[number - 2]
        return {"statusReason": before.status_reason, "exitCode": before.container.exit_code}
    return {"statusReason": None, "exitCode": None}
