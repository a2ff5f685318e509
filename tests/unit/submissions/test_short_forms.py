"""Short forms say the same as the members of SubmitJob that they stand for, and never beside them."""

from __future__ import annotations

from typing import Any

import pytest

from controlplane.errors import SubmissionInvalid, Violation
from controlplane.submissions.draft import Draft
from controlplane.submissions.short_forms import long_form
from tests.builders import submission

SHORT: dict[str, Any] = {
    "jobName": "n",
    "command": ["work", "hard"],
    "environment": {"A": "1", "B": ""},
    "vcpus": 2,
    "memory": "8 GiB",
    "gpus": 1,
}
LONG: dict[str, Any] = {
    "jobName": "n",
    "containerOverrides": {
        "command": ["work", "hard"],
        "environment": [{"name": "A", "value": "1"}, {"name": "B", "value": ""}],
        "resourceRequirements": [
            {"type": "VCPU", "value": "2"},
            {"type": "MEMORY", "value": "8192"},
            {"type": "GPU", "value": "1"},
        ],
    },
}


def violations(**document: Any) -> tuple[Violation, ...]:
    """What is wrong with a document."""
    with pytest.raises(SubmissionInvalid) as caught:
        submission(**{"containerOverrides": {}} | document)
    return caught.value.violations


def digest(document: dict[str, Any]) -> str:
    """The digest of a body."""
    return submission(**{"containerOverrides": None} | document).digest


def test_every_short_form_has_its_place_in_batchs_document() -> None:
    """All of them together make the document of the AWS Batch API reference."""
    assert LONG == long_form(Draft.read(SHORT).request)


def test_batchs_own_document_stays_as_it_is() -> None:
    """What works with the AWS CLI's --cli-input-json works unchanged."""
    document = LONG | {"timeout": {"attemptDurationSeconds": 60}, "tags": {"a": "b"}, "propagateTags": False}

    assert document == long_form(Draft.read(document).request)


def test_a_short_body_is_the_same_as_its_long_one() -> None:
    """An Idempotency-Key may come back with either."""
    assert digest(LONG) == digest(SHORT)


def test_batchs_deprecated_members_mean_requirements() -> None:
    """Batch would ignore them in silence where the definition has requirements, as every deployment's has."""
    request = Draft.read({"jobName": "n", "containerOverrides": {"vcpus": 2, "memory": 64}}).request

    expected = [{"type": "VCPU", "value": "2"}, {"type": "MEMORY", "value": "64"}]
    assert expected == long_form(request)["containerOverrides"]["resourceRequirements"]


@pytest.mark.parametrize(
    ("short", "long", "document"),
    [
        ("command", "containerOverrides.command", {"command": ["a"], "containerOverrides": {"command": ["a"]}}),
        (
            "environment",
            "containerOverrides.environment",
            {"environment": {}, "containerOverrides": {"environment": []}},
        ),
        ("vcpus", "containerOverrides.vcpus", {"vcpus": 1, "containerOverrides": {"vcpus": 1}}),
        (
            "memory",
            "containerOverrides.resourceRequirements.0.value",
            {"memory": 64, "containerOverrides": {"resourceRequirements": [{"type": "MEMORY", "value": "64"}]}},
        ),
        (
            "containerOverrides.memory",
            "containerOverrides.resourceRequirements.0.value",
            {"containerOverrides": {"memory": 64, "resourceRequirements": [{"type": "MEMORY", "value": "64"}]}},
        ),
    ],
)
def test_a_short_form_beside_its_long_one_is_refused(short: str, long: str, document: dict[str, Any]) -> None:
    """The error names both."""
    (violation,) = violations(**document)

    assert violation.field == short
    assert f"left out where {long} is given" in violation.bound


@pytest.mark.parametrize(
    ("memory", "mib"),
    [(512, "512"), ("512", "512"), ("8 GiB", "8192"), ("1.5GiB", "1536"), ("4097 KiB", "5"), ("10 MB", "10")],
)
def test_memory_is_mib_or_a_quantity(memory: int | str, mib: str) -> None:
    """A number is MiB as in Batch; a quantity is rounded up to MiB."""
    overrides = submission(memory=memory).request["containerOverrides"]

    assert [{"type": "MEMORY", "value": mib}] == overrides["resourceRequirements"]


@pytest.mark.parametrize("memory", ["much", "8 gib", "-1", "", "1e3", True, 1.5, [], 3, "3 MiB", "1 KB", "9999999999"])
def test_memory_that_is_no_quantity_is_refused(memory: Any) -> None:
    """As is what no container, or no machine, has."""
    assert ["memory"] == [violation.field for violation in violations(memory=memory)]


@pytest.mark.parametrize(
    ("field", "document"),
    [
        ("command.1", {"command": ["a", ""]}),
        ("command", {"command": "echo hi"}),
        ("environment.LD_PRELOAD", {"environment": {"LD_PRELOAD": "x.so"}}),
        ("environment.AWS_BATCH_X", {"environment": {"AWS_BATCH_X": "1"}}),
        ("environment.A", {"environment": {"A": 1}}),
        ("vcpus", {"vcpus": 0.5}),
        ("gpus", {"gpus": 0}),
    ],
)
def test_a_broken_bound_is_named_as_it_was_typed(field: str, document: dict[str, Any]) -> None:
    """A person who typed the short form is not told of the long one."""
    assert [field] == [violation.field for violation in violations(**document)]
