"""The operations on job queues: over which environments, in which order, by which policy. Places no jobs.

https://docs.aws.amazon.com/batch/latest/userguide/job_queues.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from batchplane_local.batch.bounds.catalogue_limits import check_order, check_queue, check_queue_quota, queue_type
from batchplane_local.batch.bounds.limits import check_described, check_name, check_tags
from batchplane_local.batch.refused import Refused
from batchplane_local.batch.resources.catalogue import (
    COMPUTE_ENVIRONMENT,
    DELETING,
    JOB_QUEUE,
    SCHEDULING_POLICY,
    Resource,
)
from batchplane_local.batch.resources.records import Operation, Records, Request, page

#: Members of an UpdateJobQueue request that take the place of what was there.
_REPLACED = ("state", "schedulingPolicyArn", "priority", "jobStateTimeLimitActions")
#: The status reason of jobs whose queue is deleted; the service's own words for it aren't known.
_DELETED = "Job queue was deleted"


@dataclass(frozen=True, kw_only=True)
class JobQueueOperations:
    """The operations, as functions from a request that has the right types to an answer's body."""

    records: Records

    def table(self) -> dict[str, Operation]:
        """Operations by name."""
        changing = self.records.changing
        return {
            "CreateJobQueue": changing(self.create_job_queue),
            "UpdateJobQueue": changing(self.update_job_queue),
            "DeleteJobQueue": changing(self.delete_job_queue),
            "DescribeJobQueues": self.describe_job_queues,
        }

    def create_job_queue(self, request: Request) -> dict[str, Any]:
        """A queue; jobs run in the first of its compute environments that has room."""
        name = request["jobQueueName"]
        check_name(name)
        check_tags(request.get("tags", {}))
        check_queue(request)
        check_queue_quota(len(self.records.catalogue.all(JOB_QUEUE)))
        if "schedulingPolicyArn" in request:
            self.records.known(SCHEDULING_POLICY, request["schedulingPolicyArn"])
        identity = {"jobQueueName": name, "jobQueueArn": self.records.place.batch(JOB_QUEUE, name)}
        document = {
            **request,
            **identity,
            "state": request.get("state", "ENABLED"),
            "status": "VALID",
            "statusReason": "JobQueue Healthy",
            **self._over_environments(request.get("computeEnvironmentOrder", ()), request.get("jobQueueType")),
            "jobStateTimeLimitActions": request.get("jobStateTimeLimitActions", []),
            "tags": request.get("tags", {}),
        }
        self.records.create(JOB_QUEUE, name, document)
        return identity

    def update_job_queue(self, request: Request) -> dict[str, Any]:
        """Other members, at once; one that is DISABLED takes no jobs, and runs those that it has."""
        queue = self.records.known(JOB_QUEUE, request["jobQueue"])
        check_queue(request)
        changed = {member: request[member] for member in _REPLACED if member in request}
        if "schedulingPolicyArn" in changed:
            self._check_policy(queue, changed["schedulingPolicyArn"])
        if "computeEnvironmentOrder" in request:
            changed |= self._over_environments(request["computeEnvironmentOrder"], queue.document.get("jobQueueType"))
        self.records.update(queue, changed)
        return {member: queue.document[member] for member in ("jobQueueName", "jobQueueArn")}

    def delete_job_queue(self, request: Request) -> dict[str, Any]:
        """It must be DISABLED; its jobs are terminated, and it is DELETING until the last of them has ended."""
        queue = self.records.deletable(JOB_QUEUE, request["jobQueue"])
        self.records.update(queue, {"status": DELETING})
        for live in list(self.records.ledger.lives.values()):
            if live.queue_key == queue.key:
                self.records.engine.terminate(live, 0, _DELETED)
        return {}

    def describe_job_queues(self, request: Request) -> dict[str, Any]:
        """All of them, or those that are named."""
        check_described("job queues", request.get("jobQueues", ()))
        found = self.records.named(JOB_QUEUE, request.get("jobQueues"))
        return page("jobQueues", [queue.document for queue in found], request)

    def _check_policy(self, queue: Resource, arn: str) -> None:
        """A queue's scheduling policy can be replaced; it can't be added to a first-in-first-out queue."""
        if "schedulingPolicyArn" not in queue.document:
            raise Refused(f"JobQueue {queue.name} has no scheduling policy, and none can be added to it")
        self.records.known(SCHEDULING_POLICY, arn)

    def _over_environments(self, order: Sequence[Mapping[str, Any]], wanted: str | None) -> dict[str, Any]:
        """A queue's computeEnvironmentOrder, by ARNs, and its jobQueueType, which is the wanted one where there is."""
        environments = [self._environment(entry["computeEnvironment"]) for entry in order]
        arns = [environment.document["computeEnvironmentArn"] for environment in environments]
        checked = [{"order": entry["order"], "computeEnvironment": arn} for entry, arn in zip(order, arns, strict=True)]
        check_order(checked)
        kind = queue_type([environment.document for environment in environments], wanted)
        return {"computeEnvironmentOrder": checked, "jobQueueType": kind}

    def _environment(self, name_or_arn: str) -> Resource:
        environment = self.records.known(COMPUTE_ENVIRONMENT, name_or_arn)
        if environment.is_deleting:
            raise Refused(f"Compute environment {environment.name} is {DELETING} and can't be in a job queue")
        return environment
