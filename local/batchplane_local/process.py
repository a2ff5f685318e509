"""An embedded plane as a process of its own, for whoever needs one for a while: the demo, a test, a notebook."""

from __future__ import annotations

import json
import select
import subprocess
import sys
from collections.abc import Iterator
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

    def kill(self) -> None:
        """End it at once and unasked, as a power cut of this process would (SIGKILL)."""
        self.process.kill()
        self.process.wait(STOP_SECONDS)


@contextmanager
def started(path: Path, *, vcpus: int | None = None) -> Iterator[PlaneProcess]:
    """Run the plane of a folder while the block runs. Raises NotStarted; what the plane says on stderr tells why."""
    command = [sys.executable, "-m", "batchplane_local", "--data", str(path), "--json"]
    command += [] if vcpus is None else ["--vcpus", str(vcpus)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own module
        try:
            yield PlaneProcess(credentials=_credentials(_first_line(process.stdout)), process=process)
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait(STOP_SECONDS)


def _first_line(output: IO[str] | None) -> str:
    """What it says once it is ready; nothing if it ends, or takes too long."""
    if output is None or not select.select([output], [], [], START_SECONDS)[0]:
        return ""
    return output.readline()


def _credentials(line: str) -> Credentials:
    credentials = Credentials.read(Path(json.loads(line)["credentials"])) if line else None
    if credentials is None:
        raise NotStarted(f"The plane was not ready within {START_SECONDS} seconds, or has ended: see its stderr.")
    return credentials
