"""Where instances stand: a VPC of two zones, and a security group that lets nothing in."""

from __future__ import annotations

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from infra.log_group import LogGroup


class Network(Construct):
    """A VPC. With NAT gateways instances stand in private subnets; without, in public ones, each with an address."""

    def __init__(
        self, scope: Construct, construct_id: str, *, nat_gateways: int, log_days: int, nodes_talk: bool = False
    ) -> None:
        """With `nodes_talk` those in the security group reach each other, as nodes of one job must, and nobody else."""
        super().__init__(scope, construct_id)
        private = nat_gateways > 0
        self.vpc = ec2.Vpc(
            self,
            "Vpc",
            max_azs=2,
            nat_gateways=nat_gateways,
            subnet_configuration=_subnets(private=private),
            # Inputs and outputs then pass by no NAT gateway, which is paid by the byte.
            gateway_endpoints={"S3": ec2.GatewayVpcEndpointOptions(service=ec2.GatewayVpcEndpointAwsService.S3)},
            # Emptying it needs a custom resource; no instance of ours is in the default group.
            restrict_default_security_group=False,
        )
        self.vpc.add_flow_log(
            "Refused",
            destination=ec2.FlowLogDestination.to_cloud_watch_logs(LogGroup(self, "RefusedLog", days=log_days)),
            # What was let through is no news, and is paid by the byte.
            traffic_type=ec2.FlowLogTrafficType.REJECT,
        )
        self.subnets = ec2.SubnetSelection(
            subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS if private else ec2.SubnetType.PUBLIC
        )
        self.security_group = ec2.SecurityGroup(
            self, "Instances", vpc=self.vpc, description="Jobs reach out; nothing reaches in.", allow_all_outbound=True
        )
        if nodes_talk:
            self.security_group.add_ingress_rule(self.security_group, ec2.Port.all_traffic(), "Nodes of one job")


def _subnets(*, private: bool) -> list[ec2.SubnetConfiguration]:
    public = ec2.SubnetConfiguration(
        name="Public", subnet_type=ec2.SubnetType.PUBLIC, cidr_mask=20, map_public_ip_on_launch=not private
    )
    if not private:
        return [public]
    return [
        public,
        ec2.SubnetConfiguration(name="Private", subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS, cidr_mask=20),
    ]
