"""Requests become submissions, or say every bound that they break."""

from dataclasses import replace
from typing import Any

import pytest

from controlplane.errors import SubmissionInvalid
from controlplane.job import derive_job_id
from controlplane.submissions.draft import Draft
from controlplane.submissions.spill import MAX_OVERRIDES_CHARACTERS
from controlplane.submissions.submission import plan, to_submit_job
from tests.builders import DEPLOYMENT, PLAIN, QUEUE, RUNNER, submission

KEY = f"user%2Fada/uploads/{'0' * 64}/f"


def broken(**document: Any) -> set[str]:
    """The fields whose bounds a document breaks."""
    with pytest.raises(SubmissionInvalid) as caught:
        submission(**document)
    return {violation.field for violation in caught.value.violations}


@pytest.mark.parametrize(
    ("field", "document"),
    [
        ("jobName", {"jobName": "-starts-with-a-hyphen"}),
        ("jobName", {"jobName": "n" * 129}),
        ("arrayProperties.size", {"arrayProperties": {"size": 1}}),
        ("arrayProperties.size", {"arrayProperties": {"size": 200_001}}),
        ("retryStrategy.attempts", {"retryStrategy": {"attempts": 11}}),
        ("retryStrategy.attempts", {"retryStrategy": {"evaluateOnExit": [{"action": "EXIT", "onReason": "*"}]}}),
        ("retryStrategy.evaluateOnExit.0", {"retryStrategy": {"attempts": 2, "evaluateOnExit": [{"action": "EXIT"}]}}),
        ("timeout.attemptDurationSeconds", {"timeout": {"attemptDurationSeconds": 59}}),
        ("dependsOn", {"dependsOn": [{"jobId": "j" + "0" * 25}] * 21}),
        ("dependsOn.0.jobId", {"dependsOn": [{"jobId": "not-an-id"}]}),
        ("dependsOn.0.type", {"dependsOn": [{"type": "SEQUENTIAL"}]}),
        ("containerOverrides.command.0", {"containerOverrides": {"command": [""]}}),
        ("containerOverrides.environment.0.name", {"containerOverrides": {"environment": [{"name": "AWS_BATCH_X"}]}}),
        (
            "containerOverrides.environment.0.name",
            {"containerOverrides": {"environment": [{"name": "BATCHPLANE_URL"}]}},
        ),
        ("schedulingPriorityOverride", {"schedulingPriorityOverride": 10_000}),
        ("tags", {"tags": {str(n): "" for n in range(51)}}),
        ("jobQueue", {"jobQueue": "another"}),
        ("jobDefinition", {"jobDefinition": "another"}),
        ("nodeOverrides", {"nodeOverrides": {"numNodes": 2}}),
        ("inputs", {"inputs": {"../up": KEY}}),
        ("inputs.f", {"inputs": {"f": KEY.replace("ada", "bob")}}),
        ("inputs.f", {"inputs": {"f": "user%2Fada/uploads/../../user%2Fbob/f"}}),
        ("inputs", {"inputs": {"outputs": KEY}}),
        ("inputs", {"inputs": {"a": KEY, "a/b": KEY}}),
        ("inputs", {"inputs": {"a/b/c": KEY, "a0": KEY, "a!": KEY, "a": KEY}}),
        ("containerOverrides.command.0", {"containerOverrides": {"command": ["a\0b"]}}),
        ("dependsOn.0.jobId", {"dependsOn": [{"jobId": derive_job_id("user/ada", "given:k1")}]}),
        (
            "containerOverrides",
            {"jobDefinition": "plain", "containerOverrides": {"command": ["x" * MAX_OVERRIDES_CHARACTERS]}},
        ),
        (
            "containerOverrides.resourceRequirements.0",
            {"containerOverrides": {"resourceRequirements": [{"type": "MEMORY", "value": "3"}]}},
        ),
        ("body", {"inputs": {f"{n:0500}": KEY for n in range(700)}}),
        ("body", {"parameters": {"p": "x" * 30 * 1024}}),
    ],
)
def test_a_broken_bound_is_named_by_its_field(field: str, document: dict[str, Any]) -> None:
    """Each bound of the service and of the deployment is checked before anything is stored."""
    assert field in broken(**document)


