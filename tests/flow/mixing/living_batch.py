"""A Batch whose jobs live on when a test says so, with the children of large arrays told when they are asked after.

What it answers is what really became of each job: the oracle. Answers with boto3's shapes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from controlplane.job import Status, child_id, node_id, parent_and_index
from tests.builders import QUEUE, attempt
from tests.flow.river import River
from tests.flow.scripted_batch import ScriptedBatch

#: Every child at such a place of its array fails, where any of them does.
FAILING = 3000
#: How many nodes there are where nobody says.
NODES = 2
_LIFE = ("RUNNABLE", "STARTING", "RUNNING", "SUCCEEDED")
_PARENTS_LIFE = ("RUNNABLE", "PENDING", "SUCCEEDED")


@dataclass(kw_only=True)
class Lived:
    """How a job of Batch stands."""

    job_id: str
    request: Mapping[str, Any]
    created_at: int
    #: Whether it will fail: every job of a gang, some children of an array.
    is_failing: bool
    status: str = "RUNNABLE"
    #: Whether it was ended on request.
    is_ended: bool = False
    at: int = 0

    @property
    def size(self) -> int:
        """Of an array."""
        return int(self.request.get("arrayProperties", {}).get("size", 0))

    @property
    def nodes(self) -> int:
        """Of a multi-node parallel job."""
        is_gang = "/test-gang:" in self.request["jobDefinition"]
        return int(self.request.get("nodeOverrides", {}).get("numNodes", NODES)) if is_gang else 0

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return Status(self.status).is_terminal

    @property
    def failed(self) -> range:
        """The indices of the children that have failed."""
        return range(0, self.size if self.status == "FAILED" else 0, 1 if self.is_ended else FAILING)

    def go_on(self, now: int) -> None:
        """One status further."""
        life = _PARENTS_LIFE if self.size else _LIFE
        self.status, self.at = life[life.index(self.status) + 1], now
        if self.is_over and self.is_failing:
            self.status = "FAILED"

    def end(self, now: int) -> None:
        """As somebody asks."""
        self.status, self.is_ended, self.at = "FAILED", True, now

    def detail(self, index: int | None = None) -> dict[str, Any]:
        """What DescribeJobs says of it, or of a child or node."""
        status, shape = self.status, self._shape(index)
        job_id = self.job_id
        if index is not None:
            job_id = (node_id if self.nodes else child_id)(job_id, index)
        if index is not None and self.size:
            status = "RUNNING" if status == "PENDING" else status
            status = "SUCCEEDED" if self.is_over and index not in self.failed else status
        is_over = Status(status).is_terminal
        code = int(status == "FAILED")
        ran = {"attempts": [attempt(code, started_at=self.at, stopped_at=self.at)]} if is_over else {}
        times = {"startedAt": self.at, "stoppedAt": self.at} if is_over else {}
        place = {name: self.request[name] for name in ("jobName", "jobQueue", "jobDefinition")}
        return {"jobId": job_id, "status": status, "createdAt": self.created_at, **place, **times, **ran, **shape}

    def _shape(self, index: int | None) -> dict[str, Any]:
        if self.nodes:
            whole = {"nodeProperties": {"numNodes": self.nodes, "mainNode": 0}}
            return whole if index is None else {"nodeDetails": {"nodeIndex": index}}
        if not self.size:
            return {}
        if index is not None:
            return {"arrayProperties": {"index": index}}
        counts = {"FAILED": len(self.failed), "SUCCEEDED": self.size - len(self.failed)} if self.is_over else {}
        return {"arrayProperties": {"size": self.size, "statusSummary": counts}}


@dataclass(kw_only=True)
class LivingBatch(ScriptedBatch):
    """Takes every job."""

    lives: dict[str, Lived] = field(default_factory=dict)
    clock: River | None = None

    @property
    def now(self) -> int:
        """Epoch milliseconds."""
        assert self.clock is not None
        return self.clock.now

    @property
    def open(self) -> list[Lived]:
        """Those that have not ended."""
        return [each for each in self.lives.values() if not each.is_over]

    def named(self, job_id: str) -> Iterator[Lived]:
        """Those that carry an id of ours in their name."""
        return (each for each in self.lives.values() if each.request["jobName"].endswith(f"-{job_id}"))

    def submit_job(self, **request: Any) -> dict[str, Any]:
        """Take a job; its command says whether it fails."""
        answer = super().submit_job(**request)
        job_id = answer["jobId"]
        fails = "fails" in request["jobName"]
        self.lives[job_id] = Lived(job_id=job_id, request=request, created_at=self.now, is_failing=fails, at=self.now)
        return answer

    def describe_jobs(self, **request: Any) -> dict[str, Any]:
        """Tell how each known job stands."""
        asked = map(parent_and_index, request["jobs"])
        return {"jobs": [self.lives[parent].detail(index) for parent, index in asked if parent in self.lives]}

    def list_jobs(self, **request: Any) -> dict[str, Any]:
        """By name, or by creation, the newest first."""
        assert request["jobQueue"] == QUEUE
        ((by, (value,)),) = ((each["name"], each["values"]) for each in request["filters"])
        found = [each for each in self.lives.values() if _admits(each, by, value)]
        found.sort(key=lambda each: (each.created_at, each.job_id), reverse=True)
        start = int(request.get("nextToken", "0"))
        end = start + request.get("maxResults", 100)
        page = [each.detail() for each in found[start:end]]
        return {"jobSummaryList": page} | ({"nextToken": str(end)} if end < len(found) else {})

    def cancel_job(self, **request: Any) -> dict[str, Any]:
        """End a job that has not begun."""
        job = self.lives.get(request["jobId"])
        if job and job.status == "RUNNABLE":
            job.end(self.now)
        return super().cancel_job(**request)

    def terminate_job(self, **request: Any) -> dict[str, Any]:
        """End a job."""
        job = self.lives.get(request["jobId"])
        if job and not job.is_over:
            job.end(self.now)
        return super().terminate_job(**request)


def _admits(job: Lived, by: str, value: str) -> bool:
    if by == "JOB_NAME":
        return bool(job.request["jobName"].lower() == value.lower())
    assert by == "BEFORE_CREATED_AT", f"the filter {by} is not done here"
    return job.created_at < int(value)
