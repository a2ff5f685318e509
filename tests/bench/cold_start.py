"""Cold starts of the event consumer: whole processes, from their start to the answer to one event."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from tests.bench.race import Contender
from tests.bench.serving import serving
from tests.bench.stand_in import environment
from tests.bench.traffic import message, single, strangers

#: Processes of one round.
_STARTS = 4


@contextmanager
def starting() -> Iterator[Mapping[str, Contender]]:
    """A process that imports boto3, makes the client that an event needs, and calls it; and the function itself."""
    event = json.dumps(message(map(single, strangers(1))))
    with serving("tests.bench.stand_in", "0") as ready:
        variables = {**os.environ, **environment(ready["url"])}
        yield {
            "boto3, its client, one UpdateItem": _starts("tests.bench.cold_plain", event, variables),
            "record_state_change, one event": _starts("tests.bench.cold_consumer", event, variables),
        }


def _starts(module: str, event: str, variables: Mapping[str, str]) -> Contender:
    def run() -> int:
        for _ in range(_STARTS):
            subprocess.run([sys.executable, "-m", module], input=event, text=True, env=variables, check=True)  # noqa: S603 - our own modules
        return _STARTS

    return run
