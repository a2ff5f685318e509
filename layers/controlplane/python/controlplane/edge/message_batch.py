"""SQS messages by whole batches: those that failed are named, so that only they are delivered again.

It imports nothing but the standard library: a cold start pays for each import (docs/decisions/0016-cold-starts.md).
https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

from controlplane.edge.function import Handler

#: Lambda writes its records as JSON lines, with what `extra` holds.
_log = logging.getLogger(__name__)


def on_batch(process: Callable[[Sequence[str]], Sequence[Exception | None]]) -> Handler:
    """A handler that gives all bodies of a batch to `process` at once; those that it answers an error for come again.

    Powertools' batch processor calls once for each message: what a thousand of them say of one array would then be a
    thousand writes.
    """

    def handler(event: dict[str, Any], context: Any) -> Any:
        messages = event["Records"]
        failures = []
        for message, error in zip(messages, process([each["body"] for each in messages]), strict=True):
            if error is not None:
                _log.error("failed", extra={"message_id": message["messageId"]}, exc_info=error)
                failures.append({"itemIdentifier": message["messageId"]})
        return {"batchItemFailures": failures}

    return handler
