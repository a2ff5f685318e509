"""What jobs need: IOBucket, network, compute environment, job queues, the definitions and their roles.

Knows no function and no person: `plane_stack` does.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_ecr_assets as ecr_assets
from aws_cdk import aws_ecs as ecs
from constructs import Construct

from infra.acknowledgment import acknowledge_wildcard
from infra.compute_environment import ComputeEnvironment
from infra.environment import Environment, EnvironmentDefinition, EnvironmentQueue
from infra.io_bucket import IOBucket
from infra.job_definition import JobDefinition
from infra.job_queue import JobQueue
from infra.network import Network
from infra.settings import Settings

_CONTAINER = Path(__file__).resolve().parent.parent / "container"
_PLATFORMS = {"x86_64": ecr_assets.Platform.LINUX_AMD64, "arm64": ecr_assets.Platform.LINUX_ARM64}
_SCRATCH = {"scratch": "/tmp"}  # noqa: S108 - in the job's container, a volume of its own
#: The working directory of container/Dockerfile.
_WORK = {"work": "/work"}


class EnvironmentStack(cdk.Stack):
    """Where jobs run."""

    def __init__(self, scope: Construct, construct_id: str, *, settings: Settings, **stack: Any) -> None:
        super().__init__(scope, construct_id, **stack)
        self._settings = settings
        io_bucket = IOBucket(self, "IOBucket", days=settings.io_bucket_days, log_days=settings.log_days)
        queues, definitions = tuple(self._job_queues()), tuple(self._job_definitions())
        self.published = Environment(
            io_bucket_name=self._publish("IOBucketName", io_bucket.bucket.bucket_name),
            job_queues=tuple(map(self._published_queue, queues)),
            job_definitions=tuple(map(self._published_definition, definitions)),
            job_role_arn=self._publish("JobRole", definitions[0].job_role.role_arn),
            execution_role_arn=self._publish("ExecutionRole", definitions[0].execution_role.role_arn),
        )

    def _job_queues(self) -> Iterator[JobQueue]:
        """The default one first; both stand over the same compute environment."""
        settings = self._settings
        environment = ComputeEnvironment(
            self,
            "ComputeEnvironment",
            network=Network(
                self,
                "Network",
                nat_gateways=settings.nat_gateways,
                log_days=settings.log_days,
                nodes_talk=settings.nodes > 0,
            ),
            settings=settings,
        )
        for name in ("default", "shared") if settings.fair_share else ("default",):
            yield JobQueue(
                self,
                f"{name.capitalize()}Queue",
                deployment_name=settings.deployment_name,
                name=name,
                compute_environment=environment.compute_environment,
                fair_share=name == "shared",
            )

    def _job_definitions(self) -> Iterator[JobDefinition]:
        """The default one first."""
        yield self._runner()
        yield self._plain()
        if self._settings.nodes:
            yield self._nodes()

    def _runner(self) -> JobDefinition:
        image = self._settings.runner_image
        if image is not None:
            return self._job_definition(
                "runner", ecs.ContainerImage.from_registry(image), runner=True, writable=_SCRATCH | _WORK
            )
        platform = _PLATFORMS[self._settings.job_architecture]
        built = ecs.ContainerImage.from_asset(str(_CONTAINER), platform=platform, exclude=["**/__pycache__"])
        definition = self._job_definition("runner", built, runner=True, writable=_SCRATCH | _WORK)
        acknowledge_wildcard(
            definition,
            "*",
            reason="ecr:GetAuthorizationToken, which the pull of the image begins with, knows no resource.",
        )
        return definition

    def _plain(self) -> JobDefinition:
        image = ecs.ContainerImage.from_registry(self._settings.plain_image)
        return self._job_definition("plain", image, runner=False, writable=_SCRATCH)

    def _nodes(self) -> JobDefinition:
        """As `plain`, on several nodes."""
        image = ecs.ContainerImage.from_registry(self._settings.plain_image)
        return self._job_definition("nodes", image, runner=False, writable=_SCRATCH, num_nodes=self._settings.nodes)

    def _job_definition(
        self,
        name: str,
        image: ecs.ContainerImage,
        *,
        runner: bool,
        writable: dict[str, str],
        num_nodes: int | None = None,
    ) -> JobDefinition:
        return JobDefinition(
            self,
            f"{name.capitalize()}Definition",
            settings=self._settings,
            name=name,
            image=image,
            runner=runner,
            writable=writable,
            num_nodes=num_nodes,
        )

    def _published_queue(self, queue: JobQueue) -> EnvironmentQueue:
        arn = self._publish(f"JobQueue{queue.name.capitalize()}", queue.arn)
        return EnvironmentQueue(name=queue.name, arn=arn, fair_share=queue.fair_share)

    def _published_definition(self, definition: JobDefinition) -> EnvironmentDefinition:
        title = definition.name.capitalize()
        return EnvironmentDefinition(
            name=definition.name,
            full_name=definition.full_name,
            arn=self._publish(f"JobDefinition{title}", definition.arn),
            runner=definition.runner,
            log_group_name=self._publish(f"LogGroup{title}", definition.log_group.log_group_name),
            vcpus=self._settings.job_vcpus,
            memory_mib=self._settings.job_memory_mib,
            digest=definition.digest,
            num_nodes=definition.num_nodes,
        )

    def _publish(self, name: str, value: str) -> str:
        """Make a value an output, and return what reads it in another stack.

        Not an export: those may not change while another stack reads them, and a definition's revision does.
        https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-getstackoutput.html
        """
        cdk.CfnOutput(self, name, value=value)
        return cdk.Fn.get_stack_output(self.stack_name, name)
