"""SQS messages: each is processed alone, and those that failed are named, so that only they are delivered again.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from controlplane.edge.function import Handler
from controlplane.errors import NotYet


def on_messages(process: Callable[[str], object]) -> Handler:
    """A handler that gives each message's body to `process`; what raises is delivered again."""
    logger = Logger()
    metrics = Metrics(namespace="Batchplane")
    processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)

    def process_record(record: SQSRecord) -> None:  # Powertools calls it by this name
        try:
            process(record.body)
        except NotYet as wait:
            logger.info("waits", message_id=record.message_id, reason=str(wait))
            raise
        except Exception:
            logger.exception("failed", message_id=record.message_id)
            raise

    def handler(event: dict[str, Any], context: Any) -> Any:
        answer = process_partial_response(event, process_record, processor, context)
        failed = len(answer["batchItemFailures"])
        metrics.add_metric(name="MessagesProcessed", unit=MetricUnit.Count, value=len(event["Records"]) - failed)
        metrics.add_metric(name="MessagesFailed", unit=MetricUnit.Count, value=failed)
        metrics.flush_metrics()
        metrics.clear_metrics()  # flushing leaves them where metrics are turned off
        return answer

    return handler
