"""Settings: each within its bound, each error naming field, bound and value."""

import re
from dataclasses import fields
from typing import Any

import pytest

from infra.settings import SettingInvalid, Settings


def test_a_context_without_our_keys_is_the_default_deployment() -> None:
    """The CDK's own keys are left alone."""
    assert Settings.from_context({"@aws-cdk/core:checkSecretUsage": True}) == Settings()


def test_a_command_line_gives_text_for_everything() -> None:
    """Numbers, choices and lists are read from it."""
    context = {"batchplane:maxVcpus": "128", "batchplane:logDays": "7", "batchplane:instanceTypes": "m7i, c7i.large"}
    expected = Settings(max_vcpus=128, log_days=7, instance_types=("m7i", "c7i.large"))

    assert Settings.from_context(context) == expected


def test_a_file_gives_values_of_their_types() -> None:
    """The context of cdk.json is JSON."""
    context = {"batchplane:maxVcpus": 128, "batchplane:alertEmails": ["ada@example.org"]}

    assert Settings.from_context(context) == Settings(max_vcpus=128, alert_emails=("ada@example.org",))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("deploymentName", "Batch Plane"),
        ("alertEmails", "ada"),
        ("alertEmails", "ada@example.org,ada@example.org"),
        ("operators", "arn:aws:iam::111122223333:user/ada"),
        ("operators", "-"),
        ("jwtIssuer", "example.org"),
        ("jwtAudience", "a b"),
        ("operatorClaim", "groups"),
        ("operatorClaim", "groups=batch admins"),
        ("openReading", "yes"),
        ("alertOwnEndings", "yes"),
        ("definitionImages", "ghcr.io/[ab]"),
        ("openDefinitions", "yes"),
        ("quotaJobs", "-1"),
        ("quotaVcpus", "many"),
        ("quotaSubmissionsPerMinute", "100001"),
        ("retentionDays", "-1"),
        ("ioBucketDays", "0"),
        ("logDays", "31"),
        ("natGateways", "three"),
        ("maxVcpus", True),
        ("instanceTypes", "M7I Large"),
        ("jobArchitecture", "arm"),
        ("plainImage", "an image"),
        ("jobTimeoutSeconds", "59"),
        ("functionPython", "3.14"),
    ],
)
def test_a_value_out_of_bounds_is_refused(key: str, value: object) -> None:
    """The error says which setting, what it must be, and how to give another."""
    words = rf"batchplane:{key} must be .+; it is .+ Give another with -c batchplane:{key}=VALUE"

    with pytest.raises(SettingInvalid, match=words):
        Settings.from_context({f"batchplane:{key}": value})


def test_the_error_shows_bound_and_value() -> None:
    """In the words of the setting."""
    words = "batchplane:jobMemoryMib must be a whole number from 4 to 1572864 (MiB); it is 3."

    with pytest.raises(SettingInvalid, match=re.escape(words)):
        Settings.from_context({"batchplane:jobMemoryMib": "3"})


def test_an_unknown_setting_is_refused() -> None:
    """A slip of the pen must not deploy the default."""
    with pytest.raises(
        SettingInvalid, match=r"batchplane:maxCpus \(given as '8'\) is no setting; .*batchplane:maxVcpus"
    ):
        Settings.from_context({"batchplane:maxCpus": "8"})


@pytest.mark.parametrize(
    ("context", "words"),
    [
        ({"jwtIssuer": "https://example.org"}, "jwtIssuer and batchplane:jwtAudience go together"),
        ({"jwtAudience": "batchplane"}, "jwtIssuer and batchplane:jwtAudience go together"),
        ({"operatorClaim": "groups=batch-admins"}, "operatorClaim .* needs batchplane:jwtIssuer"),
    ],
)
def test_what_says_who_is_let_in_goes_together(context: dict[str, str], words: str) -> None:
    """Half of it would let nobody in, or not whom somebody meant."""
    with pytest.raises(SettingInvalid, match=words):
        Settings.from_context({f"batchplane:{key}": value for key, value in context.items()})


@pytest.mark.parametrize("each", fields(Settings), ids=lambda each: each.name)
def test_every_default_is_within_its_bound(each: Any) -> None:
    """None alone may stand for nothing."""
    assert each.default is None or each.metadata["bound"].admits(each.default)


@pytest.mark.parametrize(("rate", "instances"), [(50, 5), (3, 3)])
def test_no_submitter_waits_more_than_a_second_for_its_turn(rate: int, instances: int) -> None:
    """A small rate is shared by fewer."""
    assert instances == Settings(submissions_per_second=rate).submitters_at_work


def test_nobody_registers_definitions_of_no_image() -> None:
    """What lets everybody needs what they may register."""
    with pytest.raises(SettingInvalid, match="openDefinitions needs batchplane:definitionImages"):
        Settings.from_context({"batchplane:openDefinitions": "true"})
