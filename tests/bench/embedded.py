"""An embedded Batch in a process of its own, as a user's would be: `python -m … FOLDER KIND`.

For each line of standard input it runs that many `/bin/true` jobs, and prints how many there were. KIND is `array` for
one array of them, its events told meanwhile; `untold` for the same with a consumer that takes no event yet; `single`
for as many SubmitJobs.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from batchplane_local.batch import EmbeddedBatch
from batchplane_local.garbage import collect_seldom

#: How long a round may take, in seconds, and seconds between two looks at it.
DEADLINE, _LOOK_EVERY = 120, 0.05
_RESOURCES = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "16"}]
_CONTAINER = {"image": "none", "command": ["/bin/true"], "resourceRequirements": _RESOURCES}
_JOB = {"jobName": "bench", "jobQueue": "bench", "jobDefinition": "bench"}


def main(folder: Path, kind: str) -> None:
    """Serve until standard input ends."""
    told = threading.Event()

    def deliver(events: Sequence[Any]) -> None:
        if kind == "untold":
            told.wait()

    run = _singles if kind == "single" else _array
    with closing(EmbeddedBatch.open(folder, deliver=deliver)) as batch:
        batch.create_compute_environment(computeEnvironmentName="bench", type="UNMANAGED")
        order = [{"order": 1, "computeEnvironment": "bench"}]
        batch.create_job_queue(jobQueueName="bench", priority=1, computeEnvironmentOrder=order)
        batch.register_job_definition(jobDefinitionName="bench", type="container", containerProperties=_CONTAINER)
        collect_seldom()
        for line in sys.stdin:
            run(batch, int(line))
            sys.stdout.write(line)
            sys.stdout.flush()
        # Before the embedded Batch is closed, which waits for the consumer.
        told.set()


def _array(batch: EmbeddedBatch, jobs: int) -> None:
    _wait(batch, batch.submit_job(**_JOB, arrayProperties={"size": jobs})["jobId"])


def _singles(batch: EmbeddedBatch, jobs: int) -> None:
    """First in, first out, two at a time: when the last three have ended, all have."""
    job_ids = [batch.submit_job(**_JOB)["jobId"] for _ in range(jobs)]
    for job_id in job_ids[-3:]:
        _wait(batch, job_id)


def _wait(batch: EmbeddedBatch, job_id: str) -> None:
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        (job,) = batch.describe_jobs(jobs=[job_id])["jobs"]
        if job["status"] == "SUCCEEDED":
            return
        time.sleep(_LOOK_EVERY)
    raise TimeoutError(f"job {job_id} has not succeeded in {DEADLINE} s; it is {job['status']}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
