"""One accepted SubmitJob: everything that its job and its children, or its nodes, have in common.

Immutable once accepted: what changes from job to job and from moment to moment is kept elsewhere.
https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitJob.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

import msgspec

from batchplane_local.batch.bounds.limits import MOST_TAGS
from batchplane_local.batch.jobs.container import Need, container_detail, log_group_of, log_streams_of, need_of, total
from batchplane_local.batch.jobs.node_properties import (
    container_overrides_in,
    group_of_each_node,
    with_node_overrides,
)
from batchplane_local.batch.jobs.parameters import substitute
from batchplane_local.batch.jobs.retry import RetryStrategy
from batchplane_local.batch.names import job_id_at, name_in
from batchplane_local.batch.refused import Refused

#: Most characters of containerOverrides as JSON; more are accepted, and the job fails when it is placed.
OVERRIDES_LIMIT = 8192


@dataclass(frozen=True, kw_only=True)
class Heading:
    """As much of a submission as a listing shows, read in a quarter of the time that all of it takes."""

    #: Row of the job, or of the array's parent; the child, or the node, with index i has key + 1 + i.
    key: int
    job_id: str
    job_name: str
    #: The definition's ARN, with its revision.
    job_definition: str
    #: Epoch milliseconds.
    created_at: int
    #: Children of an array job, 2 to 10,000; None for any other job.
    size: int | None
    #: NodeProperties of a multi-node parallel job, with its overrides; None for any other job.
    node_properties: dict[str, Any] | None
    #: The share of a fair-share queue that the jobs belong to; None in any other queue.
    share_identifier: str | None

    @classmethod
    def from_document(cls, text: str) -> Self:
        """Read what a submission's to_document wrote."""
        return msgspec.json.decode(text, type=cls)

    @cached_property
    def nodes(self) -> range:
        """Where the nodes of a multi-node parallel job are: 1 to numNodes; empty for any other job."""
        return range(1, self.node_properties["numNodes"] + 1) if self.node_properties else range(0)

    @property
    def main_position(self) -> int:
        """Where the job is that decides: the main node of a multi-node parallel job, 0 for any other."""
        return 1 + int(self.node_properties["mainNode"]) if self.node_properties else 0

    def job_id_at(self, position: int) -> str:
        """Batch's id of the job at a position."""
        return job_id_at(self.job_id, position, mark="#" if self.node_properties else ":")


@dataclass(frozen=True, kw_only=True)
class Submission(Heading):
    """What the jobs of one SubmitJob share, in Batch's own structures."""

    #: The queue's ARN.
    job_queue: str
    #: ContainerDetail; empty for a multi-node parallel job, whose nodes have one each.
    container: dict[str, Any]
    parameters: dict[str, str]
    retry_strategy: dict[str, Any]
    #: Seconds that one attempt may run; None for as long as it likes.
    timeout: int | None
    depends_on: list[dict[str, str]]
    tags: dict[str, str]
    propagate_tags: bool
    platform_capabilities: list[str]
    scheduling_priority: int | None
    #: True where the definition carries the runner, which is then started before the command.
    runner: bool
    #: Why the job fails as soon as it is placed; None for a job that can be started.
    unplaceable: str | None

    def to_document(self) -> str:
        """All of it, as JSON."""
        return msgspec.json.encode(self).decode()

    @cached_property
    def retry(self) -> RetryStrategy:
        """Attempts and rules."""
        return RetryStrategy.from_document(self.retry_strategy)

    @cached_property
    def need(self) -> Need:
        """What each attempt takes of the machine; all nodes of a multi-node parallel job together."""
        if self.nodes:
            return total([node.need for node in self._by_node])
        return need_of(self.container)

    @cached_property
    def queue_name(self) -> str:
        """The queue's own name, without the ARN around it."""
        return name_in(self.job_queue)

    @cached_property
    def log_group(self) -> str:
        """The log group of every attempt."""
        return log_group_of(self.container)

    @cached_property
    def command(self) -> tuple[str, ...]:
        """The argv, with parameters substituted."""
        return substitute(self.container["command"], self.parameters)

    @cached_property
    def shared_detail(self) -> dict[str, Any]:
        """What JobDetail says of every job of the submission in the same way."""
        detail: dict[str, Any] = {
            "jobName": self.job_name,
            "jobQueue": self.job_queue,
            "createdAt": self.created_at,
            "retryStrategy": self.retry_strategy,
            "dependsOn": self.depends_on,
            "jobDefinition": self.job_definition,
            "parameters": self.parameters,
            "tags": self.tags,
            "propagateTags": self.propagate_tags,
            "platformCapabilities": self.platform_capabilities,
        }
        if self.timeout is not None:
            detail["timeout"] = {"attemptDurationSeconds": self.timeout}
        if self.scheduling_priority is not None:
            detail["schedulingPriority"] = self.scheduling_priority
        if self.share_identifier is not None:
            detail["shareIdentifier"] = self.share_identifier
        return detail

    @property
    def positions(self) -> range:
        """Where jobs that wait and are placed are: 1 to size for an array's children, 0 for any other job."""
        return range(1) if self.size is None else range(1, self.size + 1)

    @property
    def last_position(self) -> int:
        """How many children or nodes there are; 0 for a single job."""
        return self.size or len(self.nodes)

    def at(self, position: int) -> Submission:
        """The submission as what runs at a position sees it: a node has a container, and so a need, of its own."""
        return self._by_node[position - 1] if self.node_properties and position else self

    @cached_property
    def _by_node(self) -> tuple[Submission, ...]:
        """The submission as each node sees it; nodes of one range share theirs."""
        if self.node_properties is None:
            return ()
        seen = [
            replace(self, node_properties=None, container=container_detail(group["container"], {}))
            for group in self.node_properties["nodeRangeProperties"]
        ]
        return tuple(seen[group] for group in group_of_each_node(self.node_properties))

    def log_stream(self, task_id: str) -> str:
        """The log stream of one attempt."""
        definition_name = name_in(self.job_definition).partition(":")[0]
        return log_streams_of(self.container, definition_name) + task_id


