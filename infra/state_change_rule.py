"""From AWS Batch to the job-events queue: every "Batch Job State Change" of our job queues, and of no other.

https://docs.aws.amazon.com/batch/latest/userguide/batch_job_events.html
"""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.message_queue import DeadLetterQueue


class StateChangeRule(Construct):
    """The rule, and the queue for what EventBridge could not deliver in 24 hours."""

    def __init__(
        self, scope: Construct, construct_id: str, *, job_queue_arns: Sequence[str], job_events: sqs.IQueue
    ) -> None:
        super().__init__(scope, construct_id)
        self.undelivered = DeadLetterQueue(self, "Undelivered")
        events.Rule(
            self,
            "Rule",
            event_pattern=events.EventPattern(
                source=["aws.batch"],
                detail_type=["Batch Job State Change"],
                detail={"jobQueue": list(job_queue_arns)},
            ),
            targets=[targets.SqsQueue(job_events, dead_letter_queue=self.undelivered)],
        )
