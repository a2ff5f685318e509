"""A job queue over one compute environment. Knows no definition."""

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
    ) -> None:
        super().__init__(scope, construct_id)
        #: The short name.
        self.name = name
        ordered = batch.OrderedComputeEnvironment(compute_environment=compute_environment, order=1)
        self.job_queue = batch.JobQueue(
            self, "JobQueue", job_queue_name=f"{deployment_name}-{name}", compute_environments=[ordered], priority=1
        )

    @property
    def arn(self) -> str:
        """The queue's ARN."""
        return self.job_queue.job_queue_arn