def submission_of(
    request: Mapping[str, Any], definition: Mapping[str, Any], *, key: int, job_id: str, job_queue: str, created_at: int
) -> Submission:
    """The submission that a checked SubmitJob request makes of a job definition."""
    _check_kind(request, definition)
    timeout = request.get("timeout") or definition.get("timeout") or {}
    size = request.get("arrayProperties", {}).get("size")
    return Submission(
        key=key,
        job_id=job_id,
        job_name=request["jobName"],
        job_queue=job_queue,
        job_definition=definition["jobDefinitionArn"],
        created_at=created_at,
        size=size,
        **_containers(request, definition),
        parameters={**definition.get("parameters", {}), **request.get("parameters", {})},
        retry_strategy={"attempts": 1, "evaluateOnExit": []}
        | (request.get("retryStrategy") or definition.get("retryStrategy") or {}),
        timeout=timeout.get("attemptDurationSeconds"),
        depends_on=[dict(dependency) for dependency in request.get("dependsOn", ())],
        tags=dict(request.get("tags", {})),
        propagate_tags=request.get("propagateTags", definition.get("propagateTags", False)),
        platform_capabilities=list(definition.get("platformCapabilities", ["EC2"])),
        scheduling_priority=request.get("schedulingPriorityOverride", definition.get("schedulingPriority")),
        share_identifier=request.get("shareIdentifier"),
        runner=definition.get("tags", {}).get("runner") == "batchplane",
        unplaceable=_unplaceable(request, definition),
    )


def _check_kind(request: Mapping[str, Any], definition: Mapping[str, Any]) -> None:
    """Refuse overrides that are not for a job of the definition's type."""
    if definition["type"] != "multinode":
        if "nodeOverrides" in request:
            raise Refused("Node overrides should not be set for jobs that are not multi-node parallel jobs.")
        return
    if "containerOverrides" in request:
        raise Refused("Container overrides should not be set for multi-node parallel jobs; use nodeOverrides.")
    if "size" in request.get("arrayProperties", {}):
        raise Refused("Array properties should not be set for multi-node parallel jobs.")


def _containers(request: Mapping[str, Any], definition: Mapping[str, Any]) -> dict[str, Any]:
    if definition["type"] == "multinode":
        overrides = request.get("nodeOverrides", {})
        return {"node_properties": with_node_overrides(definition["nodeProperties"], overrides), "container": {}}
    overrides = request.get("containerOverrides", {})
    return {"node_properties": None, "container": container_detail(definition["containerProperties"], overrides)}


def _unplaceable(request: Mapping[str, Any], definition: Mapping[str, Any]) -> str | None:
    for overrides in container_overrides_in(request):
        if len(json.dumps(overrides, separators=(",", ":"), ensure_ascii=False)) > OVERRIDES_LIMIT:
            return f"Container Overrides length must be at most {OVERRIDES_LIMIT}"
    if request.get("propagateTags", definition.get("propagateTags", False)):
        together = len(request.get("tags", {}).keys() | definition.get("tags", {}).keys())
        if together > MOST_TAGS:
            return f"Tags of job and job definition that are propagated must be at most {MOST_TAGS}, got {together}"
    return None
