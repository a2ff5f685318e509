"""A job definition: what a job that names it may be. Gives jobs no rights, neither on the IOBucket nor elsewhere.

Image, user, volumes and roles can't be overridden at submission, so what stands here is the boundary.
https://docs.aws.amazon.com/batch/latest/APIReference/API_SubmitJob.html
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import cast

import aws_cdk as cdk
from aws_cdk import aws_batch as batch
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.log_group import LogGroup
from infra.settings import Settings

#: Nodes of a multi-node parallel job: all alike, the first one the main one. Open at its end, so that a submission may
#: ask for another number.
EVERY_NODE, MAIN_NODE = "0:", 0
#: Who a job is in its container and on its instance: nobody in particular. container/Dockerfile knows it too.
JOB_USER_ID = 10001


class JobDefinition(Construct):
    """A definition `<deployment>-<name>`, which people call by its short name."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        name: str,
        image: ecs.ContainerImage,
        runner: bool,
        writable: Mapping[str, str],
        num_nodes: int | None = None,
    ) -> None:
        """Make it.

        Args:
            scope: Where it stands.
            construct_id: What it is called there.
            settings: What its jobs reserve, among others.
            name: The short name.
            image: What its jobs run in.
            runner: True where the image's entry point is the runner.
            writable: The folders that a job may write to, by name; what the image has there is kept, with its owner.
            num_nodes: Of a multi-node parallel job, unless a submission asks for another number.
        """
        super().__init__(scope, construct_id)
        #: The short name.
        self.name = name
        self.full_name = f"{settings.deployment_name}-{name}"
        #: True where the image's entry point is the runner.
        self.runner = runner
        self.log_group = LogGroup(self, "LogGroup", days=settings.job_log_days)
        self.num_nodes = num_nodes
        self.job_role = self._job_role()
        container = self._container(image, settings, writable)
        #: Pulls the image and opens the log.
        self.execution_role = container.execution_role
        timeout = cdk.Duration.seconds(settings.job_timeout_seconds)
        self.job_definition = (
            self._of_one_container(container, timeout)
            if num_nodes is None
            else self._of_nodes(container, timeout, num_nodes)
        )
        if runner:
            cdk.Tags.of(self.job_definition).add("runner", "batchplane")

    @property
    def arn(self) -> str:
        """The ARN with the revision."""
        return self.job_definition.job_definition_arn

    @property
    def digest(self) -> str:
        """Another one whenever a deployment registers another revision; 16 hexadecimal digits."""
        resource = cast(batch.CfnJobDefinition, self.job_definition.node.default_child)
        properties = resource.container_properties if self.num_nodes is None else resource.node_properties
        says = cdk.Stack.of(self).resolve([properties, resource.retry_strategy, resource.timeout])
        return hashlib.sha256(json.dumps(says, sort_keys=True).encode()).hexdigest()[:16]

    def _of_one_container(
        self, container: batch.EcsEc2ContainerDefinition, timeout: cdk.Duration
    ) -> batch.EcsJobDefinition:
        return batch.EcsJobDefinition(
            self,
            "JobDefinition",
            job_definition_name=self.full_name,
            container=container,
            timeout=timeout,
            # Submissions under way name the revision that they were accepted with.
            skip_deregister_on_update=True,
        )

    def _of_nodes(
        self, container: batch.EcsEc2ContainerDefinition, timeout: cdk.Duration, num_nodes: int
    ) -> batch.MultiNodeJobDefinition:
        definition = batch.MultiNodeJobDefinition(
            self,
            "JobDefinition",
            job_definition_name=self.full_name,
            containers=[
                batch.MultiNodeContainer(container=container, start_node=MAIN_NODE, end_node=MAIN_NODE + num_nodes - 1)
            ],
            main_node=MAIN_NODE,
            timeout=timeout,
            skip_deregister_on_update=True,
        )
        resource = cast(batch.CfnJobDefinition, definition.node.default_child)
        resource.add_property_override("NodeProperties.NodeRangeProperties.0.TargetNodes", EVERY_NODE)
        return definition

    def _container(
        self, image: ecs.ContainerImage, settings: Settings, writable: Mapping[str, str]
    ) -> batch.EcsEc2ContainerDefinition:
        return batch.EcsEc2ContainerDefinition(
            self,
            "Container",
            image=image,
            cpu=settings.job_vcpus,
            memory=cdk.Size.mebibytes(settings.job_memory_mib),
            job_role=self.job_role,
            logging=ecs.LogDriver.aws_logs(stream_prefix=self.name, log_group=self.log_group),
            privileged=False,
            readonly_root_filesystem=True,
            user=f"{JOB_USER_ID}:{JOB_USER_ID}",
            volumes=[
                batch.EcsVolume.host(name=name, container_path=path, readonly=False) for name, path in writable.items()
            ],
        )

    def _job_role(self) -> iam.Role:
        """A role without rights: with none at all, a job's AWS SDK would go on to look for the instance's."""
        principal = iam.ServicePrincipal(
            "ecs-tasks.amazonaws.com",
            conditions={"StringEquals": {"aws:SourceAccount": cdk.Stack.of(self).account}},
        )
        return iam.Role(self, "JobRole", assumed_by=principal, description="What a job may do in AWS: nothing.")
