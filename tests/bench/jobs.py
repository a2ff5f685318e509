"""Running jobs: `/bin/true`, by what one would take instead, by the embedded Batch, and by the whole plane."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from batchplane import Client
from batchplane_local.batch import EmbeddedBatch
from batchplane_local.environment import establish
from batchplane_local.process import started
from tests.bench.race import Contender

#: Jobs of one round.
JOBS = 1000
#: Jobs of one round through the whole plane, whose runner is a Python process a job.
PLANE_JOBS = 50
#: How long a round may take, in seconds.
DEADLINE = 120


@contextmanager
def contenders(folder: Path) -> Iterator[Mapping[str, Contender]]:
    """`xargs` and a loop; an array of the embedded Batch with every transition kept; two arrays through the API."""
    batch = EmbeddedBatch.open(folder / "batch", deliver=lambda events: None)
    data = folder / "plane"
    environment = {"BATCHPLANE_DATA": str(data)}
    with closing(batch), started(data), Client.discover(environment=environment) as client:
        xargs = shutil.which("xargs")
        found = {"xargs -P4 -n1": _xargs(xargs)} if xargs else {}
        yield found | {
            "subprocess.run, one after another": _loop,
            f"embedded Batch, an array of {JOBS}": _engine(batch),
            f"the whole plane, plain, an array of {PLANE_JOBS}": _plane(client, "plain"),
            f"the whole plane, with the runner, an array of {PLANE_JOBS}": _plane(client, "runner"),
        }


def _xargs(xargs: str) -> Contender:
    words = "\n".join(map(str, range(JOBS)))

    def run() -> int:
        subprocess.run([xargs, "-P4", "-n1", "/bin/true"], input=words, text=True, check=True)
        return JOBS

    return run


def _loop() -> int:
    for _ in range(JOBS):
        subprocess.run(["/bin/true"], check=True)
    return JOBS


def _engine(batch: EmbeddedBatch) -> Contender:
    deployment = establish(batch, url="http://127.0.0.1")
    plain = next(each.arn for each in deployment.job_definitions if each.name == "plain")

    def run() -> int:
        job_id = batch.submit_job(
            jobName="bench",
            jobQueue=deployment.job_queues[0].arn,
            jobDefinition=plain,
            arrayProperties={"size": JOBS},
            containerOverrides={"command": ["/bin/true"]},
        )["jobId"]
        deadline = time.monotonic() + DEADLINE
        while time.monotonic() < deadline:
            (job,) = batch.describe_jobs(jobs=[job_id])["jobs"]
            if job["status"] == "SUCCEEDED":
                return JOBS
            time.sleep(0.005)
        raise TimeoutError(f"array {job_id} has not succeeded in {DEADLINE} s; it is {job['status']}")

    return run


def _plane(client: Client, definition: str) -> Contender:
    def run() -> int:
        job = client.submit(["/bin/true"], name="bench", array_size=PLANE_JOBS, job_definition=definition)
        job.wait(timeout=DEADLINE, poll=0.01)
        return PLANE_JOBS

    return run
