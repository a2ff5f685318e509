"""What functions may do with job definitions: IAM's own copy of what the deployment lets people register.

Only where the deployment names images. Were the function's code another's, it still could register nothing else.
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsbatch.html
"""

from __future__ import annotations

import aws_cdk as cdk

from infra.environment import Environment
from infra.function import PlaneFunction
from infra.job_definition import JOB_USER_ID
from infra.settings import Settings

_BECAUSE = "Job definitions are named by whoever registers them, after the deployment."


def submittable(stack: cdk.Stack, settings: Settings, environment: Environment) -> list[str]:
    """The ARNs of the definitions that jobs may be submitted with, of any revision."""
    if settings.definition_images:
        return [_definition(stack, f"{settings.deployment_name}-*")]
    return [_definition(stack, f"{each.full_name}:*") for each in environment.job_definitions]


def let_register(function: PlaneFunction, *, settings: Settings, environment: Environment) -> None:
    """Let a function register definitions of these images, as the deployment's user, with its log; and deregister."""
    stack = cdk.Stack.of(function)
    ours = [_definition(stack, f"{settings.deployment_name}-*")]
    default = environment.job_definitions[0]
    function.allow_any(
        ["batch:RegisterJobDefinition"],
        ours,
        because=_BECAUSE,
        where={
            "StringLike": {"batch:Image": list(settings.definition_images)},
            "StringEquals": {
                "batch:AWSLogsGroup": default.log_group_name,
                "batch:LogDriver": "awslogs",
                "batch:User": f"{JOB_USER_ID}:{JOB_USER_ID}",
            },
            "Bool": {"batch:Privileged": "false"},
        },
    )
    function.allow_any(["batch:DeregisterJobDefinition", "batch:TagResource"], ours, because=_BECAUSE)
    own = [
        _definition(stack, f"{each.full_name}{revision}")
        for each in environment.job_definitions
        for revision in ("", ":*")
    ]
    function.deny(["batch:DeregisterJobDefinition", "batch:RegisterJobDefinition", "batch:TagResource"], own)
    function.allow(
        ["iam:PassRole"],
        [environment.job_role_arn, environment.execution_role_arn],
        where={"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
    )


def _definition(stack: cdk.Stack, name: str) -> str:
    return stack.format_arn(service="batch", resource="job-definition", resource_name=name)
