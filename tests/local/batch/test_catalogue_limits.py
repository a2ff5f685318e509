"""The bounds on environments, queues and scheduling policies."""

from __future__ import annotations

from typing import Any

import pytest

from batchplane_local.batch.catalogue_limits import check_environment, check_policy, check_queue
from batchplane_local.batch.refused import Refused

LIMIT = {
    "state": "RUNNABLE",
    "action": "CANCEL",
    "reason": "MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT",
    "maxTimeSeconds": 600,
}


def fair(**policy: Any) -> dict[str, Any]:
    """A request for a fair-share policy."""
    return {"fairsharePolicy": policy}


def shares(*identifiers: str) -> dict[str, Any]:
    """A request for a policy with these share identifiers."""
    return fair(shareDistribution=[{"shareIdentifier": identifier} for identifier in identifiers])


def limits(**members: Any) -> dict[str, Any]:
    """A queue's request with one time limit."""
    return {"jobStateTimeLimitActions": [LIMIT | members]}


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        (fair(shareDecaySeconds=604_801), "shareDecaySeconds must be between 0 and 604800, got 604801"),
        (fair(computeReservation=100), "computeReservation must be between 0 and 99, got 100"),
        (
            fair(shareDistribution=[{"shareIdentifier": "a", "weightFactor": 0.00001}]),
            "weightFactor must be between 0.0001 and 999.9999, got 1e-05",
        ),
        (shares("a b"), "shareIdentifier must have 1 to 255 alphanumeric characters, and may end in *: a b"),
        (shares("UserA*", "UserB", "UserA1"), "shareIdentifiers of a policy can't overlap, got UserA* and UserA1"),
        (shares("UserA", "UserA*"), "shareIdentifiers of a policy can't overlap, got UserA* and UserA"),
        (shares("UserA", "UserA"), "shareIdentifiers of a policy can't overlap, got UserA and UserA"),
        (shares(*(f"u{number}" for number in range(501))), "shareDistribution must have at most 500 entries, got 501"),
        (
            {"quotaSharePolicy": {"idleResourceAssignmentStrategy": "FIFO"}},
            "The embedded Batch does not do quotaSharePolicy",
        ),
    ],
)
def test_a_wrong_policy_is_refused(policy: dict[str, Any], words: str) -> None:
    """The words name the member, the bound and the value."""
    with pytest.raises(Refused) as refused:
        check_policy(policy)
    assert str(refused.value) == words


def test_a_policy_within_its_bounds_is_taken() -> None:
    """The bounds themselves belong to what is allowed."""
    distribution = [
        {"shareIdentifier": "A*", "weightFactor": 0.0001},
        {"shareIdentifier": "B", "weightFactor": 999.9999},
    ]
    check_policy(fair(shareDecaySeconds=604_800, computeReservation=99, shareDistribution=distribution))


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"maxTimeSeconds": 599}, "jobStateTimeLimitActions maxTimeSeconds must be between 600 and 86400, got 599"),
        ({"maxTimeSeconds": 86401}, "jobStateTimeLimitActions maxTimeSeconds must be between 600 and 86400, got 86401"),
        ({"state": "RUNNING"}, "jobStateTimeLimitActions state must be RUNNABLE, got RUNNING"),
        (
            {"action": "TERMINATE"},
            "jobStateTimeLimitActions action must be CANCEL for a queue of compute, got TERMINATE",
        ),
        (
            {"reason": "lunch"},
            "jobStateTimeLimitActions reason must be one of CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY, "
            "MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE, MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT: lunch",
        ),
    ],
)
def test_a_wrong_time_limit_is_refused(members: dict[str, Any], words: str) -> None:
    """The words name the member, the bound and the value."""
    with pytest.raises(Refused) as refused:
        check_queue(limits(**members))
    assert str(refused.value) == words


@pytest.mark.parametrize(
    ("resources", "words"),
    [
        (
            {"minvCpus": 4, "maxvCpus": 2},
            "minvCpus 4, desiredvCpus 4 and maxvCpus 2 must be in this order, maxvCpus from 1",
        ),
        (
            {"maxvCpus": 0},
            "minvCpus 0, desiredvCpus 0 and maxvCpus 0 must be in this order, maxvCpus from 1",
        ),
    ],
)
def test_wrong_resources_are_refused(resources: dict[str, Any], words: str) -> None:
    """The words name the members and their values."""
    with pytest.raises(Refused) as refused:
        check_environment({"type": "MANAGED", "computeResources": resources})
    assert str(refused.value) == words
