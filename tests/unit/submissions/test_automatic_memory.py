"""Memory that is left to the plane grows with vCPUs and GPUs; what was given, and Batch's own document, stays."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from controlplane.documents.job import to_document
from controlplane.errors import SubmissionInvalid
from controlplane.records.record import born
from controlplane.submissions.automatic_memory import automatic_memory
from controlplane.submissions.draft import Draft
from controlplane.submissions.submission import Submission, plan
from tests.builders import DEPLOYMENT, T0, submission

DEFINITION = DEPLOYMENT.job_definitions[0]


def asked(**document: Any) -> Submission:
    """A submission without any member but these."""
    return submission(**{"containerOverrides": None} | document)


def memory(accepted: Submission) -> list[str]:
    """MiB of the memory that a submission asks Batch for; nothing where it asks for none."""
    required = accepted.request.get("containerOverrides", {}).get("resourceRequirements", [])
    return [each["value"] for each in required if each["type"] == "MEMORY"]


@pytest.mark.parametrize(
    ("vcpus", "gpus", "most", "mebibytes"),
    [
        (1, 0, None, 2048),
        (4, 0, None, 8192),
        (1, 1, None, 8192),
        (8, 1, None, 16384),
        (8, 4, None, 32768),
        (8, 4, 20000, 20000),
        (8, 4, 1000, 2048),
    ],
)
def test_the_floor_grows_with_vcpus_and_gpus(vcpus: int, gpus: int, most: int | None, mebibytes: int) -> None:
    """It begins at what the definition reserves, and ends at what the largest machine has."""
    assert mebibytes == automatic_memory(DEFINITION, vcpus=vcpus, gpus=gpus, most=most)


def test_a_definition_of_several_vcpus_has_its_own_share_for_each() -> None:
    """Rounded up: a vCPU more is never less."""
    definition = replace(DEFINITION, vcpus=3, memory=1000)

    assert [1000, 1000, 1334] == [automatic_memory(definition, vcpus=n, gpus=0, most=None) for n in (1, 3, 4)]


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"vcpus": 4}, ["8192"]),
        ({"gpus": 1}, ["8192"]),
        ({"memory": "automatic"}, ["2048"]),
        ({"memory": "automatic", "containerOverrides": {"vcpus": 2}}, ["4096"]),
        ({"vcpus": 4, "memory": 512}, ["512"]),
        ({"vcpus": 4, "containerOverrides": {"memory": 512}}, ["512"]),
        ({"containerOverrides": {"resourceRequirements": [{"type": "VCPU", "value": "4"}]}}, []),
        ({"containerOverrides": {"vcpus": 4}}, []),
        ({"command": ["true"]}, []),
    ],
)
def test_memory_is_automatic_where_a_short_form_leaves_it_out(document: dict[str, Any], expected: list[str]) -> None:
    """What was given is never changed; Batch's own members mean what they mean to the AWS CLI."""
    assert expected == memory(asked(**document))


def test_the_job_shows_the_memory_that_it_got() -> None:
    """A person sees what was chosen before anything runs."""
    accepted = asked(vcpus=4)

    document = to_document(born(accepted), deployment=DEPLOYMENT, submission=accepted)

    expected = [{"type": "VCPU", "value": "4"}, {"type": "MEMORY", "value": "8192"}]
    assert expected == document["container"]["resourceRequirements"]


def test_the_choice_has_no_part_in_what_a_key_stands_for() -> None:
    """A deployment whose definition has grown takes the same body for the same."""
    grown = replace(DEPLOYMENT, job_definitions=(replace(DEFINITION, memory=4096),))
    draft = Draft.read({"jobName": "sleeper", "vcpus": 4})

    later = plan(draft, owner="user/ada", idempotency_key="given:k1", deployment=grown, now=T0)

    assert (["16384"], asked(vcpus=4).digest) == (memory(later), later.digest)


def test_automatic_memory_is_another_request_than_the_definitions() -> None:
    """Under one key they don't pass for each other."""
    assert asked(vcpus=4).digest != asked(containerOverrides={"vcpus": 4}).digest


def test_automatic_memory_beside_memory_is_refused() -> None:
    """Nobody can tell which is meant."""
    with pytest.raises(SubmissionInvalid) as caught:
        asked(memory="automatic", containerOverrides={"memory": 512})

    assert ["memory"] == [violation.field for violation in caught.value.violations]
