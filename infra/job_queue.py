"""A job queue over one compute environment, first in first out or shared. Knows no definition."""

from __future__ import annotations

from aws_cdk import aws_batch as batch
from constructs import Construct


class JobQueue(Construct):
    """A job queue `<deployment>-<name>`, which people call by its short name."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        deployment_name: str,
        name: str,
        compute_environment: batch.IComputeEnvironment,
        fair_share: bool = False,
    ) -> None:
        super().__init__(scope, construct_id)
        #: The short name.
        self.name = name
        #: True where each job names its share, and those that have used less come first. A queue that has no scheduling
        #: policy can't be given one: https://docs.aws.amazon.com/batch/latest/userguide/job_scheduling.html
        self.fair_share = fair_share
        full_name = f"{deployment_name}-{name}"
        policy = (
            batch.FairshareSchedulingPolicy(self, "Policy", scheduling_policy_name=full_name) if fair_share else None
        )
        ordered = batch.OrderedComputeEnvironment(compute_environment=compute_environment, order=1)
        self.job_queue = batch.JobQueue(
            self,
            "JobQueue",
            job_queue_name=full_name,
            compute_environments=[ordered],
            priority=1,
            scheduling_policy=policy,
        )

    @property
    def arn(self) -> str:
        """The queue's ARN."""
        return self.job_queue.job_queue_arn
