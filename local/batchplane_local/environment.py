"""What jobs need, in the embedded Batch: a compute environment, a job queue, two job definitions. Made once.

The part of `environment_stack` on AWS. A restart finds what is there: what was accepted runs as accepted.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from batchplane_local.batch import EmbeddedBatch
from controlplane.deployment import Deployment, JobDefinition, JobQueue, NodeProperties
from controlplane.quota import Quota

#: What the embedded deployment is called, in alerts.
DEPLOYMENT = "local"
JOB_QUEUE = "default"
#: The tag of a job definition that carries our runner, the same on every plane.
RUNNER_TAG = {"runner": "batchplane"}
#: The log group of both definitions: Batch's own default.
LOG_GROUP = "/aws/batch/job"
#: What a job reserves unless it asks for more; the embedded Batch counts vCPUs, and ends what uses more memory (MiB).
VCPUS, MEMORY = 1, 512
RESOURCES = [{"type": "VCPU", "value": str(VCPUS)}, {"type": "MEMORY", "value": str(MEMORY)}]
#: The embedded Batch records an image and runs none: the command finds this machine.
IMAGE = "local"
_CONTAINER = {"image": IMAGE, "command": ["true"], "resourceRequirements": RESOURCES}
#: A multi-node parallel job: two nodes unless a submission says otherwise, each with what a job reserves.
NODES = {"numNodes": 2, "mainNode": 0, "nodeRangeProperties": [{"targetNodes": "0:", "container": _CONTAINER}]}


def establish(
    batch: EmbeddedBatch,
    *,
    url: str,
    io_bucket: Path,
    operators: frozenset[str] = frozenset(),
    open_reading: bool = False,
    allowed_environment: frozenset[str] = frozenset(),
    quota: Quota = Quota(),  # noqa: B008 - frozen
) -> Deployment:
    """Find or make them all, and say what submissions may name."""
    definitions = (
        _published("runner", _definition(batch, "runner", RUNNER_TAG), runner=True),
        _published("plain", _definition(batch, "plain", {})),
        _published("nodes", _definition(batch, "nodes", {}, nodes=NODES), nodes=NodeProperties.from_wire(NODES)),
    )
    queue = JobQueue(name=JOB_QUEUE, arn=_queue(batch, _environment(batch)))
    return Deployment(
        name=DEPLOYMENT,
        url=url,
        job_queues=(queue,),
        job_definitions=definitions,
        io_bucket=str(io_bucket),
        largest=batch.machine,
        operators=operators,
        open_reading=open_reading,
        allowed_environment=allowed_environment,
        quota=quota,
    )


def _published(name: str, arn: str, *, runner: bool = False, nodes: NodeProperties | None = None) -> JobDefinition:
    return JobDefinition(
        name=name, arn=arn, runner=runner, log_group=LOG_GROUP, vcpus=VCPUS, memory=MEMORY, nodes=nodes
    )


def _environment(batch: EmbeddedBatch) -> str:
    known = batch.describe_compute_environments(computeEnvironments=[DEPLOYMENT])["computeEnvironments"]
    if known:
        return str(known[0]["computeEnvironmentArn"])
    made = batch.create_compute_environment(computeEnvironmentName=DEPLOYMENT, type="UNMANAGED")
    return str(made["computeEnvironmentArn"])


def _queue(batch: EmbeddedBatch, environment: str) -> str:
    known = batch.describe_job_queues(jobQueues=[JOB_QUEUE])["jobQueues"]
    if known:
        return str(known[0]["jobQueueArn"])
    order = [{"order": 1, "computeEnvironment": environment}]
    made = batch.create_job_queue(jobQueueName=JOB_QUEUE, priority=1, computeEnvironmentOrder=order)
    return str(made["jobQueueArn"])


def _definition(batch: EmbeddedBatch, name: str, tags: dict[str, str], nodes: Mapping[str, Any] | None = None) -> str:
    active = batch.describe_job_definitions(jobDefinitionName=name, status="ACTIVE")["jobDefinitions"]
    if active:
        return str(max(active, key=lambda each: int(each["revision"]))["jobDefinitionArn"])
    if nodes is None:
        properties: dict[str, Any] = {"type": "container", "containerProperties": _CONTAINER}
    else:
        properties = {"type": "multinode", "nodeProperties": nodes}
    made = batch.register_job_definition(jobDefinitionName=name, tags=tags, **properties)
    return str(made["jobDefinitionArn"])
