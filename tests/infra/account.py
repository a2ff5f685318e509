"""An AWS account in this process (moto), holding what the synthesized templates describe, with those very properties.

A resource is made when something first refers to it. Only inside `moto.mock_aws()`; it asks nobody outside.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3

from tests.template import Template, environment_template, plane_template, properties

REGION = "eu-west-1"
ACCOUNT_ID = "123456789012"
#: Where the API of the deployment would answer.
ENDPOINT = "https://abcdef1234.execute-api.eu-west-1.amazonaws.com"
_PSEUDO = {"AWS::AccountId": ACCOUNT_ID, "AWS::Partition": "aws", "AWS::Region": REGION}

#: Of a resource, as its template has them: references are still references.
Properties = dict[str, Any]
#: What `Ref` is of a resource, and what its other attributes are.
Made = tuple[str, dict[str, str]]


class Account:
    """The account after a deployment of both stacks."""

    def __init__(self, plane: Template | None = None) -> None:
        """Take what people need from a template, of the default settings where none is given."""
        self._plane = plane or plane_template()
        self._templates = {"batchplane-environment": environment_template(), "batchplane-plane": self._plane}
        self._made: dict[str, Made] = {}

    def client(self, service: str) -> Any:
        """A boto3 client in the account's region."""
        return boto3.client(service, region_name=REGION)

    def reference(self, logical_id: str) -> str:
        """What `Ref` of a resource is: a table's or bucket's name, a queue's URL, a topic's ARN."""
        return self._make(logical_id)[0]

    def environment(self, function: str) -> dict[str, str]:
        """The environment variables that the template gives a function, "serve_api"."""
        variables: dict[str, str] = self.resolve(self._function(function)["Environment"]["Variables"])
        return variables

    def statements(self, function: str) -> list[dict[str, Any]]:
        """What the policies of a function's role say."""
        role = {"Ref": self._function(function)["Role"]["Fn::GetAtt"][0]}
        policies = [each for each in properties(self._plane, "AWS::IAM::Policy").values() if role in each["Roles"]]
        return [self.resolve(each) for policy in policies for each in policy["PolicyDocument"]["Statement"]]

    def _function(self, name: str) -> Properties:
        for given in properties(self._plane, "AWS::Lambda::Function").values():
            if given["Handler"].startswith(f"lambdas.{name}."):
                return given
        raise LookupError(f"the template has no function of lambdas/{name}")

    def resolve(self, value: Any) -> Any:
        """A value of a template with its references replaced by what they are here."""
        match value:
            case {"Ref": name}:
                return _PSEUDO.get(name) or self.reference(name)
            case {"Fn::GetAtt": [logical_id, attribute]}:
                return self._make(logical_id)[1][attribute]
            case {"Fn::GetStackOutput": {"StackName": stack, "OutputName": output}}:
                return self.resolve(self._templates[stack]["Outputs"][output]["Value"])
            case {"Fn::Join": [delimiter, parts]}:
                return delimiter.join(self.resolve(part) for part in parts)
            case dict():
                return {key: self.resolve(each) for key, each in value.items()}
            case list():
                return [self.resolve(each) for each in value]
        return value

    def _make(self, logical_id: str) -> Made:
        if logical_id not in self._made:
            resource = _find(logical_id, *self._templates.values())
            make = _MAKERS[resource["Type"]]
            self._made[logical_id] = make(self, logical_id, resource.get("Properties", {}))
        return self._made[logical_id]


def _find(logical_id: str, *templates: Template) -> dict[str, Any]:
    for template in templates:
        if logical_id in template["Resources"]:
            found: dict[str, Any] = template["Resources"][logical_id]
            return found
    raise LookupError(f"no template has a resource {logical_id}")


def _table(account: Account, name: str, properties: Properties) -> Made:
    dynamodb = account.client("dynamodb")
    words = ("AttributeDefinitions", "BillingMode", "GlobalSecondaryIndexes", "KeySchema")
    stream = {"StreamEnabled": True} | properties["StreamSpecification"]
    made = dynamodb.create_table(
        TableName=name, StreamSpecification=stream, **{word: properties[word] for word in words}
    )["TableDescription"]
    dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=properties["TimeToLiveSpecification"])
    return name, {"Arn": made["TableArn"], "StreamArn": made["LatestStreamArn"]}


def _queue(account: Account, name: str, properties: Properties) -> Made:
    sqs = account.client("sqs")
    given = account.resolve(properties).items()
    texts = {key: json.dumps(each) if isinstance(each, dict) else str(each) for key, each in given}
    url = sqs.create_queue(QueueName=name, Attributes=texts)["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    return url, {"Arn": attributes["QueueArn"]}


def _topic(account: Account, name: str, properties: Properties) -> Made:
    arn = account.client("sns").create_topic(Name=name, **properties)["TopicArn"]
    return arn, {"TopicArn": arn}


def _bucket(account: Account, name: str, properties: Properties) -> Made:
    s3 = account.client("s3")
    bucket = name.lower()
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_public_access_block(
        Bucket=bucket, PublicAccessBlockConfiguration=properties["PublicAccessBlockConfiguration"]
    )
    return bucket, {"Arn": f"arn:aws:s3:::{bucket}"}


def _log_group(account: Account, name: str, properties: Properties) -> Made:
    group = properties.get("LogGroupName", name)
    account.client("logs").create_log_group(logGroupName=group)
    return group, {"Arn": f"arn:aws:logs:{REGION}:{ACCOUNT_ID}:log-group:{group}:*"}


def _job_queue(account: Account, _: str, properties: Properties) -> Made:
    """Over any compute environment: no job of these tests runs."""
    name, batch = properties["JobQueueName"], account.client("batch")
    role = account.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    batch.create_compute_environment(computeEnvironmentName=name, type="UNMANAGED", serviceRole=role)
    order = [{"order": 1, "computeEnvironment": name}]
    made = batch.create_job_queue(jobQueueName=name, state="ENABLED", priority=1, computeEnvironmentOrder=order)
    return made["jobQueueArn"], {"JobQueueArn": made["jobQueueArn"]}


def _job_definition(_: Account, __: str, properties: Properties) -> Made:
    arn = f"arn:aws:batch:{REGION}:{ACCOUNT_ID}:job-definition/{properties['JobDefinitionName']}:1"
    return arn, {}


def _api(_: Account, name: str, __: Properties) -> Made:
    return name, {"ApiEndpoint": ENDPOINT}


_MAKERS: dict[str, Callable[[Account, str, Properties], Made]] = {
    "AWS::ApiGatewayV2::Api": _api,
    "AWS::Batch::JobDefinition": _job_definition,
    "AWS::Batch::JobQueue": _job_queue,
    "AWS::DynamoDB::Table": _table,
    "AWS::Logs::LogGroup": _log_group,
    "AWS::S3::Bucket": _bucket,
    "AWS::SNS::Topic": _topic,
    "AWS::SQS::Queue": _queue,
}
