"""An embedded Batch with one queue and one definition, and what tests ask of it. Every wait is bounded."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from batchplane_local.batch import EmbeddedBatch
from tests.waiting import wait_until

QUEUE = "default"
DEFINITION = "plain"
LOG_GROUP = "/aws/batch/job"
RESOURCES = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "16"}]
CONTAINER = {"image": "none", "command": ["true"], "resourceRequirements": RESOURCES}
#: One at a time is enough for most tests, and makes their order certain.
VCPUS = 1.0


class Machine:
    """One life after another of an embedded Batch in one folder."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.folder = folder
        self.events: list[dict[str, Any]] = []
        self._settings = {"vcpus": VCPUS, "memory_mib": 1024, "deliver": self.events.extend} | settings
        self.batch = self.open()
        self.establish()

    def open(self) -> EmbeddedBatch:
        """Begin another life."""
        self.batch = EmbeddedBatch.open(self.folder, **self._settings)
        return self.batch

    def establish(self) -> None:
        """A compute environment, a queue and a definition, unless they are there."""
        if self.batch.describe_job_queues(jobQueues=[QUEUE])["jobQueues"]:
            return
        self.batch.create_compute_environment(computeEnvironmentName="here", type="UNMANAGED")
        self.create_queue(QUEUE, priority=1)
        self.register(DEFINITION)

    def create_queue(self, name: str, *, priority: int) -> None:
        """A queue over the one compute environment."""
        order = [{"order": 1, "computeEnvironment": "here"}]
        self.batch.create_job_queue(jobQueueName=name, priority=priority, computeEnvironmentOrder=order)

    def register(self, name: str, container: dict[str, Any] | None = None, **members: Any) -> None:
        """A revision of a definition, with some properties of its container or other members set."""
        properties = CONTAINER | (container or {})
        self.batch.register_job_definition(
            jobDefinitionName=name, type="container", containerProperties=properties, **members
        )

    def submit(self, *command: str, **request: Any) -> str:
        """Submit a command, or what the request says, and give its job's id."""
        if command:
            request["containerOverrides"] = request.get("containerOverrides", {}) | {"command": list(command)}
        defaults = {"jobName": "test", "jobQueue": QUEUE, "jobDefinition": DEFINITION}
        return str(self.batch.submit_job(**(defaults | request))["jobId"])

    def run(self, *command: str, **request: Any) -> dict[str, Any]:
        """Submit, and give the job when it has ended."""
        return self.ended(self.submit(*command, **request))

    def job(self, job_id: str) -> dict[str, Any]:
        """The job as it is now."""
        return dict(self.batch.describe_jobs(jobs=[job_id])["jobs"][0])

    def ended(self, job_id: str) -> dict[str, Any]:
        """The job, when it is SUCCEEDED or FAILED."""
        wait_until(lambda: self.job(job_id)["status"] in ("SUCCEEDED", "FAILED"), f"job {job_id} ends")
        return self.job(job_id)

    def running(self, job_id: str) -> dict[str, Any]:
        """The job, when it is RUNNING."""
        wait_until(lambda: self.job(job_id)["status"] == "RUNNING", f"job {job_id} runs")
        return self.job(job_id)

    def lines(self, job: dict[str, Any]) -> list[str]:
        """What the job's last attempt has printed so far."""
        answer = self.batch.logs.get_log_events(
            logGroupName=LOG_GROUP, logStreamName=job["container"]["logStreamName"], startFromHead=True
        )
        return [event["message"] for event in answer["events"]]

    def printed(self, job: dict[str, Any], line: str) -> list[str]:
        """What the job has printed, when this line is among it."""
        wait_until(lambda: line in self.lines(job), f"{line!r} is printed")
        return self.lines(job)

    def told(self, job_id: str) -> list[tuple[str, int]]:
        """The statuses that events told of a job, each with the attempts ended before, when the last is terminal."""
        wait_until(lambda: any(_is_terminal(event, job_id) for event in list(self.events)), f"{job_id} is told ended")
        details = [event["detail"] for event in list(self.events)]
        return [(detail["status"], len(detail["attempts"])) for detail in details if detail["jobId"] == job_id]

    def close(self) -> None:
        """End this life."""
        self.batch.close()


def all_pages(call: Callable[..., dict[str, Any]], member: str, **request: Any) -> list[dict[str, Any]]:
    """What the pages of an answer list together."""
    found, token = [], None
    for _ in range(500):
        answer = call(**request, **({} if token is None else {"nextToken": token}))
        found += answer[member]
        token = answer.get("nextToken")
        if token is None:
            return found
    raise AssertionError(f"{member} end within 500 pages")


class Consumer:
    """Takes events, or refuses them so many times first."""

    def __init__(self, refusals: int) -> None:
        self.taken: list[dict[str, Any]] = []
        self.offered: list[Sequence[dict[str, Any]]] = []
        self._refusals = refusals
        self._lock = threading.Lock()

    def __call__(self, events: Sequence[dict[str, Any]]) -> None:
        """Take a batch of events."""
        with self._lock:
            self.offered.append(events)
            if len(self.offered) <= self._refusals:
                raise ConnectionError("not now")
            self.taken.extend(events)


def refusal(machine: Machine, method: str, **request: Any) -> tuple[str, str]:
    """The code and the words of the error that a method raises."""
    with pytest.raises(ClientError) as refused:
        getattr(machine.batch, method)(**request)
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


def is_alive(pid: int) -> bool:
    """True for a process that exists and is no zombie."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] != "Z"
    return False


def kill(pid: int) -> None:
    """End a process, if it still exists."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _is_terminal(event: dict[str, Any], job_id: str) -> bool:
    return event["detail"]["jobId"] == job_id and event["detail"]["status"] in ("SUCCEEDED", "FAILED")
