"""A process to be killed: runs an embedded Batch, submits jobs until its end, and prints the id of each accepted one.

Run as `python victim.py FOLDER JOURNAL`; each attempt appends its job's id and its number to JOURNAL.
"""

from __future__ import annotations

import sys
import time
from itertools import count
from pathlib import Path
from typing import Any

from batchplane_local.batch import EmbeddedBatch

#: Appends a line for the attempt in one write, and leaves a process behind that has left the session.
COMMAND = 'echo "$AWS_BATCH_JOB_ID $AWS_BATCH_JOB_ATTEMPT" >> "$JOURNAL"; setsid sleep 300 & sleep 0.01'
#: Seconds between two submissions.
PAUSE = 0.01
RESOURCES = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "16"}]


def main(folder: Path, journal: Path) -> None:
    """Submit without end."""
    batch = EmbeddedBatch.open(folder, deliver=lambda events: None, vcpus=4)
    if not batch.describe_job_queues(jobQueues=["default"])["jobQueues"]:
        establish(batch, journal)
    for number in count():
        array: dict[str, Any] = {"arrayProperties": {"size": 3}} if number % 5 == 0 else {}
        definition = "gang" if number % 5 == 1 else "plain"
        answer = batch.submit_job(jobName="test", jobQueue="default", jobDefinition=definition, **array)
        sys.stdout.write(f"{answer['jobId']}\n")
        sys.stdout.flush()
        time.sleep(PAUSE)


def establish(batch: EmbeddedBatch, journal: Path) -> None:
    """A queue, and definitions of single and of multi-node parallel jobs, which may be tried often."""
    batch.create_compute_environment(computeEnvironmentName="here", type="UNMANAGED")
    order = [{"order": 1, "computeEnvironment": "here"}]
    batch.create_job_queue(jobQueueName="default", priority=1, computeEnvironmentOrder=order)
    container = {
        "image": "none",
        "command": ["sh", "-c", COMMAND],
        "environment": [{"name": "JOURNAL", "value": str(journal)}],
        "resourceRequirements": RESOURCES,
    }
    often: dict[str, Any] = {"retryStrategy": {"attempts": 10}}
    batch.register_job_definition(jobDefinitionName="plain", type="container", containerProperties=container, **often)
    nodes = {"numNodes": 2, "mainNode": 1, "nodeRangeProperties": [{"targetNodes": ":", "container": container}]}
    batch.register_job_definition(jobDefinitionName="gang", type="multinode", nodeProperties=nodes, **often)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
