"""Waiting on the embedded plane: how long from `POST` to SUCCEEDED, and what those who wait cost meanwhile."""

from __future__ import annotations

import os
import statistics
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from batchplane_local.process import PlaneProcess, started
from tests.bench.race import one_in
from tests.bench.wire import ask, bearing, connected, received_from

#: Jobs, one after another.
JOBS = 50
#: Requests that are held at a time, and for how long the plane's processor time is watched, in seconds.
POLLS, WATCHED = 100, 5
#: Until a plane that has started, or taken requests, has nothing more to do, in seconds.
_BREATH = 1.0
#: Most changes of one job.
_CHANGES = 10


def print_waiting(folder: Path, console: Console, *, scale: int = 1) -> None:
    """A table, from a plane of its own."""
    with started(folder) as plane:
        seconds = sorted(_run(plane) for _ in range(one_in(scale, JOBS)))
        alone, held = _watched_with_a_job(plane, scale=scale)
    table = Table("", "", title="Waiting for jobs", title_justify="left")
    table.add_row("POST to SUCCEEDED recorded, /bin/true, median", f"{statistics.median(seconds) * 1000:.1f} ms")
    table.add_row("the same, nine of ten within", f"{seconds[len(seconds) * 9 // 10] * 1000:.1f} ms")
    table.add_row(f"processor time in {WATCHED} s while a job runs", f"{alone * 1000:.0f} ms")
    table.add_row(f"the same, {POLLS} requests held", f"{held * 1000:.0f} ms")
    console.print(table)


def _run(plane: PlaneProcess) -> float:
    """Seconds from the request that submits a job to the answer that says it has succeeded."""
    began = time.perf_counter()
    job = _ask(plane, "POST", "/jobs", {"jobName": "bench", "jobDefinition": "plain", "command": ["/bin/true"]})
    for _ in range(_CHANGES):
        if job["status"] == "SUCCEEDED":
            return time.perf_counter() - began
        job = _ask(plane, "GET", f"/jobs/{job['jobId']}/wait?status={job['status']}&timeout=25")["job"]
    raise TimeoutError(f"job {job['jobId']} has not succeeded after {_CHANGES} changes; it is {job['status']}")


def _watched_with_a_job(plane: PlaneProcess, *, scale: int) -> tuple[float, float]:
    """Seconds of the processor that the plane takes while a job runs, and while so many wait for it."""
    job = _ask(plane, "POST", "/jobs", {"jobName": "held", "jobDefinition": "plain", "command": ["sleep", "3600"]})
    while job["status"] != "RUNNING":
        job = _ask(plane, "GET", f"/jobs/{job['jobId']}/wait?status={job['status']}&timeout=25")["job"]
    url, path = plane.credentials.url, f"/jobs/{job['jobId']}"
    request = bearing(url, plane.credentials.token, "GET", f"{path}/wait?status=RUNNING&timeout=25")
    with ExitStack() as stack:
        time.sleep(_BREATH / scale)
        alone = _watched(plane, WATCHED / scale)
        connections = [stack.enter_context(connected(url)) for _ in range(one_in(scale, POLLS))]
        for connection in connections:
            connection.sendall(request)
        time.sleep(_BREATH / scale)
        held = _watched(plane, WATCHED / scale)
        _ask(plane, "POST", f"{path}/terminate", {})
        for connection in connections:
            received_from(connection)
    return alone, held


def _watched(plane: PlaneProcess, seconds: float) -> float:
    before = _processor_seconds(plane.process.pid)
    time.sleep(seconds)
    return _processor_seconds(plane.process.pid) - before


def _processor_seconds(pid: int) -> float:
    """User and system time of a process so far. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html."""
    numbers = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(numbers[11]) + int(numbers[12])) / os.sysconf("SC_CLK_TCK")


def _ask(plane: PlaneProcess, method: str, path: str, document: dict[str, Any] | None = None) -> dict[str, Any]:
    url = plane.credentials.url
    return ask(url, bearing(url, plane.credentials.token, method, path, document))
