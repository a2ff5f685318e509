"""What people need: the table, the queues, the rule, the API, and what starts each function."""

import json
from typing import Any

import pytest

from tests.template import one, plane_template, properties


def table() -> dict[str, Any]:
    """The table of job records."""
    return one(plane_template(), "AWS::DynamoDB::Table")[1]


def keys(schema: list[dict[str, str]]) -> list[str]:
    """Partition key and sort key."""
    return [each["AttributeName"] for each in sorted(schema, key=lambda each: each["KeyType"])]


def queue(name: str) -> tuple[str, dict[str, Any]]:
    """A queue that a function works on."""
    return one(plane_template(), "AWS::SQS::Queue", f"{name}Queue")


def source_of(function: str) -> dict[str, Any]:
    """The event source mapping of a function."""
    return one(plane_template(), "AWS::Lambda::EventSourceMapping", function)[1]


def test_a_record_lies_under_its_job() -> None:
    """Partition key and sort key, both text."""
    attributes = {each["AttributeName"]: each["AttributeType"] for each in table()["AttributeDefinitions"]}

    assert (keys(table()["KeySchema"]), set(attributes.values())) == (["pk", "sk"], {"S"})


def index(name: str) -> dict[str, Any]:
    """An index of the table: its keys, and what else its entries have."""
    (found,) = [each for each in table()["GlobalSecondaryIndexes"] if each["IndexName"] == name]
    projection = found["Projection"]
    others = sorted(projection.get("NonKeyAttributes", ()))
    return {"keys": keys(found["KeySchema"]), "projected": projection["ProjectionType"], "others": others}


@pytest.mark.parametrize(("name", "key", "other"), [("byOwner", "owner", "jobQueue"), ("byQueue", "jobQueue", "owner")])
def test_jobs_are_listed_by_owner_and_by_queue(name: str, key: str, other: str) -> None:
    """In the order of creation; what a list is filtered by stands in the entry, but for the status."""
    others = sorted(["jobName", "tagDigests", "type", other])

    assert index(name) == {"keys": [key, "created"], "projected": "INCLUDE", "others": others}


def test_what_is_open_is_found_by_keys_alone() -> None:
    """In an order that no change moves."""
    assert index("open") == {"keys": ["open", "openSince"], "projected": "KEYS_ONLY", "others": []}


def test_the_table_tells_of_changes_and_forgets_what_expires() -> None:
    """Its stream has the new image."""
    assert (table()["StreamSpecification"], table()["TimeToLiveSpecification"]) == (
        {"StreamViewType": "NEW_IMAGE"},
        {"AttributeName": "expiresAt", "Enabled": True},
    )


def test_the_table_is_paid_by_the_request_and_can_be_restored() -> None:
    """An idle deployment pays for what it stores."""
    recovery = table()["PointInTimeRecoverySpecification"]

    assert (table()["BillingMode"], recovery) == ("PAY_PER_REQUEST", {"PointInTimeRecoveryEnabled": True})


def test_the_table_outlives_its_stack() -> None:
    """The record is kept for good."""
    logical_id, _ = one(plane_template(), "AWS::DynamoDB::Table")

    assert plane_template()["Resources"][logical_id]["DeletionPolicy"] == "Retain"


@pytest.mark.parametrize(("name", "deliveries"), [("Submissions", 20), ("JobEvents", 5)])
def test_what_fails_again_and_again_is_put_aside(name: str, deliveries: int) -> None:
    """In a dead-letter queue of its own."""
    letters, _ = one(plane_template(), "AWS::SQS::Queue", f"{name}DeadLetterQueue")
    expected = {"deadLetterTargetArn": {"Fn::GetAtt": [letters, "Arn"]}, "maxReceiveCount": deliveries}

    assert queue(name)[1]["RedrivePolicy"] == expected


@pytest.mark.parametrize(("name", "function"), [("Submissions", "SubmitJob"), ("JobEvents", "RecordStateChange")])
def test_a_message_stays_hidden_for_six_times_its_function_s_timeout(name: str, function: str) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html."""
    _, worker = one(plane_template(), "AWS::Lambda::Function", function)

    assert queue(name)[1]["VisibilityTimeout"] == 6 * worker["Timeout"]


def test_every_queue_is_encrypted() -> None:
    """Those for dead letters too."""
    queues = properties(plane_template(), "AWS::SQS::Queue")

    assert [key for key, each in queues.items() if each["SqsManagedSseEnabled"] is not True] == []


def test_every_queue_is_reached_by_tls_alone() -> None:
    """Whoever comes otherwise is denied everything."""
    closed = {
        each["Ref"]
        for policy in properties(plane_template(), "AWS::SQS::QueuePolicy").values()
        for each in policy["Queues"]
        for statement in policy["PolicyDocument"]["Statement"]
        if (statement["Effect"], statement["Action"]) == ("Deny", "sqs:*")
        and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    }

    assert closed == set(properties(plane_template(), "AWS::SQS::Queue"))


def test_the_state_changes_of_our_queue_are_listened_to() -> None:
    """And of no other queue, and no other kind of event."""
    _, rule = one(plane_template(), "AWS::Events::Rule", "StateChanges")
    ours = {"Fn::GetStackOutput": {"StackName": "batchplane-environment", "OutputName": "JobQueueDefault"}}

    assert rule["EventPattern"] == {
        "source": ["aws.batch"],
        "detail-type": ["Batch Job State Change"],
        "detail": {"jobQueue": [ours]},
    }


def test_a_state_change_goes_to_the_job_events_queue() -> None:
    """What can't be delivered goes to a queue of its own."""
    _, rule = one(plane_template(), "AWS::Events::Rule", "StateChanges")
    events, _ = queue("JobEvents")
    undelivered, _ = one(plane_template(), "AWS::SQS::Queue", "StateChangesUndelivered")
    targets = [(target["Arn"], target["DeadLetterConfig"]) for target in rule["Targets"]]

    assert targets == [({"Fn::GetAtt": [events, "Arn"]}, {"Arn": {"Fn::GetAtt": [undelivered, "Arn"]}})]


