"""AWS in memory, as the plane is deployed to it: a table and queues with the synthesized template's own properties."""

from __future__ import annotations

import json
from collections.abc import Callable
from inspect import ismethod
from itertools import count
from threading import Lock
from typing import Any

import boto3
from botocore.config import Config

from tests.template import Template, one, plane_template

REGION = "eu-west-1"
_NUMBERS = count(1)


def client(service: str) -> Any:
    """A client of an account that is not there."""
    return boto3.client(
        service,
        region_name=REGION,
        aws_access_key_id="nobody",
        aws_secret_access_key="nothing",  # noqa: S106 - it opens nothing
        config=Config(signature_version="s3v4") if service == "s3" else None,
    )


class OneAtATime:
    """A client whose calls wait for each other: a write of DynamoDB is atomic, and moto's only if it is alone."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._alone = Lock()

    def __getattr__(self, name: str) -> Any:
        member = getattr(self._client, name)
        return self._in_turn(member) if ismethod(member) else member

    def _in_turn(self, operation: Callable[..., Any]) -> Callable[..., Any]:
        def call(**request: Any) -> Any:
            with self._alone:
                return operation(**request)

        return call


def create_table(dynamodb: Any, template: Template | None = None) -> str:
    """The table of job records, empty, of the default settings or of a template; returns its name."""
    _, properties = one(template or plane_template(), "AWS::DynamoDB::Table")
    names = ("KeySchema", "AttributeDefinitions", "BillingMode", "GlobalSecondaryIndexes")
    request = {name: properties[name] for name in names}
    stream = properties["StreamSpecification"] | {"StreamEnabled": True}
    table = _name("table")
    dynamodb.create_table(TableName=table, StreamSpecification=stream, **request)
    return table


def create_queue(sqs: Any, beginning: str) -> str:
    """The queue whose logical id begins so, empty, with its dead-letter queue; returns its URL."""
    _, properties = one(plane_template(), "AWS::SQS::Queue", beginning)
    attributes = {"MessageRetentionPeriod": str(properties["MessageRetentionPeriod"])}
    if "RedrivePolicy" in properties:
        policy = properties["RedrivePolicy"]
        letters = create_queue(sqs, policy["deadLetterTargetArn"]["Fn::GetAtt"][0])
        target = sqs.get_queue_attributes(QueueUrl=letters, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        attributes["RedrivePolicy"] = json.dumps(policy | {"deadLetterTargetArn": target})
        attributes["VisibilityTimeout"] = str(properties["VisibilityTimeout"])
    return str(sqs.create_queue(QueueName=_name("queue"), Attributes=attributes)["QueueUrl"])


def create_topic(sns: Any) -> str:
    """The alerts topic; returns its ARN."""
    return str(sns.create_topic(Name=_name("topic"))["TopicArn"])


def create_bucket(s3: Any) -> str:
    """An IOBucket; returns its name. None of the template's properties of it is seen through a link."""
    bucket = _name("bucket")
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    return bucket


def _name(kind: str) -> str:
    return f"contract-{kind}-{next(_NUMBERS)}"
