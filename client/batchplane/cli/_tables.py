"""Jobs, dead letters, the environment as tables for people. All text in them is others' own: shown, not interpreted."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.table import Table
from rich.text import Text

from batchplane._dead_letters import DeadLetter
from batchplane._environment import Environment
from batchplane._history import JobHistory
from batchplane._job import Job
from batchplane._record import Attempt
from batchplane._timeline import time_in_status
from batchplane.cli._cells import facts_table, pairs, table, text
from batchplane.cli._listing import Listing
from batchplane.cli._words import duration, moment, printable, spans

#: How much of a dead letter's body a row shows, in characters.
_BODY_CHARACTERS = 100
_JOB_HEADINGS = (
    *("JOB ID", "OWNER", "NAME", "STATUS", "TYPE"),
    *("ATTEMPTS", "EXIT CODE", "CREATED", "TIME IN STATUS"),
)
_STATUS_STYLES = {"SUCCEEDED": "green", "FAILED": "red", "RUNNING": "cyan"}


def jobs_table(jobs: Iterable[Job], *, now: datetime, with_owner: bool = False) -> Listing:
    """One row a job."""
    rows = [_row(job, now=now) for job in jobs]
    return Listing(
        headings=[each for each in _JOB_HEADINGS if with_owner or each != "OWNER"],
        rows=rows,
        whole={"JOB ID", "STATUS", "CREATED"},
        spared=["TIME IN STATUS", "ATTEMPTS", "EXIT CODE", "TYPE", "CREATED"],
    )


def describe_tables(job: Job, *, now: datetime) -> Iterator[Table]:
    """All that is known of one job: its properties, then its attempts, then its history."""
    yield facts_table(_facts(job))
    if job.attempts:
        yield _attempts(job.attempts)
    if job.history:
        yield _history(job, now=now)


def history_tables(history: JobHistory, *, until: datetime | None) -> Iterator[Table]:
    """Each status and each attempt with its reason; the last status lasts until then, None where it takes no time."""
    steps = table("STATUS", "ATTEMPT", "SINCE", "FOR", "EXIT CODE", "REASON")
    for step in history.steps:
        end = step.until or until
        span = "-" if end is None or step.at is None else duration(max(end, step.at) - step.at)
        row = (step.status, step.attempt, moment(step.at), span, step.exit_code, step.status_reason)
        steps.add_row(*map(text, row))
    yield steps
    if history.attempts:
        yield _attempts(history.attempts, log_stream=True)


def dead_letters_table(letters: Iterable[DeadLetter]) -> Table:
    """One row a letter, with the beginning of its body."""
    made = table("QUEUE", "SENT", "RECEIVED", "REASON", "BODY", "LENGTH")
    for letter in letters:
        made.add_row(
            text(letter.queue),
            text(moment(letter.sent_at)),
            text(letter.receive_count),
            text(letter.reason),
            text(letter.body[:_BODY_CHARACTERS]),
            text(letter.body_length),
        )
    return made


def environment_tables(environment: Environment) -> Iterator[Table]:
    """What a plane offers: what holds for all jobs, then the queues, then the definitions."""
    largest, allowed = environment.largest, environment.allowed_environment
    yield facts_table(
        [
            ("deployment", environment.name),
            ("endpoint", environment.url),
            ("IOBucket", environment.io_bucket),
            ("most of a job", pairs(_with_units(largest), " ") or None),
            ("variables allowed", ", ".join(allowed) or None),
        ]
    )
    queues = table("JOB QUEUE", "ARN", "FAIR SHARE")
    for queue in environment.job_queues:
        queues.add_row(text(queue.name), text(queue.arn), text("yes" if queue.fair_share else "no"))
    yield queues
    definitions = table("JOB DEFINITION", "ARN", "RUNNER", "VCPUS", "MEMORY", "GPUS", "NODES")
    for each in environment.job_definitions:
        name, runner = f"{each.name}:{each.revision}", "yes" if each.runner else "no"
        values = (name, each.arn, runner, each.vcpus, f"{each.memory} MiB", each.gpus, each.num_nodes)
        definitions.add_row(*map(text, values))
    yield definitions


def _row(job: Job, *, now: datetime) -> dict[str, Text]:
    spent = time_in_status(job.history, until=now if job.is_in_progress else None)
    cells = (job.job_id, job.owner, job.name, _status(job), _type(job), len(job.attempts), job.exit_code)
    values = (*cells, moment(job.created_at), spans(spent))
    return {
        heading: value if isinstance(value, Text) else text(value)
        for heading, value in zip(_JOB_HEADINGS, values, strict=True)
    }


def _with_units(largest: Mapping[str, int]) -> dict[str, str]:
    return {kind: f"{most} MiB" if kind == "MEMORY" else str(most) for kind, most in largest.items()}


def _facts(job: Job) -> Iterator[tuple[str, object]]:
    document = job.document
    container = document.get("container") or {}
    yield "job id", job.job_id
    yield "Batch job id", job.batch_job_id
    yield "name", job.name
    yield "type", _type(job)
    if job.original_index is not None:
        yield "original index", job.original_index
    if job.rerun_of is not None:
        yield "runs again", job.rerun_of
    yield "job queue", job.record.job_queue
    yield "job definition", job.record.job_definition
    yield "status", _status(job)
    yield from (("note", note) for note in _notes(job))
    yield "status reason", job.status_reason
    yield "exit code", job.exit_code
    yield from _commands(container, (document.get("nodeProperties") or {}).get("nodeRangeProperties") or ())
    yield "owner", job.owner
    yield "created", moment(job.created_at)
    yield "started", moment(job.record.started_at)
    yield "stopped", moment(job.record.stopped_at)
    if summary := (document.get("arrayProperties") or {}).get("statusSummary"):
        yield "children", pairs(summary, " ")
    if summary := (document.get("nodeProperties") or {}).get("statusSummary"):
        yield "nodes", pairs(summary, " ")
    for name in ("parameters", "tags"):
        if document.get(name):
            yield name, pairs(document[name], "=")
    if document.get("inputs"):
        yield "inputs", ", ".join(map(str, document["inputs"]))


def _commands(container: Mapping[str, Any], ranges: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, object]]:
    """What runs: in the job's container, or on each range of its nodes."""
    for each in ranges:
        yield f"command of nodes {each['targetNodes']}", _joined(each["container"])
    if not ranges:
        yield "command", _joined(container)


