"""The managed compute environment: EC2 instances that come with the jobs and go with them. Knows no queue."""

from __future__ import annotations

from typing import cast

from aws_cdk import aws_batch as batch
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.acknowledgment import acknowledge
from infra.job_definition import JOB_USER_ID
from infra.network import Network
from infra.settings import Settings

#: Where the ECS-optimized Amazon Linux 2023 image has its root.
_ROOT_DEVICE = "/dev/xvda"
_MANAGED_POLICY = "service-role/AmazonEC2ContainerServiceforEC2Role"
#: Jobs on EC2 share the network of their instance, so a hop limit does not keep them from its role's credentials.
#: https://docs.aws.amazon.com/batch/latest/userguide/networking-modes-jobs.html
_KEEP_JOBS_FROM_METADATA = (
    f"iptables --insert OUTPUT --destination 169.254.169.254 --match owner --uid-owner {JOB_USER_ID} --jump REJECT"
)
#: Nodes of a multi-node parallel job have networks of their own, which that rule knows nothing of.
#: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-agent-config.html
_KEEP_NODES_FROM_METADATA = "echo ECS_AWSVPC_BLOCK_IMDS=true >> /etc/ecs/ecs.config"
#: The agent keeps the volumes of an ended job for three hours unless told otherwise, and all share one disk.
#: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/automated_image_cleanup.html
_FORGET_ENDED_JOBS_SOON = "echo ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION=10m >> /etc/ecs/ecs.config"


class ComputeEnvironment(Construct):
    """A compute environment that grows from none."""

    def __init__(self, scope: Construct, construct_id: str, *, network: Network, settings: Settings) -> None:
        super().__init__(scope, construct_id)
        launch_template = self._launch_template(settings.job_volume_gib)
        self.compute_environment = batch.ManagedEc2EcsComputeEnvironment(
            self,
            "Instances",
            vpc=network.vpc,
            vpc_subnets=network.subnets,
            security_groups=[network.security_group],
            minv_cpus=0,
            maxv_cpus=settings.max_vcpus,
            allocation_strategy=batch.AllocationStrategy.BEST_FIT_PROGRESSIVE,
            default_instance_classes=[batch.DefaultInstanceClass[settings.job_architecture.upper()]],
            instance_role=self._instance_role(),
            images=[batch.EcsMachineImage(image_type=batch.EcsMachineImageType.ECS_AL2023)],
            launch_template=launch_template,
            placement_group=self._placement_group() if settings.placement_group else None,
            update_to_latest_image_version=True,
        )
        resource = cast(batch.CfnComputeEnvironment, self.compute_environment.node.default_child)
        # Without the number a changed template would not reach the instances.
        resource.add_property_override("ComputeResources.LaunchTemplate.Version", launch_template.latest_version_number)
        if settings.instance_types:
            resource.add_property_override("ComputeResources.InstanceTypes", list(settings.instance_types))

    def _instance_role(self) -> iam.Role:
        policy = iam.ManagedPolicy.from_aws_managed_policy_name(_MANAGED_POLICY)
        role = iam.Role(
            self, "InstanceRole", assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"), managed_policies=[policy]
        )
        acknowledge(
            role,
            f"AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/{_MANAGED_POLICY}]",
            reason="What the ECS agent calls changes with the agent; AWS keeps this policy in step with it.",
        )
        return role

    def _placement_group(self) -> ec2.PlacementGroup:
        """https://docs.aws.amazon.com/batch/latest/userguide/mnp-ce.html."""
        return ec2.PlacementGroup(self, "PlacementGroup", strategy=ec2.PlacementGroupStrategy.CLUSTER)

    def _launch_template(self, volume_gib: int) -> ec2.LaunchTemplate:
        user_data = ec2.MultipartUserData()
        script = "\n".join(("#!/bin/sh", _KEEP_JOBS_FROM_METADATA, _KEEP_NODES_FROM_METADATA, _FORGET_ENDED_JOBS_SOON))
        user_data.add_part(ec2.MultipartBody.from_user_data(ec2.UserData.custom(script)))
        root = ec2.BlockDeviceVolume.ebs(volume_gib, encrypted=True, volume_type=ec2.EbsDeviceVolumeType.GP3)
        return ec2.LaunchTemplate(
            self,
            "LaunchTemplate",
            block_devices=[ec2.BlockDevice(device_name=_ROOT_DEVICE, volume=root)],
            http_put_response_hop_limit=1,
            require_imdsv2=True,
            user_data=user_data,
        )
