"""Every bound on environments, queues and scheduling policies that the service's model does not state.

Raises Refused, and nothing else. Types are checked before, by botocore's model.
https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateSchedulingPolicy.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, NoReturn

from batchplane_local.batch.bounds.not_done import check_members_done, check_type_done
from batchplane_local.batch.bounds.resource_limits import check_resources, is_fargate
from batchplane_local.batch.refused import Refused

#: A share identifier, or with the asterisk at its end all those that begin so.
SHARE_IDENTIFIER = re.compile(r"[A-Za-z0-9]{1,255}\*?")
#: Share identifiers that one queue, or one policy, may have.
SHARES = 500
#: Seconds, of jobStateTimeLimitActions: https://docs.aws.amazon.com/batch/latest/userguide/job_stuck_in_runnable.html.
_TIME_LIMIT = range(600, 86_400 + 1)
#: Reasons for which a time limit may act.
_TIME_LIMIT_REASONS = (
    "CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY",
    "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE",
    "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
)
#: Seconds: one week.
_DECAY = range(604_800 + 1)
#: Percent.
_RESERVATION = range(99 + 1)
_LEAST_WEIGHT, _GREATEST_WEIGHT = 0.0001, 999.9999
#: Job queues of an account and Region, and compute environments.
_MOST_QUEUES = _MOST_ENVIRONMENTS = 50
#: Compute environments of one queue.
_MOST_IN_ORDER = 3


def check_environment(document: Mapping[str, Any]) -> None:
    """Refuse a compute environment that breaks a bound."""
    check_members_done(document)
    if document["type"] == "MANAGED" and "unmanagedvCpus" in document:
        _refuse("unmanagedvCpus is only supported for compute environments of type UNMANAGED")
    if document.get("unmanagedvCpus", 0) < 0:
        _refuse(f"unmanagedvCpus must be at least 0, got {document['unmanagedvCpus']}")
    resources = document.get("computeResources")
    if resources is None:
        if document["type"] == "MANAGED":
            _refuse("A MANAGED compute environment must have computeResources")
        return
    check_resources(resources)


def check_queue(request: Mapping[str, Any]) -> None:
    """Refuse a CreateJobQueue or UpdateJobQueue request that breaks a bound of the queue's own."""
    check_members_done(request)
    check_type_done("jobQueueType", request.get("jobQueueType", "ECS"))
    for action in request.get("jobStateTimeLimitActions", ()):
        _check_time_limit(action)


def check_order(order: Sequence[Mapping[str, Any]]) -> None:
    """Refuse a computeEnvironmentOrder that names too many or too few environments, or two in one place."""
    if not 1 <= len(order) <= _MOST_IN_ORDER:
        words = f"A job queue must have 1 to {_MOST_IN_ORDER} compute environments in its order"
        _refuse(f"{words}, got {len(order)}")
    for member in ("order", "computeEnvironment"):
        values = [entry[member] for entry in order]
        for value in values:
            if values.count(value) > 1:
                _refuse(f"computeEnvironmentOrder can't have the same {member} twice, got {value}")


def queue_type(environments: Sequence[Mapping[str, Any]], wanted: str | None) -> str:
    """The jobQueueType of a queue over these compute environments. Raises Refused where they don't go together."""
    types = {_queue_type_over(environment) for environment in environments}
    if len(types) > 1:
        _refuse("EC2 and Fargate compute environments can't be mixed in one job queue")
    (kind,) = types
    if wanted not in (None, kind):
        _refuse(f"jobQueueType must be {kind} for these compute environments, got {wanted}")
    return kind


def check_environment_quota(count: int) -> None:
    """Refuse one more compute environment than there can be, where there are so many."""
    if count >= _MOST_ENVIRONMENTS:
        _refuse(f"There can be at most {_MOST_ENVIRONMENTS} compute environments; delete one first")


def check_queue_quota(count: int) -> None:
    """Refuse one more job queue than there can be, where there are so many."""
    if count >= _MOST_QUEUES:
        _refuse(f"There can be at most {_MOST_QUEUES} job queues; delete one first")


def check_policy(request: Mapping[str, Any]) -> None:
    """Refuse a scheduling policy that breaks a bound."""
    check_members_done(request)
    policy = request.get("fairsharePolicy", {})
    _check_in("shareDecaySeconds", policy.get("shareDecaySeconds", 0), _DECAY)
    _check_in("computeReservation", policy.get("computeReservation", 0), _RESERVATION)
    distribution = policy.get("shareDistribution", ())
    if len(distribution) > SHARES:
        _refuse(f"shareDistribution must have at most {SHARES} entries, got {len(distribution)}")
    for entry in distribution:
        check_share_identifier(entry["shareIdentifier"])
        weight = entry.get("weightFactor", 1.0)
        if not _LEAST_WEIGHT <= weight <= _GREATEST_WEIGHT:
            _refuse(f"weightFactor must be between {_LEAST_WEIGHT} and {_GREATEST_WEIGHT}, got {weight}")
    _check_no_overlap([entry["shareIdentifier"] for entry in distribution])


def check_share(request: Mapping[str, Any], queue: Mapping[str, Any], definition: Mapping[str, Any]) -> None:
    """Refuse a SubmitJob request without a share in a queue that has a scheduling policy, or with one in another."""
    if "schedulingPolicyArn" not in queue:
        if "shareIdentifier" in request:
            _refuse(f"shareIdentifier can't be specified: JobQueue {queue['jobQueueName']} has no scheduling policy")
        return
    if "shareIdentifier" not in request:
        _refuse("shareIdentifier must be specified.")
    check_share_identifier(request["shareIdentifier"])
    if "schedulingPriorityOverride" not in request and "schedulingPriority" not in definition:
        _refuse("Either schedulingPriority in job definition or schedulingPriorityOverride should be specified.")


def check_share_identifier(identifier: str) -> None:
    """Refuse what can't identify a share."""
    if not SHARE_IDENTIFIER.fullmatch(identifier):
        _refuse(f"shareIdentifier must have 1 to 255 alphanumeric characters, and may end in *: {identifier[:260]}")


def _check_no_overlap(identifiers: Sequence[str]) -> None:
    """In alphabetical order, a prefix stands right before the first of those that it overlaps with."""
    in_order = sorted(identifiers, key=lambda identifier: (identifier.rstrip("*"), not identifier.endswith("*")))
    for first, second in pairwise(in_order):
        if first == second or (first.endswith("*") and second.startswith(first[:-1])):
            _refuse(f"shareIdentifiers of a policy can't overlap, got {first} and {second}")


def _queue_type_over(environment: Mapping[str, Any]) -> str:
    return "ECS_FARGATE" if is_fargate(environment.get("computeResources", {})) else "ECS"


def _check_time_limit(action: Mapping[str, Any]) -> None:
    if action["action"] != "CANCEL":
        _refuse(f"jobStateTimeLimitActions action must be CANCEL for a queue of compute, got {action['action']}")
    if action["reason"] not in _TIME_LIMIT_REASONS:
        _refuse(f"jobStateTimeLimitActions reason must be one of {', '.join(_TIME_LIMIT_REASONS)}: {action['reason']}")
    _check_in("jobStateTimeLimitActions maxTimeSeconds", action["maxTimeSeconds"], _TIME_LIMIT)


def _check_in(member: str, value: int, bounds: range) -> None:
    if value not in bounds:
        _refuse(f"{member} must be between {bounds[0]} and {bounds[-1]}, got {value}")


def _refuse(words: str) -> NoReturn:
    raise Refused(words)
