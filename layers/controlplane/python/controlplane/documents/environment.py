"""A deployment as clients see it: its IOBucket, and what submissions may name. Does no I/O."""

from __future__ import annotations

from typing import Any

from controlplane.deployment import Deployment, JobQueue
from controlplane.documents.definition import to_offer


def to_environment(deployment: Deployment) -> dict[str, Any]:
    """The environment document; the queue and the definition named first are what a submission gets that names none."""
    return {
        "name": deployment.name,
        "url": deployment.url,
        "ioBucket": deployment.io_bucket,
        "jobQueue": deployment.job_queues[0].name,
        "jobDefinition": deployment.job_definitions[0].title,
        "jobQueues": [_queue(each) for each in deployment.job_queues],
        "jobDefinitions": [to_offer(each) for each in deployment.job_definitions],
        "largest": dict(deployment.largest),
        "allowedEnvironment": sorted(deployment.allowed_environment),
    }


def _queue(queue: JobQueue) -> dict[str, Any]:
    return {"name": queue.name, "jobQueueArn": queue.arn, "fairShare": queue.fair_share}
