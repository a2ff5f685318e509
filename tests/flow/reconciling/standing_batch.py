"""A Batch whose jobs stand as a test says, and that counts its calls. Answers with boto3's shapes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from controlplane.job import parent_and_index
from tests.builders import QUEUE, T0, life
from tests.flow.river import River
from tests.flow.scripted_batch import ScriptedBatch

#: Most of one call: https://docs.aws.amazon.com/batch/latest/APIReference/API_DescribeJobs.html and API_ListJobs.html.
LIMIT = 100


class Throttled(Exception):
    """What botocore's ClientError says of a call too many."""

    response = {"Error": {"Code": "TooManyRequestsException"}, "ResponseMetadata": {"HTTPStatusCode": 429}}  # noqa: RUF012


class NoSuchQueue(Exception):
    """What botocore's ClientError says of a job queue that is not there."""

    response = {"Error": {"Code": "ClientException"}, "ResponseMetadata": {"HTTPStatusCode": 400}}  # noqa: RUF012


@dataclass(kw_only=True)
class StandingBatch(ScriptedBatch):
    """What DescribeJobs and ListJobs tell is what a test has put here."""

    #: Details by Batch's id; of children too.
    details: dict[str, dict[str, Any]] = field(default_factory=dict)
    queues: set[str] = field(default_factory=lambda: {QUEUE})
    is_throttled: bool = False
    #: Of DescribeJobs and ListJobs, those without an answer too.
    calls: int = 0
    #: So long each takes by a clock, where there is one.
    milliseconds_a_call: int = 0
    clock: River | None = None

    def submit_job(self, **request: Any) -> dict[str, Any]:
        """Take a job; it waits."""
        answer = super().submit_job(**request)
        self.stand(
            "RUNNABLE", **{name: value for name, value in self.jobs[answer["jobId"]].items() if name != "status"}
        )
        return answer

    def stand(self, status: str, **detail: Any) -> None:
        """Let a job be in a status."""
        self.details[detail["jobId"]] = {
            "createdAt": T0,
            "jobName": "theirs",
            "jobQueue": QUEUE,
            "status": status,
        } | detail

    def stand_array(self, status: str, job_id: str, *, size: int) -> None:
        """Let an array job and all its children be in a status."""
        self.stand(status, jobId=job_id, arrayProperties={"size": size, "statusSummary": {}})
        for index in range(size):
            self.stand(status, jobId=f"{job_id}:{index}", arrayProperties={"index": index})

    def live(self, job_id: str, name: str, *, exit_codes: tuple[int, ...] = (0,), **detail: Any) -> list[str]:
        """Let a job have lived to its end; every event of that."""
        lived = [json.loads(event) for event in life(name, job_id=job_id, exit_codes=exit_codes)]
        self.details[job_id] = lived[-1]["detail"] | detail
        return [json.dumps(event | {"detail": event["detail"] | detail}) for event in lived]

    def live_array(self, job_id: str, name: str, *, exit_codes: Sequence[int], **detail: Any) -> list[str]:
        """Let an array job and its children have lived to their end; every event of that, children and array."""
        children = [
            self.live(f"{job_id}:{index}", name, exit_codes=(code,), arrayProperties={"index": index}, **detail)
            for index, code in enumerate(exit_codes)
        ]
        properties = {"size": len(exit_codes), "statusSummary": {}}
        own = self.live(job_id, name, exit_codes=(max(exit_codes),), arrayProperties=properties, **detail)
        return [event for events in (*children, own[-1:]) for event in events]

    def live_gang(self, job_id: str, name: str, *, exit_codes: Sequence[int], **detail: Any) -> list[str]:
        """Let a multi-node parallel job and its nodes have lived to their end; every event of that, nodes and job."""
        nodes = [
            self.live(f"{job_id}#{index}", name, exit_codes=(code,), nodeDetails={"nodeIndex": index}, **detail)
            for index, code in enumerate(exit_codes)
        ]
        properties = {"numNodes": len(exit_codes), "mainNode": 0}
        own = self.live(job_id, name, exit_codes=(exit_codes[0],), nodeProperties=properties, **detail)
        return [event for events in (*nodes, own) for event in events]

    def describe_jobs(self, **request: Any) -> dict[str, Any]:
        """Tell how each known job stands."""
        assert 1 <= len(request["jobs"]) <= LIMIT, f"DescribeJobs takes 1 to {LIMIT} ids, got {len(request['jobs'])}"
        self._count()
        return {"jobs": [self.details[job_id] for job_id in request["jobs"] if job_id in self.details]}

    def list_jobs(self, **request: Any) -> dict[str, Any]:
        """Tell of the jobs that are no children and no nodes, by creation, the newest first."""
        self._count()
        if request["jobQueue"] not in self.queues:
            raise NoSuchQueue
        (by,) = request["filters"]
        if by["name"] != "BEFORE_CREATED_AT":
            return super().list_jobs(**request)
        found = [
            job
            for job_id, job in self.details.items()
            if job["createdAt"] < int(by["values"][0])
            and job["jobQueue"] == request["jobQueue"]
            and parent_and_index(job_id)[1] is None
        ]
        found.sort(key=lambda job: (job["createdAt"], job["jobId"]), reverse=True)
        start = int(request.get("nextToken", "0"))
        end = start + request["maxResults"]
        return {"jobSummaryList": found[start:end]} | ({"nextToken": str(end)} if end < len(found) else {})

    def _count(self) -> None:
        self.calls += 1
        if self.clock:
            self.clock.now += self.milliseconds_a_call
        if self.is_throttled:
            raise Throttled
