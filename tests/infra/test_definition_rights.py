"""What functions may do with job definitions, where people may register them and where nobody may."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.template import Template, one, plane_template, properties, settings_document

#: Made from the template's own outputs of the stack that jobs run in.
_LAB = {"StackName": "lab-environment"}
CHANGES = {"batch:DeregisterJobDefinition", "batch:RegisterJobDefinition", "batch:TagResource"}


def statements(template: Template, function: str) -> list[dict[str, Any]]:
    """What the policies of a function's role say."""
    _, made = one(template, "AWS::Lambda::Function", function)
    role = {"Ref": made["Role"]["Fn::GetAtt"][0]}
    policies = properties(template, "AWS::IAM::Policy").values()
    return [each for policy in policies if role in policy["Roles"] for each in policy["PolicyDocument"]["Statement"]]


def listed(value: Any) -> list[Any]:
    """One, or several."""
    return value if isinstance(value, list) else [value]


def of(template: Template, function: str, action: str, effect: str = "Allow") -> list[dict[str, Any]]:
    """The statements of a function that name an action."""
    found = statements(template, function)
    return [each for each in found if action in listed(each["Action"]) and each["Effect"] == effect]


def ends(statement: dict[str, Any]) -> list[str]:
    """The names of the definitions that a statement is about."""
    return [each["Fn::Join"][1][-1].rpartition("/")[2] for each in listed(statement["Resource"])]


def output(name: str) -> dict[str, Any]:
    """What reads an output of the other stack."""
    return {"Fn::GetStackOutput": _LAB | {"OutputName": name}}


def test_nobody_may_register_unless_the_deployment_names_images() -> None:
    """No function changes a definition, and none passes a role."""
    template = plane_template()
    told = settings_document()

    assert [] == [
        each
        for function in properties(template, "AWS::Lambda::Function").values()
        for action in (*CHANGES - {"batch:TagResource"}, "iam:PassRole")
        for each in of(template, function["FunctionName"].partition("-")[2].title().replace("_", ""), action)
    ]
    assert ([], False) == (told["definitionImages"], told["openDefinitions"])


def test_the_functions_are_told_the_images(lab: Path) -> None:
    """As the setting has them, and whether operators alone may register."""
    told = settings_document(lab)

    assert (["ghcr.io/lab/*", "public.ecr.aws/lab/*:1.?"], True) == (told["definitionImages"], told["openDefinitions"])


def test_only_the_deployments_kind_of_definition_can_be_registered(lab_plane: Template) -> None:
    """IAM looks at image, user, log and privileges too."""
    (statement,) = of(lab_plane, "ServeApi", "batch:RegisterJobDefinition")

    assert ["lab-*"] == ends(statement)
    assert {
        "StringLike": {"batch:Image": ["ghcr.io/lab/*", "public.ecr.aws/lab/*:1.?"]},
        "StringEquals": {
            "batch:AWSLogsGroup": output("LogGroupRunner"),
            "batch:LogDriver": "awslogs",
            "batch:User": "10001:10001",
        },
        "Bool": {"batch:Privileged": "false"},
    } == statement["Condition"]


def test_what_was_registered_can_be_deregistered(lab_plane: Template) -> None:
    """By the beginning of its name."""
    (statement,) = of(lab_plane, "ServeApi", "batch:DeregisterJobDefinition")

    assert ["lab-*"] == ends(statement)


def test_the_deployments_own_definitions_are_never_changed(lab_plane: Template) -> None:
    """Though their names begin so too."""
    (statement,) = of(lab_plane, "ServeApi", "batch:RegisterJobDefinition", effect="Deny")
    own = ("runner", "plain", "nodes")

    assert CHANGES == set(statement["Action"])
    assert {f"lab-{name}{revision}" for name in own for revision in ("", ":*")} == set(ends(statement))


def test_the_api_passes_the_default_definitions_roles_and_no_other(lab_plane: Template) -> None:
    """To the tasks of jobs alone; no other function passes any."""
    (statement,) = of(lab_plane, "ServeApi", "iam:PassRole")

    assert {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}} == statement["Condition"]
    assert [output("ExecutionRole"), output("JobRole")] == statement["Resource"]
    assert [] == of(lab_plane, "SubmitJob", "iam:PassRole")


def test_the_outputs_are_the_default_definitions_roles(lab_environment: Template) -> None:
    """What it runs with is what is passed."""
    _, runner = one(lab_environment, "AWS::Batch::JobDefinition", "Runner")
    outputs, container = lab_environment["Outputs"], runner["ContainerProperties"]

    assert (container["JobRoleArn"], container["ExecutionRoleArn"]) == (
        outputs["JobRole"]["Value"],
        outputs["ExecutionRole"]["Value"],
    )


def test_jobs_are_submitted_with_what_was_registered(lab_plane: Template) -> None:
    """By the beginning of its name."""
    found = of(lab_plane, "SubmitJob", "batch:SubmitJob")
    named = [
        each["Fn::Join"][1][-1] for statement in found for each in listed(statement["Resource"]) if "Fn::Join" in each
    ]

    assert [":job-definition/lab-*"] == named
