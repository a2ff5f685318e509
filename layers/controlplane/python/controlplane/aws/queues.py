"""The plane's SQS queues, as senders see them."""

from __future__ import annotations

from typing import Any

from controlplane.submission import to_message

#: SQS's bound on a string attribute is the message's own (1 MiB); a reason needs no more than this (characters).
_REASON_CHARACTERS = 1024


class SqsSubmissions:
    """The port `Submissions` over an SQS queue."""

    def __init__(self, client: Any, *, url: str) -> None:
        self._client = client
        self._url = url

    def send(self, job_id: str) -> None:
        """SQS keeps a message in several zones before it answers."""
        self._client.send_message(QueueUrl=self._url, MessageBody=to_message(job_id))


class SqsDeadLetters:
    """The port `DeadLetters` over the dead-letter queue of the job events."""

    def __init__(self, client: Any, *, url: str) -> None:
        self._client = client
        self._url = url

    def send(self, body: str, *, reason: str) -> None:
        """The reason travels as a message attribute."""
        attribute = {"DataType": "String", "StringValue": reason[:_REASON_CHARACTERS]}
        self._client.send_message(QueueUrl=self._url, MessageBody=body, MessageAttributes={"reason": attribute})
