"""SubmitJob documents laid over each other: what stands above wins, in whichever form it stands."""

from typing import Any

import pytest

from batchplane._overlay import laid_over, merged
from batchplane._submission import JobSettings, submit_job_document

SHORT = {"command": ["filed"], "environment": {"A": "1"}, "vcpus": 1, "memory": "1 GiB", "gpus": 1}
DEPRECATED = {"containerOverrides": {"command": ["filed"], "vcpus": 1, "memory": 64}}


@pytest.mark.parametrize("document", [SHORT, DEPRECATED])
@pytest.mark.parametrize(
    ("settings", "short", "requirement"),
    [
        ({"vcpus": 4}, "vcpus", {"type": "VCPU", "value": "4"}),
        ({"memory": "2 GiB"}, "memory", {"type": "MEMORY", "value": "2048"}),
        ({"gpus": 2}, "gpus", {"type": "GPU", "value": "2"}),
    ],
)
def test_an_option_wins_over_a_short_form(
    document: dict[str, Any], settings: JobSettings, short: str, requirement: dict[str, str]
) -> None:
    """The plane takes each resource in one form only: the option's is left."""
    together = laid_over(document, submit_job_document([], settings), keeps_memory="memory" not in settings)

    assert (False, False) == (short in together, short in together["containerOverrides"])
    assert [requirement] == together["containerOverrides"]["resourceRequirements"]


@pytest.mark.parametrize("document", [SHORT, DEPRECATED])
def test_a_command_wins_over_one_in_any_form(document: dict[str, Any]) -> None:
    """One command is left."""
    together = laid_over(document, submit_job_document(["typed"], {}), keeps_memory=True)

    assert (None, ["typed"]) == (together.get("command"), together["containerOverrides"]["command"])


@pytest.mark.parametrize(
    "document",
    [
        {"environment": {"A": "1", "B": "1"}},
        {"containerOverrides": {"environment": [{"name": "A", "value": "1"}, {"name": "B", "value": "1"}]}},
    ],
)
def test_variables_of_two_documents_merge_by_name(document: dict[str, Any]) -> None:
    """`--env` changes what it names, and the file's other variables stay."""
    together = laid_over(document, submit_job_document([], {"environment": {"B": "2"}}), keeps_memory=True)

    listed = [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]
    assert (None, listed) == (together.get("environment"), together["containerOverrides"]["environment"])


def test_short_forms_above_win_over_long_ones_below() -> None:
    """A line of `--from` is laid over what `--cli-input-json` says of all."""
    below = submit_job_document(["below"], {"vcpus": 1, "memory": 64, "environment": {"A": "1"}})

    together = merged(below, {"command": ["above"], "vcpus": 2, "environment": {"B": "2"}})

    assert {"resourceRequirements": [{"type": "MEMORY", "value": "64"}]} == together["containerOverrides"]
    assert (["above"], 2, {"A": "1", "B": "2"}) == (together["command"], together["vcpus"], together["environment"])


def test_memory_that_is_asked_to_be_automatic_wins() -> None:
    """`--memory automatic` is an option as any other."""
    together = laid_over(SHORT, submit_job_document([], {"memory": "automatic"}), keeps_memory=False)

    assert together["memory"] == "automatic"


def test_what_cannot_be_read_stays_for_the_plane_to_name() -> None:
    """A wrong member of a file is not lost on the way."""
    document = {"containerOverrides": {"resourceRequirements": ["wrong", {"type": "VCPU", "value": "1"}]}}

    together = laid_over(document, submit_job_document([], {"vcpus": 2, "memory": 64}), keeps_memory=False)

    assert together["containerOverrides"]["resourceRequirements"][0] == "wrong"


@pytest.mark.parametrize(
    "document",
    [
        {"memory": "8 GiB"},
        {"containerOverrides": {"memory": 64}},
        {"containerOverrides": {"resourceRequirements": [{"type": "MEMORY", "value": "64"}]}},
    ],
)
def test_memory_of_a_document_is_not_made_automatic(document: dict[str, Any]) -> None:
    """Whoever gives vCPUs on the command line keeps what the file says of memory."""
    together = laid_over(document, submit_job_document(["x"], {"vcpus": 4}), keeps_memory=True)

    assert together.get("memory") == document.get("memory")


def test_requirements_of_two_documents_merge_by_type() -> None:
    """An option changes what it names alone."""
    under = [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "64"}]

    together = merged({"resourceRequirements": under}, {"resourceRequirements": [{"type": "VCPU", "value": "4"}]})

    assert together == {"resourceRequirements": [{"type": "MEMORY", "value": "64"}, {"type": "VCPU", "value": "4"}]}


def test_documents_merge_member_by_member() -> None:
    """Objects are joined, everything else is replaced."""
    under: dict[str, Any] = {"a": {"x": 1, "y": [1]}, "b": 1, "c": {"z": 1}}

    assert merged(under, {"a": {"y": [2]}, "b": {"w": 1}}) == {"a": {"x": 1, "y": [2]}, "b": {"w": 1}, "c": {"z": 1}}
