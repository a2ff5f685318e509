"""An embedded plane as a process of its own, for whoever needs one for a while: the demo, a test, a notebook."""

from __future__ import annotations

import json
import select
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from batchplane_local.credentials import Credentials

#: How long a plane may take to answer, and then to stop, in seconds.
START_SECONDS = 60
STOP_SECONDS = 60


class NotStarted(Exception):
    """The plane ended, or said nothing, before it was ready."""


@dataclass(frozen=True)
class PlaneProcess:
    """A plane that runs."""

    credentials: Credentials
    process: subprocess.Popen[str]
    #: Where its Batch endpoint answers; None where it has none.
    batch_url: str | None = None

    def kill(self) -> None:
        """End it at once and unasked, as a power cut of this process would (SIGKILL)."""
        self.process.kill()
        self.process.wait(STOP_SECONDS)


@contextmanager
def started(
    path: Path,
    *,
    vcpus: int | None = None,
    batch_port: int | None = None,
    credentials: Path | None = None,
    faults: Path | None = None,
    calls_per_second: int | None = None,
    keep_finished: float | None = None,
    retention: int | None = None,
    more: Sequence[str] = (),
) -> Iterator[PlaneProcess]:
    """Run the plane of a folder while the block runs; the others are the command's options of these names.

    `more` are further words of its command line. Raises NotStarted; what the plane says on stderr tells why.
    """
    options = {
        "--vcpus": vcpus,
        "--batch-port": batch_port,
        "--credentials": credentials,
        "--faults": faults,
        "--calls-per-second": calls_per_second,
        "--keep-finished": keep_finished,
        "--retention": retention,
    }
    command = [sys.executable, "-m", "batchplane_local", "--data", str(path), "--json"]
    command += [word for name, value in options.items() if value is not None for word in (name, str(value))]
    command += more
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own module
        try:
            yield _plane(process)
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait(STOP_SECONDS)


def _plane(process: subprocess.Popen[str]) -> PlaneProcess:
    """The plane, once it is ready."""
    line = _first_line(process.stdout)
    ready = json.loads(line) if line else {}
    credentials = Credentials.read(Path(ready["credentials"])) if ready else None
    if credentials is None:
        raise NotStarted(f"The plane was not ready within {START_SECONDS} seconds, or has ended: see its stderr.")
    return PlaneProcess(credentials=credentials, process=process, batch_url=ready.get("batchUrl"))


def _first_line(output: IO[str] | None) -> str:
    """What it says once it is ready; nothing if it ends, or takes too long."""
    if output is None or not select.select([output], [], [], START_SECONDS)[0]:
        return ""
    return output.readline()
