"""The alerts topic in Amazon SNS; its subscriptions turn alerts into e-mail."""

from __future__ import annotations

from typing import Any

from controlplane.alerting.alert import Alert


class SnsTopic:
    """The port `Topic` over an SNS topic."""

    def __init__(self, client: Any, *, arn: str) -> None:
        self._client = client
        self._arn = arn

    def publish(self, alert: Alert) -> None:
        """https://docs.aws.amazon.com/sns/latest/api/API_Publish.html."""
        self._client.publish(TopicArn=self._arn, Subject=alert.subject, Message=alert.body)
