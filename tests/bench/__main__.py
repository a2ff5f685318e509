"""Runs every race: `make bench`."""

from __future__ import annotations

import logging
import os
import tempfile
from pathlib import Path

from rich.console import Console

#: Milliseconds that the stand-in for DynamoDB takes for an answer.
DELAYS = (0, 5)


def main() -> None:
    """Each race over folders of its own; what the functions log is not part of it."""
    os.environ |= {"POWERTOOLS_LOG_LEVEL": "CRITICAL", "POWERTOOLS_METRICS_DISABLED": "true"}
    logging.disable()

    # Imported late: the functions' library reads its settings as it is imported.
    from tests.bench import endpoint, events, gateway, jobs, listing, long_polls, memory, submissions
    from tests.bench.race import race
    from tests.bench.rivals import missing

    console = Console(width=110)
    with tempfile.TemporaryDirectory(prefix="batchplane-bench-") as name:
        folder = Path(name)
        race("Events on one core", "events", events.contenders(folder), console=console)
        _record(console)
        race("Submissions on one core", "submissions", submissions.contenders(folder), console=console)
        gateway.print_gateway(folder / "gateway", console)
        long_polls.print_waiting(folder / "waiting", console)
        with jobs.contenders(folder) as contenders:
            race("Jobs that run /bin/true", "jobs", contenders, console=console)
            for line in missing(contenders):
                console.print(line)
        with endpoint.submitting(folder / "endpoint") as (one, many, arrays):
            race("SubmitJob by boto3, one after another", "jobs", one, console=console)
            race(f"SubmitJob by boto3, {endpoint.CALLERS} at a time", "jobs", many, console=console)
            race(f"SubmitJob by boto3, arrays of {endpoint.ARRAY:,}", "arrays", arrays, console=console)
        with endpoint.reading(folder / "reads") as reads:
            race(f"Reads of {endpoint.STORED:,} stored jobs", "answers", reads, console=console)
        listing.print_listing(folder, console)
        memory.print_memory(folder, console)


def _record(console: Console) -> None:
    """The event path over DynamoDB: what it takes; and what the functions start with."""
    from tests.bench import cold_start, counts, dynamodb
    from tests.bench.race import race

    race("An event into UpdateItem's arguments", "events", dynamodb.reading(), console=console)
    for delay in DELAYS:
        with dynamodb.recording(delay=delay) as recorders:
            race(f"Events at a DynamoDB that answers in {delay} ms", "events", recorders, console=console)
    counts.print_counts(console)
    with cold_start.consuming() as starts:
        race("Cold starts of the event consumer", "starts", starts, console=console)
    with cold_start.submitting() as starts:
        race("Cold starts of submit_job", "starts", starts, console=console)
    with cold_start.accepting() as starts:
        race("Cold starts of serve_api", "starts", starts, console=console)


if __name__ == "__main__":
    main()
