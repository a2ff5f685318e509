"""An alert: what a person is told of a job that failed, and the port that carries it. Does no I/O.

Everything that a job may have written (its name, reasons, log) is untrusted: it stays text, without control characters.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from controlplane.deployment import Deployment
from controlplane.job import NOBODY, JobType, Status, whole_of
from controlplane.log import LogLine
from controlplane.records.record import JobRecord

#: How many lines of the log stand in an alert.
LOG_LINES = 20
#: Most characters of one line of the log.
LINE_CHARACTERS = 400
#: Amazon SNS's bound on a subject: ASCII, fewer than 100 characters.
SUBJECT_CHARACTERS = 99


@dataclass(frozen=True, kw_only=True)
class Alert:
    """A message for a human."""

    #: One id for one incident: a topic that can tell drops what it has carried.
    alert_id: str
    subject: str
    body: str


class Topic(Protocol):
    """The port: an SNS topic with e-mail subscriptions, or a folder of .eml files."""

    def publish(self, alert: Alert) -> None:
        """Hand an alert over, durably."""
        ...


@dataclass(frozen=True, kw_only=True)
class FailedChild:
    """The child that an array's alert tells of as an example."""

    record: JobRecord
    #: What people know it by.
    index: int
    log: Sequence[LogLine]


def compose(
    record: JobRecord,
    *,
    deployment: Deployment,
    log: Sequence[LogLine],
    child: FailedChild | None = None,
) -> Alert:
    """The alert of one failed job: what failed, where, why, each attempt, the last lines of its log, what to do."""
    name = plain(record.job_name)
    teller = child.record if child else record
    where = f":{child.index}" if child else ""
    job_id = record.key.job_id
    lines = [
        f"Job {name} failed: {_why(teller)}",
        "",
        f"Job:         {job_id}{where}",
        f"Batch's id:  {teller.batch_job_id or 'none: Batch never took it'}",
        f"Owner:       {plain(record.owner)}",
        f"Job queue:   {deployment.queue_title(record.job_queue)}",
        f"Definition:  {deployment.definition_title(record.job_definition)}",
        f"Exit code:   {'none' if teller.exit_code is None else teller.exit_code}",
        *_children(record, child),
        "",
        *_attempts(teller),
        "",
        *_log(child.log if child else log),
        "",
        *_more(record, where),
    ]
    subject = f"[{deployment.name}] Job {name} failed".encode("ascii", "replace").decode()
    return Alert(alert_id=job_id, subject=subject[:SUBJECT_CHARACTERS], body="\n".join(lines) + "\n")


def _more(record: JobRecord, where: str) -> list[str]:
    """The commands that show more, where there is an owner who may call them."""
    if record.owner == NOBODY:
        return ["Nobody submitted this job through the plane: AWS Batch's console shows more."]
    job = f"{record.key.job_id}{where}"
    return [
        f"To see more:  batchplane describe {job}",
        f"              batchplane logs {job}",
        f"To run what failed again:  batchplane rerun {record.key.job_id}",
    ]


def plain(text: str) -> str:
    """Text without anything that a terminal or a mail client would act on, in one line."""
    return "".join("\ufffd" if _acts(each) else each for each in text)


def _acts(character: str) -> bool:
    """True for control and format characters and for what ends a line; a tab is harmless."""
    category = unicodedata.category(character)
    return character != "\t" and (category.startswith("C") or category in ("Zl", "Zp"))


def _why(record: JobRecord) -> str:
    reasons = [plain(reason) for reason in (record.reason, record.status_reason) if reason]
    if record.exit_code is not None:
        reasons.insert(0, f"exit code {record.exit_code}")
    return "; ".join(reasons) or "Batch gave no reason"


def _children(record: JobRecord, child: FailedChild | None) -> list[str]:
    if record.type is not JobType.ARRAY:
        return []
    counts = ", ".join(f"{count} {status}" for status, count in sorted(record.status_summary.items()) if count)
    shown = f"; shown here is child {child.index}" if child else ""
    return [f"Children:    {record.size} ({counts}){shown}"]


def _attempts(record: JobRecord) -> list[str]:
    if not record.attempts:
        return ["Attempts:    none"]
    lines = ["Attempts:"]
    for number, attempt in enumerate(record.attempts, start=1):
        code = attempt.container.exit_code
        ended = "no exit code" if code is None else f"exit code {code}"
        why = "; ".join(plain(reason) for reason in (attempt.container.reason, attempt.status_reason) if reason)
        lines.append(
            f"  {number}. {_span(attempt.started_at, attempt.stopped_at)}  {ended}{f' ({why})' if why else ''}"
        )
    return lines


def _span(started_at: int | None, stopped_at: int | None) -> str:
    if started_at is None or stopped_at is None:
        return "never started"
    started = datetime.fromtimestamp(started_at / 1000, UTC)
    return f"{started:%Y-%m-%d %H:%M:%S} UTC, {(stopped_at - started_at) / 1000:.1f} s"


def _log(log: Sequence[LogLine]) -> list[str]:
    if not log:
        return ["Its log is empty."]
    return ["The last lines of its log:", *(f"  | {plain(line.message)[:LINE_CHARACTERS]}" for line in log)]


def is_alerting(record: JobRecord) -> bool:
    """True for a job that failed. Children speak through their parent, and parts through the array they are of."""
    return record.status is Status.FAILED and record.key.index is None and whole_of(record.key.job_id) is None
