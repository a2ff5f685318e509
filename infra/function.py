"""A Lambda function of the plane: one folder of lambdas/, its layers, a role with its own log group and no more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as event_sources
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.acknowledgment import acknowledge, acknowledge_wildcard
from infra.controlplane_layer import lambda_architecture, lambda_runtime
from infra.log_group import LogGroup
from infra.settings import Settings

_ROOT = Path(__file__).resolve().parent.parent
_NOT_THE_NEWEST = "A deployment has the Python that its tests have run on, which need not be the newest."


class PlaneFunction(Construct):
    """The function `<deployment>-<name>`, its code lambdas/<name>/handler.py. It may do what `allow` says."""

    def __init__(
        self,
        scope: Construct,
        *,
        name: str,
        settings: Settings,
        layers: Sequence[lambda_.ILayerVersion],
        environment: Mapping[str, str],
        timeout: cdk.Duration,
        memory_mib: int,
    ) -> None:
        super().__init__(scope, "".join(word.capitalize() for word in name.split("_")))
        full_name = f"{settings.deployment_name}-{name}"
        log_group = LogGroup(self, "LogGroup", name=f"/aws/lambda/{full_name}", days=settings.log_days)
        self.role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        log_group.grant_write(self.role)
        self.function = lambda_.Function(
            self,
            "Function",
            function_name=full_name,
            **_code(name, settings),
            layers=list(layers),
            role=self.role,
            log_group=log_group,
            logging_format=lambda_.LoggingFormat.JSON,
            environment={**_powertools(name), **environment},
            timeout=timeout,
            memory_size=memory_mib,
        )
        acknowledge(self.function, "AwsSolutions-L1", reason=_NOT_THE_NEWEST)

    def allow(
        self, actions: Sequence[str], resources: Sequence[str], *, where: Mapping[str, Any] | None = None
    ) -> None:
        """Let the function do this, with these; under these conditions of IAM, where there are any."""
        self.function.add_to_role_policy(
            iam.PolicyStatement(actions=list(actions), resources=list(resources), conditions=where)
        )

    def allow_any(
        self, actions: Sequence[str], resources: Sequence[str], *, because: str, where: Mapping[str, Any] | None = None
    ) -> None:
        """Let the function do this with resources that only a wildcard can name, and say why."""
        self.allow(actions, resources, where=where)
        for resource in resources:
            acknowledge_wildcard(self.role, resource, reason=because)

    def deny(self, actions: Sequence[str], resources: Sequence[str]) -> None:
        """Never let the function do this with these, whatever a wildcard lets it do."""
        statement = iam.PolicyStatement(effect=iam.Effect.DENY, actions=list(actions), resources=list(resources))
        self.function.add_to_role_policy(statement)

    def work_on(
        self, queue: sqs.IQueue, *, batch_size: int, instances: int, gathered: cdk.Duration | None = None
    ) -> None:
        """Start the function with messages of a queue, in so many instances at most; what it names comes again."""
        self.function.add_event_source(
            event_sources.SqsEventSource(
                queue,
                batch_size=batch_size,
                max_batching_window=gathered,
                max_concurrency=instances,
                report_batch_item_failures=True,
            )
        )

    def may_send_to_itself(self) -> None:
        """Let the function send messages to the queue that starts it.

        Lambda would take a chain of sixteen for a loop and end it:
        https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
        """
        function = cast("lambda_.CfnFunction", self.function.node.default_child)
        function.recursive_loop = "Allow"


def _code(name: str, settings: Settings) -> dict[str, Any]:
    """The handler alone, under the name that it is imported by here too, and what runs it."""
    folder = _ROOT / "lambdas" / name
    if not (folder / "handler.py").is_file():
        raise FileNotFoundError(f"{folder / 'handler.py'} is the code of the function {name}, and is not there")
    left_out = ["/*", "!/lambdas", "/lambdas/*", "!/lambdas/__init__.py", f"!/lambdas/{name}", "__pycache__"]
    return {
        "code": lambda_.Code.from_asset(str(_ROOT), exclude=left_out, ignore_mode=cdk.IgnoreMode.GIT),
        "handler": f"lambdas.{name}.handler.handler",
        "runtime": lambda_runtime(settings.function_python),
        "architecture": lambda_architecture(settings.function_architecture),
    }


def _powertools(name: str) -> dict[str, str]:
    return {
        "POWERTOOLS_SERVICE_NAME": name,
        "POWERTOOLS_METRICS_NAMESPACE": "Batchplane",
        "POWERTOOLS_LOG_LEVEL": "INFO",
    }
