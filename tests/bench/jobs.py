"""Running jobs: `/bin/true`, by what one would take instead, by the embedded Batch, and by the whole plane."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

from batchplane import Client
from batchplane_local.batch import EmbeddedBatch
from batchplane_local.environment import establish
from batchplane_local.garbage import collect_seldom
from batchplane_local.process import started
from controlplane.deployment import Deployment
from tests.bench.race import Contender
from tests.bench.rivals import COMMAND, JOBS, rivals

#: Jobs of one round submitted one by one.
SINGLE_JOBS = 1000
#: Jobs of one round through the whole plane, whose runner is a Python process a job.
PLANE_JOBS = 50
#: How long a round may take, in seconds.
DEADLINE = 120


@contextmanager
def contenders(folder: Path) -> Iterator[Mapping[str, Contender]]:
    """The rivals, the floor first; the embedded Batch, every transition kept; the API, with and without the runner."""
    collect_seldom()
    data = folder / "plane"
    told = threading.Event()
    with ExitStack() as stack:
        found = stack.enter_context(rivals(folder / "rivals"))
        untold = _opened(folder / "untold", stack, lambda events: told.wait())
        # Before the embedded Batch is closed, which waits for the consumer.
        stack.callback(told.set)
        batch = _opened(folder / "batch", stack, lambda events: None)
        stack.enter_context(started(data))
        client = stack.enter_context(Client.discover(environment={"BATCHPLANE_DATA": str(data)}))
        yield {
            **found,
            f"embedded Batch, an array of {JOBS:,}": _array(untold),
            "the same, each event told meanwhile": _array(batch),
            f"embedded Batch, {SINGLE_JOBS:,} SubmitJobs": _singles(batch),
            f"the whole plane, plain, an array of {PLANE_JOBS}": _plane(client, "plain"),
            f"the whole plane, with the runner, an array of {PLANE_JOBS}": _plane(client, "runner"),
        }


class _Opened:
    """An embedded Batch with what the plane establishes in it."""

    def __init__(self, batch: EmbeddedBatch) -> None:
        self.batch = batch
        deployment: Deployment = establish(batch, url="http://127.0.0.1")
        plain = next(each.arn for each in deployment.job_definitions if each.name == "plain")
        self._request = {
            "jobName": "bench",
            "jobQueue": deployment.job_queues[0].arn,
            "jobDefinition": plain,
            "containerOverrides": {"command": [COMMAND]},
        }

    def submit(self, **request: Any) -> str:
        return str(self.batch.submit_job(**self._request, **request)["jobId"])

    def wait(self, job_id: str) -> None:
        deadline = time.monotonic() + DEADLINE
        while time.monotonic() < deadline:
            (job,) = self.batch.describe_jobs(jobs=[job_id])["jobs"]
            if job["status"] == "SUCCEEDED":
                return
            time.sleep(0.05)
        raise TimeoutError(f"job {job_id} has not succeeded in {DEADLINE} s; it is {job['status']}")


def _opened(folder: Path, stack: ExitStack, deliver: Any) -> _Opened:
    return _Opened(stack.enter_context(closing(EmbeddedBatch.open(folder, deliver=deliver))))


def _array(opened: _Opened) -> Contender:
    def run() -> int:
        opened.wait(opened.submit(arrayProperties={"size": JOBS}))
        return JOBS

    return run


def _singles(opened: _Opened) -> Contender:
    """First in, first out, two at a time: when the last three have ended, all have."""

    def run() -> int:
        job_ids: Sequence[str] = [opened.submit() for _ in range(SINGLE_JOBS)]
        for job_id in job_ids[-3:]:
            opened.wait(job_id)
        return SINGLE_JOBS

    return run


def _plane(client: Client, definition: str) -> Contender:
    def run() -> int:
        job = client.submit([COMMAND], name="bench", array_size=PLANE_JOBS, job_definition=definition)
        job.wait(timeout=DEADLINE, poll=0.01)
        return PLANE_JOBS

    return run
