"""What the service's model says of values, and botocore lets through."""

from __future__ import annotations

from typing import Any

import pytest

from batchplane_local.batch.refused import Refused
from batchplane_local.batch.service_model import check_limits

JOB: dict[str, Any] = {"jobName": "x", "jobQueue": "y", "jobDefinition": "z"}


@pytest.mark.parametrize(
    ("operation", "request_", "words"),
    [
        (
            "ListJobs",
            {"jobQueue": "x", "jobStatus": "DONE"},
            "jobStatus must be one of SUBMITTED, PENDING, RUNNABLE, STARTING, RUNNING, SUCCEEDED, FAILED, got DONE",
        ),
        (
            "SubmitJob",
            JOB | {"containerOverrides": {"resourceRequirements": [{"type": "DISK", "value": "1"}]}},
            "type must be one of GPU, VCPU, MEMORY, got DISK",
        ),
        (
            "SubmitJob",
            JOB | {"dependsOn": [{"type": "sequential"}]},
            "type must be one of N_TO_N, SEQUENTIAL, got sequential",
        ),
        (
            "RegisterJobDefinition",
            {"jobDefinitionName": "x", "type": "container", "platformCapabilities": ["LAMBDA"]},
            "platformCapabilities must be one of EC2, FARGATE, MANAGED_INSTANCES, got LAMBDA",
        ),
        (
            "CreateJobQueue",
            {"jobQueueName": "x", "priority": 2**31},
            "priority must be between -2147483648 and 2147483647, got 2147483648",
        ),
    ],
)
def test_values_that_the_model_does_not_have(operation: str, request_: dict[str, Any], words: str) -> None:
    """The words name the member, what it can be, and the value."""
    with pytest.raises(Refused) as refused:
        check_limits("batch", operation, request_)
    assert words == str(refused.value)


@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("SubmitJob", JOB | {"retryStrategy": {"attempts": 2, "evaluateOnExit": [{"action": "exit"}]}}),
        ("CreateJobQueue", {"jobQueueName": "x", "priority": 2**31 - 1}),
        ("DescribeJobs", {"jobs": ["any text"]}),
        ("DescribeJobQueues", {}),
    ],
)
def test_values_that_pass(operation: str, request_: dict[str, Any]) -> None:
    """An action is read in any case; what the model doesn't list may be anything."""
    check_limits("batch", operation, request_)
