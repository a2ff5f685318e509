"""What jobs need, in the embedded Batch: a compute environment, a job queue, two job definitions. Made once.

The part of `environment_stack` on AWS. A restart finds what is there: what was accepted runs as accepted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from batchplane_local.batch import EmbeddedBatch
from controlplane.definitions.registrar import RUNNER_TAG
from controlplane.deployment import Deployment, JobDefinition, JobQueue, NodeProperties
from controlplane.quota import Quota

#: What the embedded deployment is called, in alerts.
DEPLOYMENT = "local"
JOB_QUEUE = "default"
#: The job queue that shares divide, where there is one, the same on every plane; and its scheduling policy.
SHARED_QUEUE = "shared"
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


@dataclass(frozen=True, kw_only=True)
class DeploymentSettings:
    """What one machine's deployment allows, and to whom. The part of `infra.settings` on AWS."""

    #: The owners who look after the plane itself.
    operators: frozenset[str] = frozenset()
    #: True where every owner reads every job.
    open_reading: bool = False
    #: True where there is a mail, too, of a job that its own owner cancelled or terminated.
    alert_own_endings: bool = False
    #: Variables that change how a job's tools behave, and that submissions may set all the same.
    allowed_environment: frozenset[str] = frozenset()
    #: What each owner may have and do at once.
    quota: Quota = Quota()
    #: True where there is a second job queue, `shared`, that shares divide.
    fair_share: bool = False
    #: Globs of the images that job definitions may be registered with; whether everybody may register them.
    definition_images: tuple[str, ...] = ()
    open_definitions: bool = False


def establish(
    batch: EmbeddedBatch,
    *,
    url: str,
    io_bucket: Path,
    settings: DeploymentSettings = DeploymentSettings(),  # noqa: B008 - frozen
) -> Deployment:
    """Find or make them all, and say what submissions may name; with a fair-share queue where that is wanted."""
    definitions = (
        _published("runner", _definition(batch, "runner", RUNNER_TAG), runner=True),
        _published("plain", _definition(batch, "plain", {})),
        _published("nodes", _definition(batch, "nodes", {}, nodes=NODES), nodes=NodeProperties.from_wire(NODES)),
    )
    environment = _environment(batch)
    queues = [JobQueue(name=JOB_QUEUE, arn=_queue(batch, JOB_QUEUE, environment))]
    if settings.fair_share:
        queues.append(JobQueue(name=SHARED_QUEUE, arn=_shared_queue(batch, environment), fair_share=True))
    return Deployment(
        name=DEPLOYMENT,
        url=url,
        job_queues=tuple(queues),
        job_definitions=definitions,
        io_bucket=str(io_bucket),
        largest=batch.machine,
        operators=settings.operators,
        open_reading=settings.open_reading,
        alert_own_endings=settings.alert_own_endings,
        allowed_environment=settings.allowed_environment,
        quota=settings.quota,
        definition_images=settings.definition_images,
        open_definitions=settings.open_definitions,
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


def _queue(batch: EmbeddedBatch, name: str, environment: str, **members: Any) -> str:
    known = batch.describe_job_queues(jobQueues=[name])["jobQueues"]
    if known:
        return str(known[0]["jobQueueArn"])
    order = [{"order": 1, "computeEnvironment": environment}]
    made = batch.create_job_queue(jobQueueName=name, priority=1, computeEnvironmentOrder=order, **members)
    return str(made["jobQueueArn"])


def _shared_queue(batch: EmbeddedBatch, environment: str) -> str:
    """Over the same compute environment: it and the default one take turns there."""
    known = [each["arn"] for each in batch.list_scheduling_policies()["schedulingPolicies"]]
    policy = next((arn for arn in known if arn.endswith(f"/{SHARED_QUEUE}")), None)
    if policy is None:
        policy = batch.create_scheduling_policy(name=SHARED_QUEUE, fairsharePolicy={})["arn"]
    return _queue(batch, SHARED_QUEUE, environment, schedulingPolicyArn=policy)


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
