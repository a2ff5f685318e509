"""Dead-letter queues in Amazon SQS: looked at by receiving and giving back, replayed by sending before deleting.

SQS is no list: what others have received just now is not found, and the order is SQS's own.
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from controlplane.errors import PlaneError
from controlplane.recording.dead_letters import DeadLetter, Moved

#: How long a received letter is hidden from others, in seconds: longer than serve_api may take.
_HIDDEN_SECONDS = 60
#: How long to wait for a letter, in seconds. Without waiting SQS asks a few of its machines only, and finds a part.
WAIT_SECONDS = 1
#: Most receives of one call; each brings from one to ten messages.
_RECEIVES = 100
#: SQS's bounds on what one call takes or brings: messages, and bytes of all their bodies.
_BATCH_MESSAGES = 10
_BATCH_BYTES = 1_048_576
#: How EventBridge says why it could not deliver an event.
#: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
_UNDELIVERED = ("ERROR_CODE", "ERROR_MESSAGE")


class SqsDeadLetterQueue:
    """The port `DeadLetterQueue` over a dead-letter queue and the queue that its messages go back to."""

    def __init__(self, client: Any, *, name: str, url: str, source_url: str, wait_seconds: int = WAIT_SECONDS) -> None:
        self.name = name
        self._client = client
        self._url = url
        self._source_url = source_url
        self._wait_seconds = wait_seconds

    def look(self, *, limit: int) -> Sequence[DeadLetter]:
        """Receive letters, and give them back at once. SQS counts it as a receive of each."""
        found: dict[str, Mapping[str, Any]] = {}
        try:
            for _ in range(_RECEIVES):
                received = self._receive(limit - len(found))
                found |= {message["MessageId"]: message for message in received}
                if not received or len(found) >= limit:
                    break
        finally:
            self._give_back(found.values())
        return [_letter(message) for message in found.values()]

    def replay(self, *, limit: int, until: int) -> Moved:
        """Without the attributes that say why: a message that fails again gets them anew. Raises PlaneError."""
        count = 0
        later: list[Mapping[str, Any]] = []
        try:
            for _ in range(_RECEIVES):
                received = self._receive(limit - count)
                if not received:
                    return Moved(count=count, is_all=True)
                later += [message for message in received if _sent_at(message) > until]
                count += self._move([message for message in received if _sent_at(message) <= until])
                if count >= limit:
                    break
            return Moved(count=count, is_all=False)
        finally:
            self._give_back(later)

    def _receive(self, limit: int) -> Sequence[Mapping[str, Any]]:
        answer = self._client.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=min(limit, _BATCH_MESSAGES),
            VisibilityTimeout=_HIDDEN_SECONDS,
            WaitTimeSeconds=self._wait_seconds,
            MessageSystemAttributeNames=["ApproximateReceiveCount", "SentTimestamp"],
            MessageAttributeNames=["All"],
        )
        return list(answer.get("Messages", ()))

    def _give_back(self, messages: Iterable[Mapping[str, Any]]) -> None:
        """Let others see them again; what can't be given back now comes back by itself."""
        waiting = iter(messages)
        while batch := list(islice(waiting, _BATCH_MESSAGES)):
            entries = [entry | {"VisibilityTimeout": 0} for entry in _receipts(batch)]
            self._client.change_message_visibility_batch(QueueUrl=self._url, Entries=entries)

    def _move(self, messages: Sequence[Mapping[str, Any]]) -> int:
        for batch in _batches(messages):
            entries = [{"Id": str(place), "MessageBody": message["Body"]} for place, message in enumerate(batch)]
            answer = self._client.send_message_batch(QueueUrl=self._source_url, Entries=entries)
            sent = [batch[int(each["Id"])] for each in answer.get("Successful", ())]
            if sent:
                self._client.delete_message_batch(QueueUrl=self._url, Entries=list(_receipts(sent)))
            if refused := answer.get("Failed"):
                first = refused[0]
                raise PlaneError(
                    f"SQS did not take back {len(refused)} messages of {self.name}: {first['Code']}"
                    f" ({first.get('Message', 'no reason given')})."
                    " They lie where they were: replay again in a minute."
                )
        return len(messages)


def _receipts(messages: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    for place, message in enumerate(messages):
        yield {"Id": str(place), "ReceiptHandle": message["ReceiptHandle"]}


def _batches(messages: Iterable[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    """The messages of one receive in their order, as many together as one call takes by their size."""
    batch: list[Mapping[str, Any]] = []
    total = 0
    for message in messages:
        size = len(message["Body"].encode())
        if batch and total + size > _BATCH_BYTES:
            yield batch
            batch, total = [], 0
        batch.append(message)
        total += size
    if batch:
        yield batch


def _letter(message: Mapping[str, Any]) -> DeadLetter:
    attributes = message.get("MessageAttributes", {})
    said = [attributes[name]["StringValue"] for name in ("reason", *_UNDELIVERED) if name in attributes]
    return DeadLetter(
        message_id=message["MessageId"],
        body=message["Body"],
        sent_at=_sent_at(message),
        receive_count=int(message["Attributes"]["ApproximateReceiveCount"]),
        reason=": ".join(said) or None,
    )


def _sent_at(message: Mapping[str, Any]) -> int:
    return int(message["Attributes"]["SentTimestamp"])
