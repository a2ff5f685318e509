"""A deployment knows its queues and definitions by every name that people and Batch say."""

import pytest

from controlplane.deployment import Deployment
from tests.builders import BATCH, DEPLOYMENT, PLAIN, QUEUE


def test_a_queue_is_called_by_its_short_name() -> None:
    """Another's is called by the end of its ARN."""
    theirs = f"{BATCH}:job-queue/theirs"

    assert ("default", "theirs") == (DEPLOYMENT.queue_title(QUEUE), DEPLOYMENT.queue_title(theirs))


def test_a_definition_is_called_by_its_short_name_and_revision() -> None:
    """A job keeps the revision that it was accepted with."""
    older = f"{BATCH}:job-definition/test-runner:2"

    assert ("runner:2", "plain:1") == (DEPLOYMENT.definition_title(older), DEPLOYMENT.definition_title(PLAIN))


def test_the_logs_of_an_older_revision_are_found() -> None:
    """A deployment makes new revisions; the jobs of the old ones log where they did."""
    older = f"{BATCH}:job-definition/test-runner:2"

    assert "/batchplane/test/runner" == DEPLOYMENT.log_group(older)


def test_the_logs_of_another_definition_are_in_batchs_own_group() -> None:
    """Jobs that others submit to our queues log there unless they say otherwise."""
    assert "/aws/batch/job" == DEPLOYMENT.log_group(f"{BATCH}:job-definition/theirs:1")


def test_a_queue_that_is_not_named_is_not_allowed() -> None:
    """Deny by default."""
    assert None is DEPLOYMENT.job_queue("theirs")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ({}, None),
        ({"operatorClaim": None}, None),
        ({"operatorClaim": "groups=admins"}, ("groups", "admins")),
        ({"operatorClaim": "https://example.org/groups=admins"}, ("https://example.org/groups", "admins")),
    ],
)
def test_the_claim_of_an_operator_is_a_name_and_a_value(
    written: dict[str, str | None], expected: tuple[str, str] | None
) -> None:
    """As the setting writes it; left out, no claim makes an operator."""
    document = {"name": "test", "jobQueues": [], "jobDefinitions": [], **written}

    assert expected == Deployment.from_wire(document, url="").operator_claim
