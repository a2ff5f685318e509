"""Dead letters of a deployment: who is told of them, who may see them, and where they go back to."""

import json
from typing import Any

import pytest
from moto import mock_aws

from tests.infra.account import Account
from tests.template import one, plane_template, properties

#: Every dead-letter queue, as its logical id begins, by what people call it.
QUEUES = {
    "submissions": "SubmissionsDeadLetterQueue",
    "jobEvents": "JobEventsDeadLetterQueue",
    "undelivered": "StateChangesUndelivered",
    "alertsNotSent": "AlertsNotSent",
}
#: Where the messages of those that can go back go to.
REPLAYABLE = {"submissions": "Submissions", "jobEvents": "JobEvents", "undelivered": "JobEvents"}


def letters(name: str) -> str:
    """The logical id of a dead-letter queue."""
    return one(plane_template(), "AWS::SQS::Queue", QUEUES[name])[0]


def working(name: str) -> str:
    """The logical id of a queue that a function works on."""
    return one(plane_template(), "AWS::SQS::Queue", f"{name}Queue")[0]


def arns(*logical_ids: str) -> list[dict[str, Any]]:
    """References to their ARNs, in the order of a template."""
    return [{"Fn::GetAtt": [each, "Arn"]} for each in sorted(logical_ids)]


def alarms() -> dict[str, dict[str, Any]]:
    """Every alarm by its name."""
    return {each["AlarmName"]: each for each in properties(plane_template(), "AWS::CloudWatch::Alarm").values()}


def statements(action: str) -> list[dict[str, Any]]:
    """What serve_api's policy says of an action."""
    _, policy = one(plane_template(), "AWS::IAM::Policy", "ServeApi")
    return [each for each in policy["PolicyDocument"]["Statement"] if action in each["Action"]]


def test_every_queue_but_two_is_for_dead_letters() -> None:
    """A new one needs an alarm."""
    others = set(properties(plane_template(), "AWS::SQS::Queue")) - {working("Submissions"), working("JobEvents")}

    assert others == {letters(name) for name in QUEUES}


@pytest.mark.parametrize("name", QUEUES)
def test_a_message_that_is_given_up_is_told_of(name: str) -> None:
    """One is enough, and the topic that alerts go to is told."""
    alarm = alarms()[f"batchplane-dead-letters-{name}"]
    topic, _ = one(plane_template(), "AWS::SNS::Topic")
    metric = ("Namespace", "MetricName", "Dimensions", "Statistic", "ComparisonOperator", "Threshold", "AlarmActions")

    assert [alarm[word] for word in metric] == [
        "AWS/SQS",
        "ApproximateNumberOfMessagesVisible",
        [{"Name": "QueueName", "Value": {"Fn::GetAtt": [letters(name), "QueueName"]}}],
        "Maximum",
        "GreaterThanOrEqualToThreshold",
        1,
        [{"Ref": topic}],
    ]


def test_a_queue_without_messages_is_no_alarm() -> None:
    """SQS tells nothing of a queue that nobody has used for hours."""
    assert {alarm["TreatMissingData"] for alarm in alarms().values()} == {"notBreaching"}


def test_alarms_of_this_account_may_publish() -> None:
    """The topic's policy names who else may: a policy of its own replaces what AWS allows by default."""
    _, policy = one(plane_template(), "AWS::SNS::TopicPolicy")
    allowed = [each for each in policy["PolicyDocument"]["Statement"] if each["Effect"] == "Allow"]

    assert [(each["Action"], each["Principal"], each["Condition"]) for each in allowed] == [
        (
            "sns:Publish",
            {"Service": "cloudwatch.amazonaws.com"},
            {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}},
        )
    ]


@pytest.mark.parametrize("action", ["ReceiveMessage", "DeleteMessage", "ChangeMessageVisibility"])
def test_the_api_takes_messages_from_dead_letter_queues_alone(action: str) -> None:
    """Those that can go back; what waits for a function is that function's."""
    (statement,) = statements(f"sqs:{action}")

    assert statement["Resource"] == arns(*map(letters, REPLAYABLE))


def test_the_api_sends_to_the_two_working_queues_alone() -> None:
    """Never to a dead-letter queue."""
    (statement,) = statements("sqs:SendMessage")

    assert statement["Resource"] == arns(working("Submissions"), working("JobEvents"))


def test_a_letter_goes_back_where_it_came_from() -> None:
    """What EventBridge could not deliver goes where it was to be delivered."""
    with mock_aws():
        account = Account()
        told = json.loads(account.environment("serve_api")["BATCHPLANE_DEAD_LETTER_QUEUES"])
        ways = [(name, letters(name), working(source)) for name, source in REPLAYABLE.items()]
        expected = [
            {"name": name, "url": account.reference(url), "sourceUrl": account.reference(source)}
            for name, url, source in ways
        ]

    assert told == expected
