"""Events of Batch as they would come: as long as real ones, in the batches that two pollers of a queue make of them."""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from typing import Any

from controlplane.submissions.submission import Submission
from tests.builders import T0, attempt, event, submission

#: What one attempt goes through; no event tells of the submission.
LIFE = ("RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED")
#: Batch's id of the array.
ARRAY_ID = "4c7599ae-0a82-49aa-ba5a-4727fcce14a8"
#: Children of the array, and how many of them run at a time.
CHILDREN, SLOTS = 10_000, 1_000
#: Seconds: what a child runs for, as a median, and how long Batch takes to make all children RUNNABLE.
_RUNS, _RELEASE = 60.0, 30.0
#: Pollers; the messages and the seconds at which one of them closes a batch.
POLLERS, BATCH_SIZE, WINDOW = 2, 2_000, 5.0
#: What Batch tells of a container in every event, beside what the plane reads.
_CONTAINER = {
    "image": "111122223333.dkr.ecr.eu-west-1.amazonaws.com/analysis:latest",
    "command": ["python", "run.py", "--input", "s3://bucket/in/0001", "--output", "s3://bucket/out/0001"],
    "volumes": [],
    "environment": [{"name": "AWS_BATCH_JOB_ARRAY_SIZE", "value": "10000"}, {"name": "STAGE", "value": "prod"}],
    "mountPoints": [],
    "ulimits": [],
    "networkInterfaces": [],
    "resourceRequirements": [{"value": "2", "type": "VCPU"}, {"value": "2048", "type": "MEMORY"}],
    "secrets": [],
    "jobRoleArn": "arn:aws:iam::111122223333:role/job",
    "executionRoleArn": "arn:aws:iam::111122223333:role/execution",
}
_TASK = "arn:aws:ecs:eu-west-1:111122223333:task/batch_1a2b3c4d/{:032d}"
_INSTANCE = "arn:aws:ecs:eu-west-1:111122223333:container-instance/batch_1a2b3c4d/{:032d}"


@dataclass(frozen=True)
class Told:
    """One transition of one job: the number of the job, or its index, and the place in `LIFE`."""

    job: int
    step: int
    #: Milliseconds since the first submission; None where that says nothing.
    at: int | None = None


def single(told: Told) -> str:
    """The event of a job that was submitted through the plane."""
    job_id = f"4c7599ae-0a82-49aa-ba5a-{told.job:012x}"
    return _event(told, job_id=job_id, name=submission_of(told.job).batch_job_name)


@cache
def submission_of(job: int) -> Submission:
    """What was asked for a single job."""
    return submission(key=f"bench:{job}", jobName="analysis", jobDefinition="runner")


def child(told: Told) -> str:
    """The event of a child of the array."""
    return _event(
        told, job_id=f"{ARRAY_ID}:{told.job}", name="analysis", arrayProperties={"index": told.job, "statusSummary": {}}
    )


def message(bodies: Iterable[str]) -> dict[str, Any]:
    """What AWS Lambda gives a function for a batch of a queue's messages."""
    records = [
        {"messageId": str(place), "receiptHandle": "r", "body": body, "attributes": {}, "messageAttributes": {}}
        for place, body in enumerate(bodies)
    ]
    return {"Records": [{**record, "eventSource": "aws:sqs"} for record in records]}


def strangers(size: int, *, first: int = 0) -> list[Told]:
    """A batch in which no two transitions are of one job."""
    return [Told(job, job % len(LIFE)) for job in range(first, first + size)]


def shuffled_array(size: int) -> list[list[Told]]:
    """Every transition of the array, in batches of this size; each batch tells of children anywhere in it."""
    chosen = random.Random(1)  # noqa: S311 - the same ones in every run
    places = [(step + chosen.random(), Told(index, step)) for index in range(CHILDREN) for step in range(len(LIFE))]
    in_order = [told for _, told in sorted(places, key=lambda place: place[0])]
    return [in_order[start : start + size] for start in range(0, len(in_order), size)]


