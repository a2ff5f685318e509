"""What of AWS Batch the embedded Batch does not do, and the words that say so and what to do instead.

Raises Refused, and nothing else. Every operation of the service is either done or named here; a test sees to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from batchplane_local.batch.refused import Refused

_CONSUMABLE = (
    "consumable resources are not counted here. "
    "Bound jobs by VCPU, MEMORY and GPU, or by maxvCpus of a compute environment"
)
_SERVICE_JOBS = "service jobs run on Amazon SageMaker AI, not on this machine. Use SubmitJob and container jobs"
_QUOTA_SHARES = "quota shares are for service jobs. Give the job queue a fair-share scheduling policy"
_MULTI_CONTAINER = "a job is one container here. Use containerProperties and containerOverrides"
_EKS = "jobs run as processes of this machine, not on Amazon EKS. Use containerProperties and containerOverrides"

#: Why an operation is not done, and what to do instead.
OPERATIONS: Mapping[str, str] = {
    **dict.fromkeys(
        (
            "CreateConsumableResource",
            "DeleteConsumableResource",
            "DescribeConsumableResource",
            "ListConsumableResources",
            "ListJobsByConsumableResource",
            "UpdateConsumableResource",
        ),
        _CONSUMABLE,
    ),
    **dict.fromkeys(
        (
            "CreateServiceEnvironment",
            "DeleteServiceEnvironment",
            "DescribeServiceEnvironments",
            "DescribeServiceJob",
            "ListServiceJobs",
            "SubmitServiceJob",
            "TerminateServiceJob",
            "TerminateServiceJobs",
            "UpdateServiceEnvironment",
            "UpdateServiceJob",
        ),
        _SERVICE_JOBS,
    ),
    **dict.fromkeys(
        ("CreateQuotaShare", "DeleteQuotaShare", "DescribeQuotaShare", "ListQuotaShares", "UpdateQuotaShare"),
        _QUOTA_SHARES,
    ),
}
#: The same of members, of whichever request or part of one they are.
_MEMBERS: Mapping[str, str] = {
    "consumableResourceProperties": _CONSUMABLE,
    "consumableResourcePropertiesOverride": _CONSUMABLE,
    "ecsProperties": _MULTI_CONTAINER,
    "ecsPropertiesOverride": _MULTI_CONTAINER,
    "eksConfiguration": _EKS,
    "eksProperties": _EKS,
    "eksPropertiesOverride": _EKS,
    "quotaSharePolicy": _QUOTA_SHARES,
    "serviceEnvironmentOrder": _SERVICE_JOBS,
}
#: The same of values: of jobQueueType, and of a compute environment's type.
_TYPES: Mapping[str, str] = {
    "EKS": _EKS,
    "SAGEMAKER_TRAINING": _SERVICE_JOBS,
    "ECS_MANAGED_INSTANCES": "their jobs have ecsProperties, and a job is one container here. Use ECS, or type EC2",
}


def operation_refused(operation: str) -> Refused:
    """The refusal of an operation that is not done."""
    return Refused(f"The embedded Batch does not do {operation}: {OPERATIONS[operation]}.")


def check_members_done(document: Mapping[str, Any]) -> None:
    """Refuse a request, or a part of one, with a member that asks for what is not done."""
    for member in document:
        if member in _MEMBERS:
            raise Refused(f"The embedded Batch does not do {member}: {_MEMBERS[member]}.")


def check_type_done(member: str, kind: str) -> None:
    """Refuse a type of queue or of compute resources that is not done."""
    if kind in _TYPES:
        raise Refused(f"The embedded Batch does not do {member} {kind}: {_TYPES[kind]}.")
