"""Cold starts: whole processes, from their start to the answer to one message."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from controlplane.submissions.queue import to_message
from tests.bench.race import Contender
from tests.bench.serving import serving
from tests.bench.stand_in import environment
from tests.bench.submissions import POST_JOBS
from tests.bench.traffic import message, single, strangers

#: Processes of one round.
STARTS = 4


@contextmanager
def consuming(*, starts: int = STARTS) -> Iterator[Mapping[str, Contender]]:
    """A process that imports boto3, makes the client that an event needs, and calls it; and the function itself."""
    event = json.dumps(message(map(single, strangers(1))))
    with _variables() as variables:
        yield {
            "boto3, its client, one UpdateItem": _starts("tests.bench.cold_plain", event, variables, starts),
            "record_state_change, one event": _starts("tests.bench.cold_consumer", event, variables, starts),
        }


@contextmanager
def submitting(*, starts: int = STARTS) -> Iterator[Mapping[str, Contender]]:
    """A process that imports boto3, makes the clients that a submission needs, and calls them; and the function."""
    event = json.dumps(message([to_message("j0123456789abcdefghijklmno")]))
    with _variables() as variables:
        yield {
            "boto3, its two clients, one SubmitJob": _starts("tests.bench.cold_submitting", event, variables, starts),
            "submit_job, one submission": _starts("tests.bench.cold_submitter", event, variables, starts),
        }


@contextmanager
def accepting(*, starts: int = STARTS) -> Iterator[Mapping[str, Contender]]:
    """A process that imports boto3, makes the clients that a `POST /jobs` needs, and calls them; and the function."""
    event = json.dumps(POST_JOBS)
    with _variables() as variables:
        yield {
            "boto3, its two clients, the same three calls": _starts(
                "tests.bench.cold_accepting", event, variables, starts
            ),
            "serve_api, one POST /jobs": _starts("tests.bench.cold_api", event, variables, starts),
        }


@contextmanager
def _variables() -> Iterator[Mapping[str, str]]:
    """What a process is told that speaks to a stand-in."""
    with serving("tests.bench.stand_in", "0") as ready:
        yield {**os.environ, **environment(ready["url"])}


def _starts(module: str, event: str, variables: Mapping[str, str], starts: int) -> Contender:
    command = [sys.executable, "-m", module]

    def run() -> int:
        for _ in range(starts):  # what a function counts is a line of its log, and none of a table
            subprocess.run(command, input=event, text=True, env=variables, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own modules
        return starts

    return run
