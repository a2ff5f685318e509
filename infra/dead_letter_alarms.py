"""Alarms that tell people of messages that were given up: one for each dead-letter queue, to the alerts topic.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/dead-letter-queues-alarms-cloudwatch.html
"""

from __future__ import annotations

from collections.abc import Mapping

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

#: SQS tells how many messages there are each minute; a queue that is being looked at seems empty for a moment.
_PERIOD = cdk.Duration.minutes(5)


class DeadLetterAlarms(Construct):
    """One alarm a queue: it goes off while anything lies there."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        deployment_name: str,
        queues: Mapping[str, sqs.IQueue],
        topic: sns.Topic,
    ) -> None:
        super().__init__(scope, construct_id)
        for name, queue in queues.items():
            alarm = cloudwatch.Alarm(
                self,
                name[0].upper() + name[1:],
                alarm_name=f"{deployment_name}-dead-letters-{name}",
                alarm_description=f"Messages were given up, and lie in {name}: see docs/runbook.md, Dead letters.",
                metric=queue.metric_approximate_number_of_messages_visible(period=_PERIOD, statistic="Maximum"),
                threshold=1,
                evaluation_periods=1,
                comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
                treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            )
            alarm.add_alarm_action(actions.SnsAction(topic))
        _let_alarms_publish(self, topic)


def _let_alarms_publish(scope: Construct, topic: sns.Topic) -> None:
    """A topic with a policy of its own lets in only those whom it names.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
    """
    topic.add_to_resource_policy(
        iam.PolicyStatement(
            actions=["sns:Publish"],
            principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
            resources=[topic.topic_arn],
            conditions={"StringEquals": {"aws:SourceAccount": cdk.Stack.of(scope).account}},
        )
    )
