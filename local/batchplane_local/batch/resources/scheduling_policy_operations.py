"""The operations on scheduling policies, by which queues share their environments fairly. Schedules nothing.

https://docs.aws.amazon.com/batch/latest/userguide/scheduling-policies.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from batchplane_local.batch.bounds.catalogue_limits import check_policy
from batchplane_local.batch.bounds.limits import check_described, check_name, check_tags
from batchplane_local.batch.names import name_in
from batchplane_local.batch.refused import Refused
from batchplane_local.batch.resources.catalogue import JOB_QUEUE, SCHEDULING_POLICY
from batchplane_local.batch.resources.records import Operation, Records, Request, page


@dataclass(frozen=True, kw_only=True)
class SchedulingPolicyOperations:
    """The operations, as functions from a request that has the right types to an answer's body."""

    records: Records

    def table(self) -> dict[str, Operation]:
        """Operations by name."""
        changing = self.records.changing
        return {
            "CreateSchedulingPolicy": changing(self.create_scheduling_policy),
            "UpdateSchedulingPolicy": changing(self.update_scheduling_policy),
            "DeleteSchedulingPolicy": changing(self.delete_scheduling_policy),
            "DescribeSchedulingPolicies": self.describe_scheduling_policies,
            "ListSchedulingPolicies": self.list_scheduling_policies,
        }

    def create_scheduling_policy(self, request: Request) -> dict[str, Any]:
        """A fair-share policy, to be named by queues."""
        name = request["name"]
        check_name(name)
        check_tags(request.get("tags", {}))
        check_policy(request)
        identity = {"name": name, "arn": self.records.place.batch(SCHEDULING_POLICY, name)}
        document = {**request, **identity, "tags": request.get("tags", {})}
        self.records.create(SCHEDULING_POLICY, name, document)
        return identity

    def update_scheduling_policy(self, request: Request) -> dict[str, Any]:
        """Another fair-share policy under the same name; its queues follow it from their next job on."""
        policy = self.records.known(SCHEDULING_POLICY, request["arn"])
        check_policy(request)
        if "fairsharePolicy" in request:
            self.records.update(policy, {"fairsharePolicy": request["fairsharePolicy"]})
        return {}

    def delete_scheduling_policy(self, request: Request) -> dict[str, Any]:
        """No queue may name it."""
        policy = self.records.known(SCHEDULING_POLICY, request["arn"])
        for queue in self.records.catalogue.all(JOB_QUEUE):
            if name_in(queue.document.get("schedulingPolicyArn", "")) == policy.name:
                raise Refused(f"Cannot delete, scheduling policy {policy.name} is used by JobQueue {queue.name}")
        self.records.remove(policy)
        return {}

    def describe_scheduling_policies(self, request: Request) -> dict[str, Any]:
        """The policies with these ARNs; unknown ones are left out."""
        check_described("scheduling policies", request["arns"])
        found = self.records.named(SCHEDULING_POLICY, request["arns"]) if request["arns"] else []
        return {"schedulingPolicies": [policy.document for policy in found]}

    def list_scheduling_policies(self, request: Request) -> dict[str, Any]:
        """The ARNs of all of them."""
        found = self.records.catalogue.all(SCHEDULING_POLICY)
        return page("schedulingPolicies", [{"arn": policy.document["arn"]} for policy in found], request)
