"""The embedded Batch's endpoint in a process of its own, over a queue that is held: `python -m … FOLDER JOBS`.

Stores so many ended jobs first; prints its URL and key pair, and ends when its standard input does.
"""

from __future__ import annotations

import json
import sys
from contextlib import closing
from pathlib import Path

from batchplane_local.batch import EmbeddedBatch
from batchplane_local.batch.http.endpoint import Endpoint
from batchplane_local.batch.http.sigv4 import KeyPair
from batchplane_local.clock import epoch_milliseconds
from batchplane_local.garbage import collect_seldom
from batchplane_local.gateway.server import listen, served, url_of
from tests.bench.stored import store_ended_jobs

_RESOURCES = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "16"}]
_CONTAINER = {"image": "none", "command": ["/bin/true"], "resourceRequirements": _RESOURCES}


def main(folder: Path, stored: int) -> None:
    """Serve until standard input ends."""
    with closing(_opened(folder)) as batch:
        template_id = _established(batch)
    if stored:
        store_ended_jobs(folder, template_id, stored)
    key_pair = KeyPair.made()
    collect_seldom()
    with closing(_opened(folder)) as batch, closing(listen(0, otherwise="Try again.")) as listener:
        url = url_of(listener)
        endpoint = Endpoint(batch, url=url, key_pair=key_pair, clock=epoch_milliseconds)
        with closing(endpoint), served(endpoint, listener):
            ready = {"url": url, "accessKeyId": key_pair.access_key_id, "secretAccessKey": key_pair.secret_access_key}
            sys.stdout.write(json.dumps(ready) + "\n")
            sys.stdout.flush()
            sys.stdin.read()


def _opened(folder: Path) -> EmbeddedBatch:
    return EmbeddedBatch.open(folder, deliver=lambda events: None)


def _established(batch: EmbeddedBatch) -> str:
    """A queue that nothing leaves, since its environment is disabled; a definition; and a job for a template."""
    batch.create_compute_environment(computeEnvironmentName="held", type="UNMANAGED", state="DISABLED")
    order = [{"order": 1, "computeEnvironment": "held"}]
    batch.create_job_queue(jobQueueName="bench", priority=1, computeEnvironmentOrder=order)
    batch.register_job_definition(jobDefinitionName="bench", type="container", containerProperties=_CONTAINER)
    return str(batch.submit_job(jobName="bench", jobQueue="bench", jobDefinition="bench")["jobId"])


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
