"""An SQS queue and the dead-letter queue behind it. Encrypted, TLS only. Grants nothing."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.acknowledgment import acknowledge

#: The longest that SQS keeps a message: time for a person to come and look.
_KEPT = cdk.Duration.days(14)


class DeadLetterQueue(sqs.Queue):
    """Where messages end that could not be delivered or worked on, with all they said."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(
            scope,
            construct_id,
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=_KEPT,
        )
        acknowledge(self, "AwsSolutions-SQS3", reason="It is a dead-letter queue itself.")


class MessageQueue(Construct):
    """A queue that one function works on."""

    def __init__(
        self, scope: Construct, construct_id: str, *, function_timeout: cdk.Duration, max_receive_count: int
    ) -> None:
        super().__init__(scope, construct_id)
        self.dead_letter_queue = DeadLetterQueue(self, "DeadLetterQueue")
        self.queue = sqs.Queue(
            self,
            "Queue",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=_KEPT,
            # Six times: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
            visibility_timeout=cdk.Duration.seconds(6 * function_timeout.to_seconds()),
            dead_letter_queue=sqs.DeadLetterQueue(max_receive_count=max_receive_count, queue=self.dead_letter_queue),
        )
