"""Bounds of a submission as a whole, and of members that only AWS Batch's words bound."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from controlplane.deployment import Deployment
from controlplane.errors import SubmissionInvalid
from controlplane.submissions.draft import Draft
from controlplane.submissions.submission import plan
from tests.builders import DEPLOYMENT

SHARED = replace(DEPLOYMENT, job_queues=(replace(DEPLOYMENT.job_queues[0], fair_share=True),))


def violations(deployment: Deployment = DEPLOYMENT, **document: Any) -> dict[str, str]:
    """What is wrong with a document, in words, by field."""
    draft = Draft.read({"jobName": "n"} | document)
    try:
        plan(draft, owner="ada", idempotency_key="k", deployment=deployment, now=0)
    except SubmissionInvalid as error:
        return {violation.field: violation.detail for violation in error.violations}
    return {}


def overriding(**members: Any) -> dict[str, Any]:
    """Container overrides."""
    return {"containerOverrides": members}


def requiring(kind: str, value: str) -> dict[str, Any]:
    """One resource requirement."""
    return overriding(resourceRequirements=[{"type": kind, "value": value}])


def retrying(**rule: str) -> dict[str, Any]:
    """One rule of evaluateOnExit."""
    return {"retryStrategy": {"attempts": 2, "evaluateOnExit": [{"action": "retry", **rule}]}}


GPU = {"type": "GPU", "value": "1"}


@pytest.mark.parametrize(
    ("field", "document"),
    [
        ("tags.a,b", {"tags": {"a,b": ""}}),
        ("tags.AWS:x", {"tags": {"AWS:x": ""}}),
        ("tags.", {"tags": {"": ""}}),
        ("tags.k", {"tags": {"k": "semi;colon"}}),
        ("tags.k", {"tags": {"k": "v" * 257}}),
        ("retryStrategy.evaluateOnExit.0.onReason", retrying(onReason="Cannot*Pull")),
        ("retryStrategy.evaluateOnExit.0.onReason", retrying(onReason="")),
        ("retryStrategy.evaluateOnExit.0.onReason", retrying(onReason="x" * 513)),
        ("retryStrategy.evaluateOnExit.0.onStatusReason", retrying(onStatusReason="Host EC2 (spot)*")),
        ("retryStrategy.evaluateOnExit.0.onExitCode", retrying(onExitCode="1*3")),
        ("retryStrategy.evaluateOnExit.0.onExitCode", retrying(onExitCode="-1")),
        ("retryStrategy.attempts", {"retryStrategy": {"evaluateOnExit": []}}),
        ("timeout.attemptDurationSeconds", {"timeout": {"attemptDurationSeconds": 2**31}}),
        ("parameters.p", {"parameters": {"p": "a\0b"}}),
        ("parameters.p", {"parameters": {"p": "\ud800"}}),
        ("environment.a\0", {"environment": {"a\0": ""}}),
        ("schedulingPriorityOverride", {"schedulingPriorityOverride": -1}),
        ("shareIdentifier", {"shareIdentifier": "*"}),
        ("shareIdentifier", {"shareIdentifier": "a-b"}),
        (
            "containerOverrides.resourceRequirements",
            overriding(resourceRequirements=[GPU, GPU]),
        ),
        ("containerOverrides.resourceRequirements.0.value", requiring("VCPU", "0.5")),
        ("containerOverrides.resourceRequirements.0.value", requiring("VCPU", "0")),
        ("containerOverrides.resourceRequirements.0.value", requiring("GPU", "0000000001")),
        ("containerOverrides.memory", overriding(memory=3)),
        ("containerOverrides.vcpus", overriding(vcpus=0)),
        ("containerOverrides.environment.0.name", overriding(environment=[{"name": "aws_batch_x"}])),
        ("containerOverrides.environment.0.name", overriding(environment=[{"name": "LD_PRELOAD"}])),
        ("containerOverrides.environment.0.name", overriding(environment=[{"name": "https_proxy"}])),
        ("containerOverrides.environment.0.name", overriding(environment=[{"name": "AWS_ENDPOINT_URL_S3"}])),
    ],
)
def test_a_broken_bound_is_named_by_its_field(field: str, document: dict[str, Any]) -> None:
    """Each bound of the service is checked before anything is stored."""
    assert field in violations(**document)


@pytest.mark.parametrize(
    "document",
    [
        {"tags": {"Équipe 7": "a_b.c:d/e=f+g-h@i"}},
        retrying(onReason="CannotPull*", onStatusReason="Host EC2:\ti.0*", onExitCode="13*"),
        retrying(onExitCode="*"),
        {"timeout": {"attemptDurationSeconds": 60}},
        {"schedulingPriorityOverride": 9999},
        {"dependsOn": [{"jobId": "5bc5d058-f641-5cec-a8d0-65de593eee05"}]},
        {"propagateTags": True},
        requiring("VCPU", "04"),
        overriding(environment=[{"name": "AWS_REGION", "value": "eu-west-1"}, {"name": "EMPTY"}]),
        overriding(vcpus=2, memory=4),
    ],
)
def test_what_batch_takes_is_taken(document: dict[str, Any]) -> None:
    """The very edges of the bounds."""
    assert {} == violations(**document)


@pytest.mark.parametrize(
    ("member", "why"),
    [
        ("ecsPropertiesOverride", "use containerOverrides"),
        ("eksPropertiesOverride", "no job runs on Amazon EKS"),
        ("consumableResourcePropertiesOverride", "no deployment has consumable resources"),
    ],
)
def test_a_member_that_no_deployment_takes_says_why(member: str, why: str) -> None:
    """Nothing that was asked is dropped in silence."""
    assert why in violations(**{member: {}})[member]


def test_members_that_cannot_be_read_hide_no_other_error() -> None:
    """All errors of one request are reported together."""
    found = violations(jobName="-", jobQueue="q", timeout={"attemptDurationSeconds": 1}, dependsOn=[{"type": "N_TO_N"}])

    expected = {"jobName", "jobQueue", "timeout.attemptDurationSeconds", "dependsOn.0.jobId", "dependsOn.0.type"}
    assert expected == set(found)


@pytest.mark.parametrize("form", ["short", "long"])
def test_a_reserved_variable_hides_no_other_error(form: str) -> None:
    """Neither of its mates, nor of what else the same member says."""
    names = ("AWS_BATCH_X", "PYTHONPATH")
    listed = overriding(
        environment=[{"name": name, "value": "1"} for name in names],
        resourceRequirements=[{"type": "VCPU", "value": "3"}],
    )
    short = {"environment": dict.fromkeys(names, "1"), "vcpus": 3}
    found = violations(replace(DEPLOYMENT, largest={"VCPU": 2}), **(short if form == "short" else listed))

    assert 3 == len(found)
    assert "starts with neither AWS_BATCH nor BATCHPLANE_" in " ".join(found.values())


def test_the_deployment_may_allow_a_guarded_variable() -> None:
    """The setting names it; what the plane itself sets stays refused."""
    allowing = replace(DEPLOYMENT, allowed_environment=frozenset({"PYTHONPATH", "AWS_BATCH_X"}))
    found = violations(allowing, **overriding(environment=[{"name": "PYTHONPATH"}, {"name": "AWS_BATCH_X"}]))

    assert {"containerOverrides.environment.1.name"} == set(found)


def test_a_share_is_named_where_the_queue_is_shared_and_nowhere_else() -> None:
    """AWS Batch refuses both a missing one and one too many."""
    share: dict[str, Any] = {"shareIdentifier": "a", "schedulingPriorityOverride": 1}

    assert {"shareIdentifier"} == set(violations(**share))
    assert {"shareIdentifier", "schedulingPriorityOverride"} == set(violations(SHARED))
    assert {} == violations(SHARED, **share)
