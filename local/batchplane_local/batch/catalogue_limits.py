"""Every bound on environments, queues and scheduling policies that the service's model does not state.

Raises Refused, and nothing else. Types are checked before, by botocore's model.
https://docs.aws.amazon.com/batch/latest/APIReference/API_CreateSchedulingPolicy.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, NoReturn

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
#: Members of CreateJobQueue and CreateComputeEnvironment that ask for what the embedded Batch does not do.
_NOT_DONE = ("serviceEnvironmentOrder", "eksConfiguration")
_NOT_DONE_TYPES = ("EKS", "SAGEMAKER_TRAINING")


def check_environment(document: Mapping[str, Any]) -> None:
    """Refuse a compute environment that breaks a bound."""
    _check_done(document)
    _check_state(document)
    if document["type"] not in ("MANAGED", "UNMANAGED"):
        _refuse(f"Compute environment type must be MANAGED or UNMANAGED, got {document['type']}")
    resources = document.get("computeResources")
    if resources is None:
        if document["type"] == "MANAGED":
            _refuse("A MANAGED compute environment must have computeResources")
        return
    least, most = resources.get("minvCpus", 0), resources["maxvCpus"]
    desired = resources.get("desiredvCpus", least)
    if not 0 <= least <= desired <= most or most < 1:
        _refuse(f"minvCpus {least}, desiredvCpus {desired} and maxvCpus {most} must be in this order, maxvCpus from 1")


def check_queue(request: Mapping[str, Any]) -> None:
    """Refuse a CreateJobQueue or UpdateJobQueue request that breaks a bound of the queue's own."""
    _check_done(request)
    _check_state(request)
    if request.get("jobQueueType") in _NOT_DONE_TYPES:
        _refuse(f"The embedded Batch does not do job queues of type {request['jobQueueType']}")
    for action in request.get("jobStateTimeLimitActions", ()):
        _check_time_limit(action)


def check_policy(request: Mapping[str, Any]) -> None:
    """Refuse a scheduling policy that breaks a bound."""
    if "quotaSharePolicy" in request:
        _refuse("The embedded Batch does not do quotaSharePolicy")
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


def _check_time_limit(action: Mapping[str, Any]) -> None:
    if action["state"] != "RUNNABLE":
        _refuse(f"jobStateTimeLimitActions state must be RUNNABLE, got {action['state']}")
    if action["action"] != "CANCEL":
        _refuse(f"jobStateTimeLimitActions action must be CANCEL for a queue of compute, got {action['action']}")
    if action["reason"] not in _TIME_LIMIT_REASONS:
        _refuse(f"jobStateTimeLimitActions reason must be one of {', '.join(_TIME_LIMIT_REASONS)}: {action['reason']}")
    _check_in("jobStateTimeLimitActions maxTimeSeconds", action["maxTimeSeconds"], _TIME_LIMIT)


def _check_done(request: Mapping[str, Any]) -> None:
    for member in _NOT_DONE:
        if member in request:
            _refuse(f"The embedded Batch does not do {member}")


def _check_state(request: Mapping[str, Any]) -> None:
    if request.get("state", "ENABLED") not in ("ENABLED", "DISABLED"):
        _refuse(f"state must be ENABLED or DISABLED, got {request['state']}")


def _check_in(member: str, value: int, bounds: range) -> None:
    if value not in bounds:
        _refuse(f"{member} must be between {bounds[0]} and {bounds[-1]}, got {value}")


def _refuse(words: str) -> NoReturn:
    raise Refused(words)
