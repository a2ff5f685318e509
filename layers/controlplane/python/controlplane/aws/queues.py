"""The plane's SQS queues, as senders see them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from controlplane.errors import NotYet
from controlplane.fan_out import FanOut, in_groups
from controlplane.submissions.queue import to_message

#: SQS's bound on a string attribute is the message's own (1 MiB); a reason needs no more than this (characters).
_REASON_CHARACTERS = 1024
#: SQS's bound: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html.
_LONGEST_DELAY_SECONDS = 900
#: Most messages of one call:
#: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html.
_BATCH_MESSAGES = 10


class SqsSubmissions:
    """The port `Submissions` over an SQS queue."""

    def __init__(self, client: Any, *, url: str, fan_out: FanOut = map) -> None:
        self._client = client
        self._url = url
        self._fan_out = fan_out

    def send(self, job_id: str, *, waits: int = 0, delay_milliseconds: int = 0) -> None:
        """SQS keeps a message in several zones before it answers; it delays by whole seconds, up to 15 minutes."""
        delay = min(-(-delay_milliseconds // 1000), _LONGEST_DELAY_SECONDS)
        self._client.send_message(QueueUrl=self._url, MessageBody=to_message(job_id, waits=waits), DelaySeconds=delay)

    def send_all(self, job_ids: Sequence[str]) -> Sequence[Exception | None]:
        """Ten a call, several calls at a time. SQS may take some of a call's messages and leave the others."""
        batches = list(in_groups(job_ids, _BATCH_MESSAGES))
        return [error for errors in self._fan_out(self._send_batch, batches) for error in errors]

    def _send_batch(self, job_ids: Sequence[str]) -> Sequence[Exception | None]:
        entries = [{"Id": str(place), "MessageBody": to_message(job_id)} for place, job_id in enumerate(job_ids)]
        try:
            answer = self._client.send_message_batch(QueueUrl=self._url, Entries=entries)
        except Exception as error:  # it stops no other batch
            return [error] * len(job_ids)
        left = {each["Id"]: each.get("Message", each["Code"]) for each in answer.get("Failed", ())}
        places = map(str, range(len(job_ids)))
        return [NotYet(f"SQS did not take it: {left[place]}") if place in left else None for place in places]


class SqsDeadLetters:
    """The port `DeadLetters` over the dead-letter queue of the job events."""

    def __init__(self, client: Any, *, url: str) -> None:
        self._client = client
        self._url = url

    def send(self, body: str, *, reason: str) -> None:
        """The reason travels as a message attribute."""
        attribute = {"DataType": "String", "StringValue": reason[:_REASON_CHARACTERS]}
        self._client.send_message(QueueUrl=self._url, MessageBody=body, MessageAttributes={"reason": attribute})