def test_a_violation_names_the_bound_and_the_value() -> None:
    """The sentence says what was given and what may be."""
    with pytest.raises(SubmissionInvalid) as caught:
        submission(arrayProperties={"size": 1})

    assert str(caught.value) == "arrayProperties.size must be greater than or equal to 2; it is 1."


def test_all_violations_of_a_request_are_reported_together() -> None:
    """A person mends a request once."""
    assert {"jobQueue", "jobDefinition"} == broken(jobQueue="q", jobDefinition="d")


def test_names_that_only_begin_alike_are_no_folders() -> None:
    """A name is a folder's where another goes on behind it with a slash."""
    names = ("a", "a0", "a!b", "ab/c", "b")

    assert dict.fromkeys(names, KEY) == submission(inputs=dict.fromkeys(names, KEY)).inputs


def test_inputs_need_a_definition_with_the_runner() -> None:
    """Asking a plain definition for what only the runner does is an error that says so."""
    assert {"inputs"} == broken(jobDefinition="plain", inputs={"f": KEY})


def test_queue_and_definition_default_to_the_deployments() -> None:
    """The first of each is meant where none is named."""
    made = submission()

    assert (made.job_queue, made.job_definition, made.runner) == (QUEUE, RUNNER, True)


@pytest.mark.parametrize("given", ["plain", "plain:1", "test-plain", "test-plain:1", PLAIN, PLAIN[:-2]])
def test_a_definition_may_be_named_short_or_full(given: str) -> None:
    """Short name, full name and ARN mean the same pinned revision."""
    assert submission(jobDefinition=given).job_definition == PLAIN


def test_the_order_of_members_does_not_change_the_digest() -> None:
    """Two bodies that say the same are the same."""
    one = submission(**{"jobName": "n", "jobQueue": "default"})
    other = submission(**{"jobQueue": "default", "jobName": "n"})

    assert one.digest == other.digest


def test_submit_job_gets_batchs_own_words() -> None:
    """The request carries the pinned definition, our name and what the runner needs, and nothing of ours besides."""
    made = submission(inputs={"f": KEY})
    request = to_submit_job(made, depends_on=[{"jobId": "b"}], runner_environment={"BATCHPLANE_URL": "u"})

    assert request == {
        "jobName": f"sleeper-{made.job_id}",
        "jobQueue": QUEUE,
        "jobDefinition": RUNNER,
        "containerOverrides": {
            "command": ["sleep", "1"],
            "environment": [{"name": "BATCHPLANE_URL", "value": "u"}],
        },
        "dependsOn": [{"jobId": "b"}],
    }


@pytest.mark.parametrize(
    ("asked", "fields"), [("4", set()), ("5", {"containerOverrides.resourceRequirements.0.value"})]
)
def test_what_no_machine_has_is_refused_where_that_is_known(asked: str, fields: set[str]) -> None:
    """Such a job would wait for ever, and hold up everybody's."""
    overrides = {"resourceRequirements": [{"type": "VCPU", "value": asked}]}
    draft = Draft.read({"jobName": "n", "containerOverrides": overrides})
    small = replace(DEPLOYMENT, largest={"VCPU": 4})
    try:
        plan(draft, owner="ada", idempotency_key="k", deployment=small, now=0)
        found = set()
    except SubmissionInvalid as error:
        found = {violation.field for violation in error.violations}

    assert fields == found


def test_what_a_job_is_to_have_in_its_environment_is_not_written_out_with_the_draft() -> None:
    """Whoever logs a route's arguments would tell it, and pay for every submission."""
    draft = Draft.read({"jobName": "n", "environment": {"PASSWORD": "hunter2"}})

    assert "hunter2" not in repr(draft)
