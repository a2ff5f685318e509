"""Every table that `make bench` prints, in its order: each in an empty folder, and by one in `scale` of its work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from rich.console import Console

from tests.bench import (
    cold_start,
    counts,
    dynamodb,
    endpoint,
    events,
    gateway,
    holds,
    jobs,
    listing,
    long_polls,
    memory,
)
from tests.bench import submissions as kept_submissions
from tests.bench.race import ROUNDS, Contender, one_in, race
from tests.bench.rivals import missing

#: Milliseconds that the stand-in for DynamoDB takes for an answer.
DELAYS = (0, 5)


class Table(Protocol):
    """Prints one table, or several over the same servers."""

    def __call__(self, folder: Path, console: Console, *, scale: int) -> None:
        """Do the work, and print."""


def events_on_one_core(folder: Path, console: Console, *, scale: int) -> None:
    """Messages of a queue into records of SQLite."""
    _race("Events on one core", "events", events.contenders(folder, scale=scale), console, scale)


def event_path(folder: Path, console: Console, *, scale: int) -> None:
    """The same over DynamoDB."""
    _race("An event into UpdateItem's arguments", "events", dynamodb.reading(), console, scale)
    for delay in DELAYS:
        with dynamodb.recording(delay=delay, scale=scale) as recorders:
            _race(f"Events at a DynamoDB that answers in {delay} ms", "events", recorders, console, scale)


def calls_and_units(folder: Path, console: Console, *, scale: int) -> None:
    """What events cost at DynamoDB."""
    counts.print_counts(console, scale=scale)


def cold_starts(folder: Path, console: Console, *, scale: int) -> None:
    """What the functions start with."""
    starts = one_in(scale, cold_start.STARTS)
    with cold_start.consuming(starts=starts) as contenders:
        _race("Cold starts of the event consumer", "starts", contenders, console, scale)
    with cold_start.submitting(starts=starts) as contenders:
        _race("Cold starts of submit_job", "starts", contenders, console, scale)
    with cold_start.accepting(starts=starts) as contenders:
        _race("Cold starts of serve_api", "starts", contenders, console, scale)


def submissions(folder: Path, console: Console, *, scale: int) -> None:
    """A request of the API into a kept job."""
    contenders = kept_submissions.contenders(folder, scale=scale)
    _race("Submissions on one core", "submissions", contenders, console, scale)


def running(folder: Path, console: Console, *, scale: int) -> None:
    """Jobs, and what one would run them with instead."""
    with jobs.contenders(folder, scale=scale) as contenders:
        _race("Jobs that run /bin/true", "jobs", contenders, console, scale)
        for line in missing(contenders):
            console.print(line)


def batch_submitting(folder: Path, console: Console, *, scale: int) -> None:
    """SubmitJob at the embedded Batch's endpoint."""
    with endpoint.submitting(folder, scale=scale) as (one, many, arrays):
        _race("SubmitJob by boto3, one after another", "jobs", one, console, scale)
        _race(f"SubmitJob by boto3, {endpoint.CALLERS} at a time", "jobs", many, console, scale)
        size = one_in(scale, endpoint.ARRAY)
        _race(f"SubmitJob by boto3, arrays of {size:,}", "arrays", arrays, console, scale)


def batch_reading(folder: Path, console: Console, *, scale: int) -> None:
    """DescribeJobs and ListJobs there."""
    with endpoint.reading(folder, scale=scale) as reads:
        _race(f"Reads of {one_in(scale, endpoint.STORED):,} stored jobs", "answers", reads, console, scale)


TABLES: Sequence[Table] = (
    events_on_one_core,
    event_path,
    calls_and_units,
    cold_starts,
    submissions,
    gateway.print_gateway,
    long_polls.print_waiting,
    holds.print_holds,
    running,
    batch_submitting,
    batch_reading,
    listing.print_listing,
    memory.print_memory,
)


def _race(title: str, unit: str, contenders: Mapping[str, Contender], console: Console, scale: int) -> None:
    race(title, unit, contenders, console=console, rounds=one_in(scale, ROUNDS))
