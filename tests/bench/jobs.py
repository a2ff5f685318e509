"""Running jobs: `/bin/true`, by what one would take instead, by the embedded Batch, and by the whole plane."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from batchplane import Client
from batchplane_local.process import started
from tests.bench.embedded import DEADLINE
from tests.bench.race import Contender, one_in
from tests.bench.rivals import COMMAND, JOBS, in_a_process, rivals

#: Jobs of one round submitted one by one.
SINGLE_JOBS = 1000
#: Jobs of one round through the whole plane, whose runner is a Python process a job.
PLANE_JOBS = 50
_EMBEDDED = "tests.bench.embedded"


@contextmanager
def contenders(folder: Path, *, scale: int = 1) -> Iterator[Mapping[str, Contender]]:
    """The rivals, the floor first; the embedded Batch, every transition kept; the API, with and without the runner."""
    data, plane_jobs = folder / "plane", one_in(scale, PLANE_JOBS, least=2)
    with ExitStack() as stack:
        found = stack.enter_context(rivals(folder / "rivals", scale=scale))
        untold, told, single = (
            in_a_process(stack, one_in(scale, jobs), _EMBEDDED, str(folder / kind), kind)
            for kind, jobs in (("untold", JOBS), ("array", JOBS), ("single", SINGLE_JOBS))
        )
        stack.enter_context(started(data))
        client = stack.enter_context(Client.discover(environment={"BATCHPLANE_DATA": str(data)}))
        yield {
            **found,
            f"embedded Batch, an array of {JOBS:,}": untold,
            "the same, each event told meanwhile": told,
            f"embedded Batch, {SINGLE_JOBS:,} SubmitJobs": single,
            f"the whole plane, plain, an array of {plane_jobs}": _plane(client, "plain", plane_jobs),
            f"the whole plane, with the runner, an array of {plane_jobs}": _plane(client, "runner", plane_jobs),
        }


def _plane(client: Client, definition: str, jobs: int) -> Contender:
    def run() -> int:
        job = client.submit([COMMAND], name="bench", array_size=jobs, job_definition=definition)
        job.wait(timeout=DEADLINE)
        return jobs

    return run
