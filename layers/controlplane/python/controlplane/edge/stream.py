"""Changes of job records, from the table's stream: the key is read, never the image.

https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord

from controlplane.edge.function import Handler
from controlplane.records.record import RecordKey


def on_record_changes(process: Callable[[RecordKey], object]) -> Handler:
    """A handler that gives the key of each changed record to `process`; what raises is delivered again."""
    logger = Logger()
    processor = BatchProcessor(event_type=EventType.DynamoDBStreams, raise_on_entire_batch_failure=False)

    def process_record(record: DynamoDBRecord) -> None:  # Powertools calls it by this name
        keys = record.dynamodb.keys if record.dynamodb else None
        job_id = str((keys or {})["pk"])
        try:
            process(RecordKey(job_id=job_id))
        except Exception:
            logger.exception("failed", job_id=job_id)
            raise

    def handler(event: dict[str, Any], context: Any) -> Any:
        return process_partial_response(event, process_record, processor, context)

    return handler
