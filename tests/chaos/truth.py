"""What really became of jobs: the embedded AWS Batch runs them once, and all that it tells is kept.

One job in two is one of ours: accepted by the plane, named with our id. Some others carry the name of one of ours.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from controlplane.deployment import Deployment
from controlplane.submissions.draft import Draft
from controlplane.submissions.submission import Submission, plan, to_submit_job
from tests.local.batch import gangs
from tests.local.batch.machine import DEFINITION, QUEUE, Machine
from tests.waiting import wait_until

#: A queue and a definition that the plane's own jobs do not have.
OTHER_QUEUE, OTHER_DEFINITION = "other", "other"
_DESCRIBE_LIMIT = 100
_ENDED = ("SUCCEEDED", "FAILED")
#: Every child fails in some attempts and succeeds in one, or never does: its own index says it.
_UNSTEADY = "i=$((AWS_BATCH_JOB_ARRAY_INDEX % 4)); exit $((i >= AWS_BATCH_JOB_ATTEMPT ? 40 + i : 0))"


@dataclass(frozen=True, kw_only=True)
class Told:
    """One job, child or node: DescribeJobs' last word on it, and its events in order, as JSON."""

    description: Mapping[str, Any]
    events: tuple[str, ...]

    @property
    def batch_job_id(self) -> str:
        """Batch's id."""
        return str(self.description["jobId"])


@dataclass(frozen=True, kw_only=True)
class Life:
    """What became of one SubmitJob."""

    #: What was asked of the plane; None for a job that nobody submitted through it.
    submission: Submission | None
    #: Our id in the job's name, where it is not the job that the plane has submitted.
    rival_of: str | None
    #: The job itself, then its children, or its nodes.
    told: tuple[Told, ...]

    @property
    def batch_job_id(self) -> str:
        """Batch's id of the job itself."""
        return self.told[0].batch_job_id

    @property
    def is_second(self) -> bool:
        """Whether it is a second job of one submission, as far as anybody can tell."""
        description = self.told[0].description
        is_alike = description["jobQueue"].endswith(f"/{QUEUE}") and f"/{DEFINITION}:" in description["jobDefinition"]
        return self.rival_of is not None and is_alike


@dataclass(frozen=True, kw_only=True)
class Truth:
    """All of it."""

    deployment: Deployment
    lives: tuple[Life, ...]
    #: After everything that was told (epoch milliseconds).
    ended_at: int


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """One SubmitJob to be made; `command` and what else differs from the machine's defaults."""

    command: Sequence[str]
    request: Mapping[str, Any]


def live(folder: Path) -> Truth:
    """Run the mix of jobs to its end."""
    machine = Machine(folder, vcpus=64, memory_mib=64 * 1024)
    with closing(machine.batch):
        machine.create_queue(OTHER_QUEUE, priority=1)
        machine.register(OTHER_DEFINITION)
        gangs.register(machine)
        gangs.register(machine, main="exit 3")
        deployment = _deployment(machine)
        submitted = list(_submitted(machine, deployment))
        ids = [each for job_id, _, _ in submitted for each in _all_of(machine, job_id)]
        _wait_for_ends(machine, ids)
        return _truth(machine, deployment, submitted, ids)


def _deployment(machine: Machine) -> Deployment:
    queue = machine.batch.describe_job_queues(jobQueues=[QUEUE])["jobQueues"][0]["jobQueueArn"]
    definitions = machine.batch.describe_job_definitions(jobDefinitionName=DEFINITION)["jobDefinitions"]
    definition = {"name": DEFINITION, "arn": definitions[0]["jobDefinitionArn"], "runner": False, "logGroup": "none"}
    definition |= {"vcpus": 1, "memory": 512}
    document = {"name": "chaos", "jobQueues": [{"name": QUEUE, "arn": queue}], "jobDefinitions": [definition]}
    return Deployment.from_wire(document, url="https://api.test")


def _submitted(machine: Machine, deployment: Deployment) -> Iterator[tuple[str, Submission | None, str | None]]:
    """Batch's id of each job, with what was asked of the plane, or whose name it carries."""
    for place, asked in enumerate(_mix()):
        if place % 2:
            yield machine.submit(*asked.command, jobName=f"theirs-{place}", **asked.request), None, None
            continue
        submission = _submission(asked, place, deployment)
        request = to_submit_job(submission, depends_on=(), runner_environment={})
        yield str(machine.batch.submit_job(**request)["jobId"]), submission, None
        if place % 30 == 0:
            name = submission.batch_job_name
            rivals: tuple[dict[str, str], ...] = ({}, {"jobQueue": OTHER_QUEUE}, {"jobDefinition": OTHER_DEFINITION})
            for rival in rivals:
                yield machine.submit("false", jobName=name, **rival), None, submission.job_id
    yield from ((job_id, None, None) for job_id in _stopped(machine))
    for revision in (1, 2, 1, 2):
        yield machine.submit(jobName="gang", jobDefinition=f"{gangs.GANG}:{revision}"), None, None


