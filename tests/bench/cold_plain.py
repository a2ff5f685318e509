"""A process that does with boto3 what one event needs, and no more: `python -m …`."""

import boto3

boto3.client("dynamodb").update_item(
    TableName="bench",
    Key={"pk": {"S": "4c7599ae-0a82-49aa-ba5a-4727fcce14a8"}},
    UpdateExpression="SET #status = :status",
    ExpressionAttributeNames={"#status": "status"},
    ExpressionAttributeValues={":status": {"S": "RUNNING"}},
)
