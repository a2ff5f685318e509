"""The plane's SQS queues, as senders see them."""

from __future__ import annotations

from typing import Any

from controlplane.submission_queue import to_message

#: SQS's bound on a string attribute is the message's own (1 MiB); a reason needs no more than this (characters).
_REASON_CHARACTERS = 1024
#: SQS's bound: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html.
_LONGEST_DELAY_SECONDS = 900


class SqsSubmissions:
    """The port `Submissions` over an SQS queue."""

    def __init__(self, client: Any, *, url: str) -> None:
        self._client = client
        self._url = url

    def send(self, job_id: str, *, waits: int = 0, delay_milliseconds: int = 0) -> None:
        """SQS keeps a message in several zones before it answers; it delays by whole seconds, up to 15 minutes."""
        delay = min(-(-delay_milliseconds // 1000), _LONGEST_DELAY_SECONDS)
        self._client.send_message(QueueUrl=self._url, MessageBody=to_message(job_id, waits=waits), DelaySeconds=delay)


class SqsDeadLetters:
    """The port `DeadLetters` over the dead-letter queue of the job events."""

    def __init__(self, client: Any, *, url: str) -> None:
        self._client = client
        self._url = url

    def send(self, body: str, *, reason: str) -> None:
        """The reason travels as a message attribute."""
        attribute = {"DataType": "String", "StringValue": reason[:_REASON_CHARACTERS]}
        self._client.send_message(QueueUrl=self._url, MessageBody=body, MessageAttributes={"reason": attribute})
