"""A process that does with boto3 what one `POST /jobs` needs, and no more: `python -m …`."""

import boto3

KEY = "j0123456789abcdefghijklmno"
dynamodb = boto3.client("dynamodb")
for sort_key in ("SUBMISSION", "RECORD"):
    dynamodb.put_item(
        TableName="bench",
        Item={"pk": {"S": KEY}, "sk": {"S": sort_key}, "jobName": {"S": "bench"}},
        ConditionExpression="attribute_not_exists(pk)",
    )
boto3.client("sqs").send_message(QueueUrl="https://sqs.local-1.amazonaws.com/000000000000/submissions", MessageBody=KEY)
