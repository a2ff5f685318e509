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
from batchplane.cli._words import duration, moment, printable, spans

#: How much of a dead letter's body a row shows, in characters.
_BODY_CHARACTERS = 100
_STATUS_STYLES = {"SUCCEEDED": "green", "FAILED": "red", "RUNNING": "cyan"}


def jobs_table(jobs: Iterable[Job], *, now: datetime, with_owner: bool = False) -> Table:
    """One row a job."""
    table = _table(
        "JOB ID",
        *(["OWNER"] if with_owner else []),
        "NAME",
        "STATUS",
        "TYPE",
        "ATTEMPTS",
        "EXIT CODE",
        "CREATED",
        "TIME IN STATUS",
    )
    # An id that is broken can't be copied; a name or a time can.
    table.columns[0].no_wrap = True
    for job in jobs:
        table.add_row(
            _text(job.job_id),
            *([_text(job.owner)] if with_owner else []),
            _text(job.name),
            _status(job),
            _text(job.type if job.size is None else f"{job.type} of {job.size}"),
            _text(len(job.attempts)),
            _text(job.exit_code),
            _text(moment(job.created_at)),
            _text(spans(time_in_status(job.history, until=now if job.is_in_progress else None))),
        )
    return table


def describe_tables(job: Job, *, now: datetime) -> Iterator[Table]:
    """All that is known of one job: its properties, then its attempts, then its history."""
    yield facts_table(_facts(job))
    if job.attempts:
        yield _attempts(job.attempts)
    if job.history:
        yield _history(job, now=now)


def history_tables(history: JobHistory, *, until: datetime | None) -> Iterator[Table]:
    """Each status and each attempt with its reason; the last status lasts until then, None where it takes no time."""
    steps = _table("STATUS", "ATTEMPT", "SINCE", "FOR", "EXIT CODE", "REASON")
    for step in history.steps:
        end = step.until or until
        span = "-" if end is None or step.at is None else duration(max(end, step.at) - step.at)
        row = (step.status, step.attempt, moment(step.at), span, step.exit_code, step.status_reason)
        steps.add_row(*map(_text, row))
    yield steps
    if history.attempts:
        yield _attempts(history.attempts, log_stream=True)


def dead_letters_table(letters: Iterable[DeadLetter]) -> Table:
    """One row a letter, with the beginning of its body."""
    table = _table("QUEUE", "SENT", "RECEIVED", "REASON", "BODY", "LENGTH")
    for letter in letters:
        table.add_row(
            _text(letter.queue),
            _text(moment(letter.sent_at)),
            _text(letter.receive_count),
            _text(letter.reason),
            _text(letter.body[:_BODY_CHARACTERS]),
            _text(letter.body_length),
        )
    return table


def environment_tables(environment: Environment) -> Iterator[Table]:
    """What a plane offers: what holds for all jobs, then the queues, then the definitions."""
    largest, allowed = environment.largest, environment.allowed_environment
    yield facts_table(
        [
            ("deployment", environment.name),
            ("endpoint", environment.url),
            ("IOBucket", environment.io_bucket),
            ("most of a job", _pairs(largest, " ") or None),
            ("variables allowed", ", ".join(allowed) or None),
        ]
    )
    queues = _table("JOB QUEUE", "ARN", "FAIR SHARE")
    for queue in environment.job_queues:
        queues.add_row(_text(queue.name), _text(queue.arn), _text("yes" if queue.fair_share else "no"))
    yield queues
    definitions = _table("JOB DEFINITION", "ARN", "RUNNER", "NODES")
    for each in environment.job_definitions:
        name, runner = f"{each.name}:{each.revision}", "yes" if each.runner else "no"
        definitions.add_row(_text(name), _text(each.arn), _text(runner), _text(each.num_nodes))
    yield definitions


def facts_table(facts: Iterable[tuple[str, object]]) -> Table:
    """One row a fact."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True, style="bold")
    table.add_column(overflow="fold")
    for name, value in facts:
        table.add_row(name, value if isinstance(value, Text) else _text(value))
    return table


def _facts(job: Job) -> Iterator[tuple[str, object]]:
    document = job.document
    container = document.get("container") or {}
    yield "job id", job.job_id
    yield "Batch job id", job.batch_job_id
    yield "name", job.name
    yield "type", job.type if job.size is None else f"{job.type} of {job.size}"
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
    yield "command", shlex.join(map(str, container.get("command") or ())) or None
    yield "owner", job.owner
    yield "created", moment(job.created_at)
    yield "started", moment(job.record.started_at)
    yield "stopped", moment(job.record.stopped_at)
    if summary := (document.get("arrayProperties") or {}).get("statusSummary"):
        yield "children", _pairs(summary, " ")
    for name in ("parameters", "tags"):
        if document.get(name):
            yield name, _pairs(document[name], "=")
    if document.get("inputs"):
        yield "inputs", ", ".join(map(str, document["inputs"]))


def _notes(job: Job) -> Iterator[str]:
    """What is not certain of the status."""
    if job.lost:
        yield "lost: AWS Batch no longer describes it, and told of no end"
    if job.conflict:
        yield "conflict: AWS Batch told of two ends; the history has both"


def _attempts(attempts: Sequence[Attempt], *, log_stream: bool = False) -> Table:
    table = _table("ATTEMPT", "EXIT CODE", "STARTED", "STOPPED", "REASON", *(["LOG STREAM"] if log_stream else []))
    for number, attempt in enumerate(attempts, start=1):
        reasons = "; ".join(dict.fromkeys(filter(None, (attempt.status_reason, attempt.reason))))
        times = (moment(attempt.started_at), moment(attempt.stopped_at))
        row = (number, attempt.exit_code, *times, reasons or None, *([attempt.log_stream_name] if log_stream else []))
        table.add_row(*map(_text, row))
    return table


def _history(job: Job, *, now: datetime) -> Table:
    table = _table("STATUS", "ATTEMPT", "SINCE", "FOR")
    ends: list[datetime | None] = [step.at for step in job.history[1:]]
    ends.append(now if job.is_in_progress else None)
    for step, end in zip(job.history, ends, strict=True):
        span = "-" if end is None else duration(max(end, step.at) - step.at)
        table.add_row(_text(step.status), _text(step.attempt), _text(moment(step.at)), _text(span))
    return table


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def _status(job: Job) -> Text:
    words = printable(job.status) + (" (lost)" if job.lost else "") + (" (conflict)" if job.conflict else "")
    return Text(words, style=_STATUS_STYLES.get(job.status, ""))


def _text(value: object) -> Text:
    """A cell that is no markup and commands no terminal."""
    return Text("-" if value is None else printable(value))


def _pairs(values: Mapping[str, Any], between: str) -> str:
    return ", ".join(f"{name}{between}{value}" for name, value in values.items())