def _mix() -> Iterator[_Asked]:
    """Jobs that succeed, fail, are retried, are killed; arrays of all of those."""
    for code in range(45):
        for _ in range(4):
            yield _Asked(command=["true"], request={})
        yield _Asked(command=["sh", "-c", f"exit {code + 1}"], request={})
    for attempts in 3 * tuple(range(2, 11)):
        retry = {"retryStrategy": {"attempts": attempts}}
        yield _Asked(command=["false"], request=retry)
        yield _Asked(command=["sh", "-c", f"[ $AWS_BATCH_JOB_ATTEMPT -ge {attempts} ]"], request=retry)
    for _ in range(8):
        yield _Asked(command=["sh", "-c", "kill -9 $$"], request={"retryStrategy": {"attempts": 2}})
    for size in (2, 3, 4, 5, 6, 7, 8, 9, 100, 250):
        members = {"arrayProperties": {"size": size}, "retryStrategy": {"attempts": 3}}
        yield _Asked(command=["sh", "-c", _UNSTEADY], request=members)
        yield _Asked(command=["true"], request=members)


def _submission(asked: _Asked, place: int, deployment: Deployment) -> Submission:
    overrides = {"containerOverrides": {"command": list(asked.command)}}
    draft = Draft.read({"jobName": f"ours-{place}", **overrides, **asked.request})
    owner, now = f"user/{place % 3}", 1_795_000_000_000 + place
    return plan(draft, owner=owner, idempotency_key=f"given:{place}", deployment=deployment, now=now)


def _stopped(machine: Machine) -> Iterator[str]:
    """A job that is terminated while it runs, jobs that are cancelled while they wait for it, an array likewise."""
    running = machine.submit("sleep", "600", jobName="sleeper")
    waits = {"dependsOn": [{"jobId": running}]}
    waiting = [machine.submit("true", jobName=f"waiter-{place}", **waits) for place in range(4)]
    array = machine.submit("true", jobName="waiters", arrayProperties={"size": 5}, **waits)
    machine.running(running)
    for job_id in waiting:
        machine.batch.cancel_job(jobId=job_id, reason="not wanted")
    machine.batch.terminate_job(jobId=array, reason="not wanted")
    machine.batch.terminate_job(jobId=running, reason="long enough")
    yield from (running, *waiting, array)


def _all_of(machine: Machine, job_id: str) -> Iterator[str]:
    yield job_id
    job = machine.job(job_id)
    yield from (f"{job_id}:{index}" for index in range(job.get("arrayProperties", {}).get("size", 0)))
    yield from (f"{job_id}#{index}" for index in range(job.get("nodeProperties", {}).get("numNodes", 0)))


def _wait_for_ends(machine: Machine, ids: Sequence[str]) -> None:
    """Until all have ended, and the last event of each has been told."""
    seen, ended = 0, set()

    def all_told() -> bool:
        nonlocal seen
        news = machine.events[seen:]
        seen += len(news)
        ended.update(event["detail"]["jobId"] for event in news if event["detail"]["status"] in _ENDED)
        return ended.issuperset(ids)

    wait_until(all_told, f"{len(ids)} jobs end")


def _truth(
    machine: Machine,
    deployment: Deployment,
    submitted: Sequence[tuple[str, Submission | None, str | None]],
    ids: Sequence[str],
) -> Truth:
    events: dict[str, list[str]] = {job_id: [] for job_id in ids}
    for event in machine.events:
        if event["detail-type"] == "Batch Job State Change":
            events[event["detail"]["jobId"]].append(json.dumps(event))
    told: dict[str, list[Told]] = {}
    for start in range(0, len(ids), _DESCRIBE_LIMIT):
        for description in machine.batch.describe_jobs(jobs=list(ids[start : start + _DESCRIBE_LIMIT]))["jobs"]:
            job_id = description["jobId"]
            whole = job_id.partition(":")[0].partition("#")[0]
            told.setdefault(whole, []).append(Told(description=description, events=tuple(events[job_id])))
    lives = (
        Life(submission=submission, rival_of=rival_of, told=tuple(told[job_id]))
        for job_id, submission, rival_of in submitted
    )
    ended_at = max(each.description["stoppedAt"] for group in told.values() for each in group)
    return Truth(deployment=deployment, lives=tuple(lives), ended_at=ended_at + 1000)
