"""What a deployment offers, as its clients are told."""

from dataclasses import replace

from controlplane.deployment import NodeProperties
from controlplane.documents.environment import to_environment
from tests.builders import DEPLOYMENT, PLAIN, QUEUE, RESERVED, RUNNER

#: What is the same of both definitions.
SAME = {**RESERVED, "gpus": 0, "nodeProperties": None}


def test_a_client_is_told_what_it_may_name() -> None:
    """Queues, definitions with their revisions, the bucket, bounds; and nothing of who operates."""
    deployment = replace(
        DEPLOYMENT,
        io_bucket="lab-io",
        largest={"VCPU": 2},
        allowed_environment=frozenset({"PYTHONPATH", "HTTPS_PROXY"}),
    )

    assert to_environment(deployment) == {
        "name": "test",
        "url": "https://api.test",
        "ioBucket": "lab-io",
        "jobQueue": "default",
        "jobDefinition": "runner:3",
        "jobQueues": [{"name": "default", "jobQueueArn": QUEUE, "fairShare": False}],
        "jobDefinitions": [
            {"name": "runner", "revision": 3, "jobDefinitionArn": RUNNER, "runner": True} | SAME,
            {"name": "plain", "revision": 1, "jobDefinitionArn": PLAIN, "runner": False} | SAME,
        ],
        "largest": {"VCPU": 2},
        "allowedEnvironment": ["HTTPS_PROXY", "PYTHONPATH"],
    }


def test_a_definition_of_several_nodes_says_so() -> None:
    """How many, which is the main one, and the ranges that a submission may override."""
    runner, _ = DEPLOYMENT.job_definitions
    nodes = replace(runner, nodes=NodeProperties(num_nodes=2, main_node=0, target_nodes=("0:",)))
    (told,) = to_environment(replace(DEPLOYMENT, job_definitions=(nodes,)))["jobDefinitions"]

    assert {"numNodes": 2, "mainNode": 0, "targetNodes": ["0:"]} == told["nodeProperties"]
