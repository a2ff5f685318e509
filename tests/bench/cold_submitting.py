"""A process that does with boto3 what one submission needs, and no more: `python -m …`."""

import boto3

KEY = {"pk": {"S": "j0123456789abcdefghijklmno"}, "sk": {"S": "RECORD"}}
dynamodb = boto3.client("dynamodb")


def note(name: str, value: dict[str, str]) -> None:
    """One write."""
    dynamodb.update_item(
        TableName="bench",
        Key=KEY,
        UpdateExpression="SET #name = :value",
        ExpressionAttributeNames={"#name": name},
        ExpressionAttributeValues={":value": value},
    )


for sort_key in ("RECORD", "SUBMISSION"):
    dynamodb.get_item(TableName="bench", Key=KEY | {"sk": {"S": sort_key}}, ConsistentRead=True)
note("claimedAt", {"N": "1795000000000"})
taken = boto3.client("batch").submit_job(jobName="bench", jobQueue="default", jobDefinition="runner:3")
note("batchJobId", {"S": taken["jobId"]})
