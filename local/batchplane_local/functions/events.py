"""Messages as AWS Lambda hands them to a function: from a queue, from a table's stream, from the clock.

https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html, https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html,
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-run-lambda-schedule.html.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from batchplane_local.queue import Message

#: Where the embedded plane is, for whoever asks by AWS's words.
REGION = "local-1"
ACCOUNT = "000000000000"


def queue_event(queue: str, messages: Sequence[Message]) -> dict[str, Any]:
    """A batch from Amazon SQS."""
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}"
    return {"Records": [_queued(message, arn) for message in messages]}


def stream_event(table: str, messages: Sequence[Message]) -> dict[str, Any]:
    """A batch from a DynamoDB stream; each body is a change's keys and new image."""
    arn = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{table}/stream/{table}"
    return {"Records": [_streamed(message, arn) for message in messages]}


def schedule_event(at: int) -> dict[str, Any]:
    """The clock struck, at this time (epoch milliseconds)."""
    return {
        "version": "0",
        "source": "aws.events",
        "detail-type": "Scheduled Event",
        "account": ACCOUNT,
        "region": REGION,
        "time": datetime.fromtimestamp(at // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "resources": [],
        "detail": {},
    }


def failed_ids(answer: Any, messages: Sequence[Message]) -> set[int]:
    """The messages that a function named as failed, by either service's identifier.

    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
    """
    named = {failure["itemIdentifier"] for failure in (answer or {}).get("batchItemFailures", ())}
    unknown = named - {_identifier(message) for message in messages}
    if unknown:
        raise ValueError(f"batchItemFailures must name messages of the batch; these are not: {sorted(unknown)}")
    return {message.message_id for message in messages if _identifier(message) in named}


def _identifier(message: Message) -> str:
    """What a queue calls messageId, and a stream SequenceNumber."""
    return f"{message.message_id:021d}"


def _queued(message: Message, arn: str) -> dict[str, Any]:
    return {
        "messageId": _identifier(message),
        "receiptHandle": f"{message.message_id}.{message.receive_count}",
        "body": message.body,
        "attributes": {
            "ApproximateReceiveCount": str(message.receive_count),
            "SentTimestamp": str(message.sent_at),
            "SenderId": ACCOUNT,
            "ApproximateFirstReceiveTimestamp": str(message.first_received_at),
        },
        "messageAttributes": {},
        "md5OfBody": hashlib.md5(message.body.encode(), usedforsecurity=False).hexdigest(),
        "eventSource": "aws:sqs",
        "eventSourceARN": arn,
        "awsRegion": REGION,
    }


def _streamed(message: Message, arn: str) -> dict[str, Any]:
    return {
        "eventID": _identifier(message),
        "eventName": "MODIFY",
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": REGION,
        "dynamodb": {
            **json.loads(message.body),
            "ApproximateCreationDateTime": message.sent_at // 1000,
            "SequenceNumber": _identifier(message),
            "StreamViewType": "NEW_IMAGE",
        },
        "eventSourceARN": arn,
    }