def array_batches() -> list[list[Told]]:
    """The array of 10,000, 1,000 running at a time for a minute each, as two pollers bring it."""
    chosen = random.Random(3)  # noqa: S311 - the same ones in every run
    free = [0.0] * SLOTS
    times: list[tuple[float, Told]] = []
    for index in range(CHILDREN):
        runnable = _RELEASE * index / CHILDREN + chosen.random() * 2
        starting = max(heapq.heappop(free), runnable) + chosen.random()
        running = starting + chosen.uniform(1, 6)
        ended = running + chosen.lognormvariate(0, 0.5) * _RUNS
        heapq.heappush(free, ended)
        stages = enumerate((runnable, starting, running, ended))
        times += [(at, Told(index, step, int(at * 1000))) for step, at in stages]
    return list(_polled(times, chosen))


def job_batches(jobs: int, *, a_second: float) -> list[list[Told]]:
    """Single jobs that come at random, so many a second, and run for a minute each, as two pollers bring them."""
    chosen = random.Random(5)  # noqa: S311 - the same ones in every run
    times: list[tuple[float, Told]] = []
    submitted = 0.0
    for job in range(jobs):
        submitted += chosen.expovariate(a_second)
        runnable = submitted + chosen.random() * 2
        starting = runnable + chosen.uniform(1, 30)
        running = starting + chosen.uniform(1, 6)
        ended = running + chosen.lognormvariate(0, 0.5) * _RUNS
        times += [(at, Told(job, step)) for step, at in enumerate((runnable, starting, running, ended))]
    return list(_polled(times, chosen))


def _polled(times: Sequence[tuple[float, Told]], chosen: random.Random) -> Iterator[list[Told]]:
    """What standard SQS makes of it: each message reaches one of the pollers, half a second later on average."""
    opened: dict[int, tuple[float, list[Told]]] = {}
    for at, told in sorted(times, key=lambda each: each[0]):
        arrived, poller = at + chosen.expovariate(2), chosen.randrange(POLLERS)
        since, batch = opened.get(poller, (arrived, []))
        if arrived - since > WINDOW or len(batch) >= BATCH_SIZE:
            yield batch
            since, batch = arrived, []
        batch.append(told)
        opened[poller] = (since, batch)
    yield from (batch for _, batch in opened.values())


def _event(told: Told, *, job_id: str, name: str, **detail: Any) -> str:
    """As long as Batch's own: some two kilobytes."""
    status = LIFE[told.step]
    at = T0 + (1000 * (told.job + 60 * told.step) if told.at is None else told.at)
    started_at = at - 20_000 - told.job * 7919 % 80_000
    # As an ECS task's id is: nothing of it follows from another's.
    task_id = blake2b(str(told.job).encode(), digest_size=16).hexdigest()
    container: dict[str, Any] = dict(_CONTAINER)
    times: dict[str, Any] = {}
    log = {"logStreamName": f"analysis/default/{task_id}"}
    if status != "RUNNABLE":
        container |= {"taskArn": _TASK.format(told.job), "containerInstanceArn": _INSTANCE.format(told.job % 400)}
    if status == "RUNNING":
        container |= log
        times["startedAt"] = at
    if status == "SUCCEEDED":
        container |= log | {"exitCode": 0}
        times |= {"startedAt": started_at, "stoppedAt": at}
        task = log | {"taskArn": _TASK.format(told.job)}
        detail["attempts"] = [attempt(0, started_at=started_at, stopped_at=at, **task)]
        detail["statusReason"] = "Essential container in task exited"
    shape = {
        "retryStrategy": {"attempts": 3, "evaluateOnExit": []},
        "dependsOn": [],
        "parameters": {},
        "tags": {"resourceArn": f"arn:aws:batch:eu-west-1:111122223333:job/{job_id}", "team": "platform"},
        "propagateTags": False,
        "platformCapabilities": ["EC2"],
    }
    return event(status, at=at, job_id=job_id, name=name, container=container, **shape, **times, **detail)