def _joined(container: Mapping[str, Any]) -> str | None:
    return shlex.join(map(str, container.get("command") or ())) or None


def _type(job: Job) -> str:
    parts = job.size or job.num_nodes
    if job.is_main_node:
        return f"{job.type}, the main one"
    return job.type if parts is None else f"{job.type} of {parts}"


def _notes(job: Job) -> Iterator[str]:
    """What is not certain of the status."""
    if job.lost:
        yield "lost: AWS Batch no longer describes it, and told of no end"
    if job.conflict:
        yield "conflict: AWS Batch told of two ends; the history has both"


def _attempts(attempts: Sequence[Attempt], *, log_stream: bool = False) -> Table:
    made = table("ATTEMPT", "EXIT CODE", "STARTED", "STOPPED", "REASON", *(["LOG STREAM"] if log_stream else []))
    for number, attempt in enumerate(attempts, start=1):
        reasons = "; ".join(dict.fromkeys(filter(None, (attempt.status_reason, attempt.reason))))
        times = (moment(attempt.started_at), moment(attempt.stopped_at))
        row = (number, attempt.exit_code, *times, reasons or None, *([attempt.log_stream_name] if log_stream else []))
        made.add_row(*map(text, row))
    return made


def _history(job: Job, *, now: datetime) -> Table:
    made = table("STATUS", "ATTEMPT", "SINCE", "FOR")
    ends: list[datetime | None] = [step.at for step in job.history[1:]]
    ends.append(now if job.is_in_progress else None)
    for step, end in zip(job.history, ends, strict=True):
        span = "-" if end is None else duration(max(end, step.at) - step.at)
        made.add_row(text(step.status), text(step.attempt), text(moment(step.at)), text(span))
    return made


def _status(job: Job) -> Text:
    words = printable(job.status) + (" (lost)" if job.lost else "") + (" (conflict)" if job.conflict else "")
    return Text(words, style=_STATUS_STYLES.get(job.status, ""))