def test_only_our_rule_may_send_job_events() -> None:
    """The queue's policy names it."""
    rule, _ = one(plane_template(), "AWS::Events::Rule", "StateChanges")
    _, policy = one(plane_template(), "AWS::SQS::QueuePolicy", "JobEventsQueue")
    allowed = [each for each in policy["PolicyDocument"]["Statement"] if each["Effect"] == "Allow"]

    assert [(each["Principal"], each["Condition"]["ArnEquals"]["aws:SourceArn"]) for each in allowed] == [
        ({"Service": "events.amazonaws.com"}, {"Fn::GetAtt": [rule, "Arn"]})
    ]


def test_quiet_records_are_looked_at_every_five_minutes() -> None:
    """A run that fails is left to the next."""
    _, rule = one(plane_template(), "AWS::Events::Rule", "Clock")
    function, _ = one(plane_template(), "AWS::Lambda::Function", "ReconcileJobs")
    target = {
        "Arn": {"Fn::GetAtt": [function, "Arn"]},
        "Id": "Target0",
        "RetryPolicy": {"MaximumRetryAttempts": 0},
    }

    assert (rule["ScheduleExpression"], rule["Targets"]) == ("rate(5 minutes)", [target])


@pytest.mark.parametrize("function", ["SubmitJob", "RecordStateChange", "AlertOnFailure"])
def test_only_what_failed_is_delivered_again(function: str) -> None:
    """The function names it."""
    assert source_of(function)["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_job_events_are_taken_by_the_thousand() -> None:
    """Of what comes within two seconds, by two at a time: an array's events then share writes."""
    source = source_of("RecordStateChange")

    assert (2000, 2, {"MaximumConcurrency": 2}) == (
        source["BatchSize"],
        source["MaximumBatchingWindowInSeconds"],
        source["ScalingConfig"],
    )


def test_submissions_are_taken_by_few() -> None:
    """AWS Batch takes 50 calls a second of an account."""
    source = source_of("SubmitJob")

    assert (source["BatchSize"], source["ScalingConfig"]) == (2, {"MaximumConcurrency": 5})


def test_alerts_are_of_failed_records_alone() -> None:
    """The stream is filtered before the function is called, and paid."""
    (pattern,) = source_of("AlertOnFailure")["FilterCriteria"]["Filters"]

    assert json.loads(pattern["Pattern"]) == {
        "dynamodb": {"NewImage": {"sk": {"S": ["RECORD"]}, "status": {"S": ["FAILED"]}}}
    }


def test_an_alert_that_cannot_be_sent_holds_up_no_other() -> None:
    """It is split off, tried for some hours, and put aside."""
    source = source_of("AlertOnFailure")
    aside, _ = one(plane_template(), "AWS::SQS::Queue", "AlertsNotSent")
    destination = {"OnFailure": {"Destination": {"Fn::GetAtt": [aside, "Arn"]}}}

    assert (source["BisectBatchOnFunctionError"], source["MaximumRecordAgeInSeconds"], source["DestinationConfig"]) == (
        True,
        6 * 3600,
        destination,
    )


def test_the_api_is_throttled() -> None:
    """At the rate and burst of the settings."""
    _, stage = one(plane_template(), "AWS::ApiGatewayV2::Stage")

    assert stage["DefaultRouteSettings"] == {"ThrottlingBurstLimit": 200, "ThrottlingRateLimit": 100}


def test_who_called_what_is_logged() -> None:
    """One line of JSON a request, without its query and headers, which may hold what is nobody's business."""
    _, stage = one(plane_template(), "AWS::ApiGatewayV2::Stage")
    logged = json.loads(stage["AccessLogSettings"]["Format"])

    assert {"caller", "routeKey", "path", "status"} <= set(logged)


def test_the_plane_does_not_tie_the_environment_down() -> None:
    """An export can't change while it is read, and a definition's revision does."""
    assert "Fn::ImportValue" not in json.dumps(plane_template())


def test_the_endpoint_is_an_output() -> None:
    """It is all that a client needs."""
    api, _ = one(plane_template(), "AWS::ApiGatewayV2::Api")

    assert plane_template()["Outputs"]["Endpoint"]["Value"] == {"Fn::GetAtt": [api, "ApiEndpoint"]}
