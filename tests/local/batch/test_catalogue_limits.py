"""The bounds on environments, queues and scheduling policies."""

from __future__ import annotations

from typing import Any

import pytest

from batchplane_local.batch.bounds.catalogue_limits import (
    check_environment,
    check_environment_quota,
    check_order,
    check_policy,
    check_queue,
    check_queue_quota,
    queue_type,
)
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
            "The embedded Batch does not do quotaSharePolicy: quota shares are for service jobs. "
            "Give the job queue a fair-share scheduling policy.",
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


EC2 = {"type": "MANAGED", "computeResources": {"type": "EC2", "maxvCpus": 1}}
FARGATE = {"type": "MANAGED", "computeResources": {"type": "FARGATE", "maxvCpus": 1}}
UNMANAGED = {"type": "UNMANAGED"}


def order(*places: tuple[int, str]) -> list[dict[str, Any]]:
    """A computeEnvironmentOrder."""
    return [{"order": place, "computeEnvironment": name} for place, name in places]


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        (order(), "A job queue must have 1 to 3 compute environments in its order, got 0"),
        (
            order((1, "a"), (2, "b"), (3, "c"), (4, "d")),
            "A job queue must have 1 to 3 compute environments in its order, got 4",
        ),
        (order((1, "a"), (1, "b")), "computeEnvironmentOrder can't have the same order twice, got 1"),
        (order((1, "a"), (2, "a")), "computeEnvironmentOrder can't have the same computeEnvironment twice, got a"),
    ],
)
def test_a_wrong_order_is_refused(entries: list[dict[str, Any]], words: str) -> None:
    """One to three environments, each once, each in a place of its own."""
    with pytest.raises(Refused) as refused:
        check_order(entries)
    assert str(refused.value) == words


def test_three_environments_are_taken() -> None:
    """The places need not begin at 1, nor follow on each other."""
    check_order(order((0, "a"), (7, "b"), (3, "c")))


@pytest.mark.parametrize(
    ("environments", "expected"),
    [([EC2, UNMANAGED], "ECS"), ([FARGATE, FARGATE], "ECS_FARGATE")],
)
def test_a_queue_is_of_its_environments_type(environments: list[dict[str, Any]], expected: str) -> None:
    """The type that a description shows, whether it was asked for or not."""
    assert [expected, expected] == [queue_type(environments, None), queue_type(environments, expected)]


@pytest.mark.parametrize(
    ("environments", "wanted", "words"),
    [
        ([EC2, FARGATE], None, "EC2 and Fargate compute environments can't be mixed in one job queue"),
        ([UNMANAGED], "ECS_FARGATE", "jobQueueType must be ECS for these compute environments, got ECS_FARGATE"),
    ],
)
def test_environments_that_do_not_go_together(
    environments: list[dict[str, Any]], wanted: str | None, words: str
) -> None:
    """A queue is over machines or over Fargate."""
    with pytest.raises(Refused) as refused:
        queue_type(environments, wanted)
    assert str(refused.value) == words


@pytest.mark.parametrize(
    ("check", "words"),
    [
        (check_environment_quota, "There can be at most 50 compute environments; delete one first"),
        (check_queue_quota, "There can be at most 50 job queues; delete one first"),
    ],
)
def test_a_quota(check: Any, words: str) -> None:
    """The fiftieth is taken, and no other."""
    check(49)
    with pytest.raises(Refused) as refused:
        check(50)
    assert str(refused.value) == words


@pytest.mark.parametrize(
    ("members", "words"),
    [
        (
            EC2 | {"unmanagedvCpus": 1},
            "unmanagedvCpus is only supported for compute environments of type UNMANAGED",
        ),
        (UNMANAGED | {"unmanagedvCpus": -1}, "unmanagedvCpus must be at least 0, got -1"),
        (
            UNMANAGED | {"eksConfiguration": {}},
            "The embedded Batch does not do eksConfiguration: jobs run as processes of this machine, not on Amazon EKS."
            " Use containerProperties and containerOverrides.",
        ),
    ],
)
def test_a_wrong_environment_is_refused(members: dict[str, Any], words: str) -> None:
    """The words name the member."""
    with pytest.raises(Refused) as refused:
        check_environment(members)
    assert str(refused.value) == words


def test_an_unmanaged_environment_may_have_no_vcpus() -> None:
    """Zero is the least."""
    check_environment(UNMANAGED | {"unmanagedvCpus": 0})


@pytest.mark.parametrize("kind", ["EKS", "SAGEMAKER_TRAINING", "ECS_MANAGED_INSTANCES"])
def test_queues_of_what_is_not_run(kind: str) -> None:
    """The words name the type."""
    with pytest.raises(Refused, match=f"The embedded Batch does not do jobQueueType {kind}: .+ Use "):
        check_queue({"jobQueueType": kind})
