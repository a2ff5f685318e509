"""app.py: it synthesizes with nobody's help, cdk-nag passes, and settings reach the templates."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.template import Template, assembly, environment_template, one, plane_template, properties, synthesize

TEMPLATES = pytest.mark.parametrize("template", [environment_template, plane_template], ids=["environment", "plane"])


def acknowledgements() -> Iterator[tuple[str, str, str]]:
    """Construct path, finding and reason of every finding of cdk-nag that is accepted."""
    for file in assembly().glob("*.metadata.json"):
        for path, entries in json.loads(file.read_text()).items():
            for entry in entries:
                if entry["type"] == "aws:cdk:acknowledged-rules":
                    yield from ((path, finding, reason) for finding, reason in entry["data"].items())


def nag_acknowledgements() -> list[tuple[str, str, str]]:
    """Ours alone: the CDK accepts some of its own."""
    return [each for each in acknowledgements() if "AwsSolutions-" in each[1]]


def test_it_looks_nothing_up() -> None:
    """Nor Docker nor an account nor the network was there, and nothing is missing."""
    assert "missing" not in json.loads((assembly() / "manifest.json").read_text())


@TEMPLATES
def test_there_is_no_custom_resource(template: Callable[[], Template]) -> None:
    """Each would be a function of somebody else's in the account."""
    types = {resource["Type"] for resource in template()["Resources"].values()}

    assert {name for name in types if not name.startswith("AWS::") or name.startswith("AWS::CloudFormation")} == set()


@TEMPLATES
def test_a_template_stands_alone(template: Callable[[], Template]) -> None:
    """No parameter to give, no rule to meet, nothing that depends on where it is deployed."""
    assert set(template()) == {"Description", "Outputs", "Resources"}


def test_cdk_nag_passes() -> None:
    """Every finding is mended or acknowledged."""
    assert json.loads((assembly() / "validation-report.json").read_text())["pluginReports"] == []


def test_every_acknowledgement_says_why() -> None:
    """In a sentence."""
    reasons = {reason for _, _, reason in nag_acknowledgements()}

    assert [reason for reason in reasons if len(reason) < 25 or not reason.endswith(".")] == []


def test_nothing_is_acknowledged_for_a_whole_stack() -> None:
    """It would hide what comes later."""
    assert [path for path, _, _ in nag_acknowledgements() if path.count("/") < 2] == []


def test_a_setting_out_of_bounds_stops_it_with_one_sentence(tmp_path: Path) -> None:
    """No trace of calls, which helps nobody mend it."""
    done = synthesize(tmp_path, {"batchplane:maxVcpus": "0"})

    assert (done.returncode, done.stderr) == (
        1,
        "batchplane:maxVcpus must be a whole number from 1 to 10000 (vCPUs); it is 0. "
        "Give another with -c batchplane:maxVcpus=VALUE.\n",
    )


def test_nobody_is_mailed_unless_the_context_says_so() -> None:
    """The topic stands without a subscription."""
    assert properties(plane_template(), "AWS::SNS::Subscription") == {}


def test_everybody_whom_the_context_names_is_mailed(lab_plane: Template) -> None:
    """Each address is one subscription of the topic."""
    topic, _ = one(lab_plane, "AWS::SNS::Topic")
    expected = [
        {"Endpoint": address, "Protocol": "email", "TopicArn": {"Ref": topic}}
        for address in ("ada@example.org", "grace@example.org")
    ]

    assert list(properties(lab_plane, "AWS::SNS::Subscription").values()) == expected


def test_a_deployment_names_what_people_see(lab_plane: Template, lab_environment: Template) -> None:
    """Two deployments stand in one account."""
    names = [
        *names_of(lab_environment, "AWS::Batch::JobQueue", "JobQueueName"),
        *names_of(lab_environment, "AWS::Batch::JobDefinition", "JobDefinitionName"),
        *names_of(lab_plane, "AWS::Lambda::Function", "FunctionName"),
        *names_of(lab_plane, "AWS::ApiGatewayV2::Api", "Name"),
    ]

    assert [name for name in names if not name.startswith("lab")] == []


def names_of(template: Template, resource_type: str, word: str) -> list[Any]:
    """One property of every resource of a type."""
    return [each[word] for each in properties(template, resource_type).values()]


def test_an_image_that_is_given_is_not_built(lab_environment: Template) -> None:
    """The definition names it."""
    _, runner = one(lab_environment, "AWS::Batch::JobDefinition", "Runner")

    assert runner["ContainerProperties"]["Image"] == "public.ecr.aws/example/runner:1"


def test_without_nat_instances_have_addresses_of_their_own(lab_environment: Template) -> None:
    """There is no gateway to pay, and no private subnet to be cut off in."""
    public = [subnet["MapPublicIpOnLaunch"] for subnet in properties(lab_environment, "AWS::EC2::Subnet").values()]

    assert (properties(lab_environment, "AWS::EC2::NatGateway"), public) == ({}, [True, True])


def test_instance_types_are_the_context_s(lab_environment: Template) -> None:
    """Families and types, in AWS Batch's words."""
    _, environment = one(lab_environment, "AWS::Batch::ComputeEnvironment")

    assert environment["ComputeResources"]["InstanceTypes"] == ["m7i", "c7i.large"]


def test_a_changed_definition_changes_the_plane(lab_plane: Template) -> None:
    """Or a deployment would leave the functions with the ARN of the revision before."""
    deployments = {
        digest_of(one(template, "AWS::Lambda::Function", "ServeApi")[1]) for template in (plane_template(), lab_plane)
    }

    assert len(deployments) == 2


def digest_of(function: dict[str, Any]) -> str:
    """The digest of the definition `runner` that a function is given."""
    written = json.dumps(function["Environment"]["Variables"]["BATCHPLANE_DEPLOYMENT"])
    return written.split("digest")[1][:30]
