"""How much memory an embedded Batch takes after so many jobs: measures a process of its own, which prints a line each.

Run as `python -m tests.bench.memory FOLDER SIZE JOBS`: arrays of SIZE `/bin/true` jobs, or single jobs where SIZE is 1.
"""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from rich.console import Console
from rich.table import Table

from batchplane_local.batch import EmbeddedBatch
from batchplane_local.environment import establish
from tests.bench.race import one_in

#: Jobs in all, between two looks, and of the single submissions.
JOBS, STEP, SINGLES = 100_000, 10_000, 10_000
#: How long one step may take, in seconds.
DEADLINE = 120
_STATUS = Path("/proc/self/status")


def print_memory(folder: Path, console: Console, *, scale: int = 1) -> None:
    """A table of the resident memory after each step."""
    table = Table("jobs so far", "MiB", title="Resident memory of an embedded Batch", title_justify="left")
    step = one_in(scale, STEP)
    for name, size, jobs in ((f"in arrays of {step:,}", step, JOBS // scale), ("one by one", 1, SINGLES // scale)):
        command = [sys.executable, "-m", "tests.bench.memory", str(folder / f"memory-{size}"), str(size), str(jobs)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=DEADLINE * jobs / step)  # noqa: S603 - our own module
        for line in done.stdout.splitlines():
            so_far, kib = map(int, line.split())
            table.add_row(f"{so_far:,} {name}", f"{kib / 1024:,.1f}")
    console.print(table)


def main(folder: Path, size: int, jobs: int) -> None:
    """Run the jobs, and print after each step how many there were, and the resident memory in KiB."""
    with closing(EmbeddedBatch.open(folder, deliver=lambda events: None)) as batch:
        plain = next(
            each.arn
            for each in establish(batch, url="http://127.0.0.1", io_bucket=folder).job_definitions
            if each.name == "plain"
        )
        request = {"jobName": "bench", "jobQueue": "default", "jobDefinition": plain}
        request |= {"containerOverrides": {"command": ["/bin/true"]}}
        if size > 1:
            request["arrayProperties"] = {"size": size}
        step = max(size, min(STEP, jobs) // 5)
        for so_far in range(step, jobs + 1, step):
            for _ in range(step // size):
                last = batch.submit_job(**request)["jobId"]
            _wait(batch, last)
            sys.stdout.write(f"{so_far} {_resident()}\n")
            sys.stdout.flush()


def _wait(batch: EmbeddedBatch, job_id: str) -> None:
    deadline = time.monotonic() + DEADLINE
    while batch.describe_jobs(jobs=[job_id])["jobs"][0]["status"] != "SUCCEEDED":
        if time.monotonic() > deadline:
            raise TimeoutError(f"job {job_id} has not succeeded in {DEADLINE} s")
        time.sleep(0.05)


def _resident() -> int:
    (line,) = (line for line in _STATUS.read_text().splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1])


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
