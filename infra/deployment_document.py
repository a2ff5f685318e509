"""What the functions are told of the deployment, in the words that `controlplane.deployment` reads. Grants nothing.

In two documents, which are one there: what is known now, and what AWS makes of the environment.
"""

from __future__ import annotations

from typing import Any

from infra.environment import Environment, EnvironmentDefinition
from infra.job_definition import EVERY_NODE, MAIN_NODE
from infra.settings import Settings


def settings_document(settings: Settings) -> dict[str, Any]:
    """What is known when the templates are written, and has no bound that variables would keep."""
    return {
        "name": settings.deployment_name,
        "operators": list(settings.operators),
        "operatorClaim": settings.operator_claim,
        "openReading": settings.open_reading,
        "alertOwnEndings": settings.alert_own_endings,
        "allowedEnvironment": list(settings.allowed_environment),
        "definitionImages": list(settings.definition_images),
        "openDefinitions": settings.open_definitions,
        "quota": {
            "jobs": settings.quota_jobs,
            "vcpus": settings.quota_vcpus,
            "submissionsPerMinute": settings.quota_submissions_per_minute,
        },
    }


def environment_document(environment: Environment) -> dict[str, Any]:
    """What submissions may name; its ARNs are tokens until the stack is deployed."""
    return {
        "jobQueues": [
            {"name": queue.name, "arn": queue.arn, "fairShare": queue.fair_share} for queue in environment.job_queues
        ],
        "jobDefinitions": [
            {
                "name": each.name,
                "arn": each.arn,
                "runner": each.runner,
                "logGroup": each.log_group_name,
                "vcpus": each.vcpus,
                "memory": each.memory_mib,
                **_nodes(each),
                # Nobody reads it. It changes with the definition, and so the plane's stack with it: were its template
                # the same, a deployment would leave it as it is, with the ARN of the revision before.
                "digest": each.digest,
            }
            for each in environment.job_definitions
        ],
    }


def _nodes(definition: EnvironmentDefinition) -> dict[str, Any]:
    """Of a multi-node parallel job, Batch's own nodeProperties without the containers."""
    if definition.num_nodes is None:
        return {}
    ranges = [{"targetNodes": EVERY_NODE}]
    properties = {"numNodes": definition.num_nodes, "mainNode": MAIN_NODE, "nodeRangeProperties": ranges}
    return {"nodeProperties": properties}
