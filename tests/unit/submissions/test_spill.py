"""What does not fit AWS Batch's bounds goes by the IOBucket, where a runner reads it; what must not is an error."""

from __future__ import annotations

import json
from typing import Any

import pytest

from controlplane.errors import SubmissionInvalid
from controlplane.submissions.spill import (
    MAX_DOCUMENT_BYTES,
    MAX_OVERRIDES_CHARACTERS,
    MAX_REQUEST_BYTES,
    MAX_STRING_BYTES,
    PLANE_ROOM,
)
from controlplane.submissions.submission import to_submit_job
from tests.builders import submission

#: What a submission has of each bound.
OVERRIDES_ROOM, REQUEST_ROOM = MAX_OVERRIDES_CHARACTERS - PLANE_ROOM, MAX_REQUEST_BYTES - PLANE_ROOM


def overrides(**members: Any) -> dict[str, Any]:
    """A submission's container overrides."""
    return {"containerOverrides": members}


def command_of(characters: int) -> dict[str, Any]:
    """Overrides of a command that take exactly so many characters of JSON."""
    bare = len(json.dumps({"command": [""]}))
    return overrides(command=["x" * (characters - bare)])


def broken(**document: Any) -> dict[str, str]:
    """What is wrong with a document, in words, by field."""
    with pytest.raises(SubmissionInvalid) as caught:
        submission(**document)
    return {violation.field: violation.detail for violation in caught.value.violations}


@pytest.mark.parametrize(("characters", "expected"), [(OVERRIDES_ROOM, []), (OVERRIDES_ROOM + 1, ["command"])])
def test_a_command_spills_as_soon_as_it_does_not_fit(characters: int, expected: list[str]) -> None:
    """To the character."""
    assert expected == list(submission(**command_of(characters)).spilled)


def test_a_command_stays_where_the_environment_alone_is_too_long() -> None:
    """A person then finds it in AWS's own console."""
    variables = [{"name": "LONG", "value": "y" * OVERRIDES_ROOM}]
    spilled = submission(**overrides(command=["work"], environment=variables)).spilled

    assert {"environment": variables} == spilled


def test_batch_is_told_all_but_what_spills() -> None:
    """The rest of the overrides stays, and the runner's own variables."""
    needs = [{"type": "VCPU", "value": "2"}]
    asked = submission(**overrides(command=["x" * 9000], environment=[{"name": "A"}], resourceRequirements=needs))

    told = to_submit_job(asked, depends_on=(), runner_environment={"BATCHPLANE_URL": "u"})

    expected = {"environment": [{"name": "BATCHPLANE_URL", "value": "u"}], "resourceRequirements": needs}
    assert expected == told["containerOverrides"]
    assert ["x" * 9000] == asked.request["containerOverrides"]["command"]


@pytest.mark.parametrize(("more", "expected"), [(0, []), (1, ["command"])])
def test_a_command_spills_where_the_whole_request_is_too_long(more: int, expected: list[str]) -> None:
    """It may be short itself."""
    document: dict[str, Any] = {"jobName": "n", **command_of(1000), "parameters": {"p": ""}}
    left = REQUEST_ROOM - len(json.dumps(document)) + more

    assert expected == list(submission(**document | {"parameters": {"p": "x" * left}}).spilled)


def test_without_a_runner_the_error_names_bound_and_value() -> None:
    """Nobody would read it."""
    said = broken(jobDefinition="plain", **command_of(OVERRIDES_ROOM + 1))["containerOverrides"]

    expected = f"at most {OVERRIDES_ROOM} characters of JSON: job definition plain doesn't carry the runner"
    assert (True, True) == (expected in said, said.endswith(f"it is {OVERRIDES_ROOM + 1}."))


def test_a_command_with_parameters_stays_and_must_fit() -> None:
    """AWS Batch alone can fill them; the environment beside it may spill."""
    words = ["Ref::name", "x" * OVERRIDES_ROOM]
    variables = [{"name": "LONG", "value": "y" * OVERRIDES_ROOM}]

    assert "where it says no Ref::" in broken(**overrides(command=words))["containerOverrides"]
    assert ["environment"] == list(submission(**overrides(command=words[:1], environment=variables)).spilled)


def test_what_cannot_spill_must_fit() -> None:
    """Batch has to know parameters and tags."""
    assert "only the overrides' environment" in broken(parameters={"p": "x" * REQUEST_ROOM})["body"]


def test_a_whole_document_has_a_bound_of_its_own() -> None:
    """What the table takes, to the byte."""
    words = ["x" * 100_000, "y" * 100_000, ""]
    document: dict[str, Any] = {"jobName": "n", **overrides(command=words)}
    words[2] = "z" * (MAX_DOCUMENT_BYTES - len(json.dumps(document)))

    assert ["command"] == list(submission(**document).spilled)
    words[2] += "z"
    assert {"body"} == set(broken(**document))


@pytest.mark.parametrize(
    ("field", "members", "more"),
    [
        ("containerOverrides.command.1", {"command": ["a", ""]}, 0),
        ("containerOverrides.environment.0", {"environment": [{"name": "A", "value": ""}]}, len("A=")),
    ],
)
def test_no_string_is_longer_than_linux_takes(field: str, members: dict[str, Any], more: int) -> None:
    """The job would be accepted, and fail to start."""

    def of(length: int) -> dict[str, Any]:
        return overrides(**json.loads(json.dumps(members).replace('""', f'"{"x" * (length - more)}"')))

    assert submission(**of(MAX_STRING_BYTES)).spilled
    assert {field} == set(broken(**of(MAX_STRING_BYTES + 1)))
