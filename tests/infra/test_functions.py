"""The five functions: one runtime, one layer, a role each, and no right that their work does not need."""

import json
from typing import Any

import pytest

from tests.template import one, plane_template, properties, quota_template

#: With the items of one job, and with children, lists and many jobs at a time.
ITEMS = {"dynamodb:GetItem", "dynamodb:UpdateItem"}
READ_MANY = {"dynamodb:BatchGetItem", "dynamodb:Query"}
WRITE_MANY = {"dynamodb:BatchWriteItem", "dynamodb:PutItem"}
LOG = {"logs:CreateLogStream", "logs:PutLogEvents"}
CONSUME = {
    f"sqs:{action}"
    for action in ("ChangeMessageVisibility", "DeleteMessage", "GetQueueAttributes", "GetQueueUrl", "ReceiveMessage")
}
READ_STREAM = {f"dynamodb:{action}" for action in ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")}
PUT_ASIDE = {"sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:SendMessage"}
#: All that each function may do.
RIGHTS = {
    "serve_api": ITEMS
    | READ_MANY
    | LOG
    | WRITE_MANY
    | {"s3:DeleteObject", "s3:GetObject", "s3:PutObject", "s3:ListBucket", "logs:GetLogEvents"}
    | {f"sqs:{action}Message" for action in ("Delete", "Receive", "Send")}
    | {"sqs:ChangeMessageVisibility", "batch:CancelJob", "batch:ListJobs", "batch:TerminateJob"}
    | {"batch:DescribeJobDefinitions", "batch:DescribeJobQueues", "batch:GetJobQueueSnapshot"},
    "submit_job": ITEMS
    | {"dynamodb:PutItem"}
    | LOG
    | CONSUME
    | {
        "batch:DescribeJobs",
        "batch:ListJobs",
        "batch:SubmitJob",
        "batch:TagResource",
        "batch:TerminateJob",
        "s3:PutObject",
        "sqs:SendMessage",
    },
    "record_state_change": ITEMS
    | READ_MANY
    | WRITE_MANY
    | LOG
    | CONSUME
    | {"batch:DescribeJobs", "batch:TerminateJob", "sqs:SendMessage"},
    "alert_on_failure": ITEMS | READ_MANY | LOG | READ_STREAM | PUT_ASIDE | {"sns:Publish", "logs:GetLogEvents"},
    "reconcile_jobs": ITEMS
    | READ_MANY
    | WRITE_MANY
    | LOG
    | {"batch:DescribeJobs", "batch:ListJobs", "batch:TerminateJob", "sqs:SendMessage"},
}
#: All that each function is told, besides Powertools' own variables, the table's name and how long it keeps jobs.
VARIABLES = {
    "serve_api": {
        "BATCHPLANE_DEAD_LETTER_QUEUES",
        "BATCHPLANE_DEPLOYMENT",
        "BATCHPLANE_SETTINGS",
        "BATCHPLANE_IO_BUCKET",
        "BATCHPLANE_SUBMISSIONS_QUEUE_URL",
        "BATCHPLANE_URL",
    },
    "submit_job": {
        "BATCHPLANE_DEPLOYMENT",
        "BATCHPLANE_SETTINGS",
        "BATCHPLANE_IO_BUCKET",
        "BATCHPLANE_SUBMISSIONS_PER_SECOND",
        "BATCHPLANE_SUBMISSIONS_QUEUE_URL",
        "BATCHPLANE_URL",
    },
    "record_state_change": {"BATCHPLANE_JOB_EVENTS_DEAD_LETTERS_URL"},
    "alert_on_failure": {"BATCHPLANE_ALERTS_TOPIC_ARN", "BATCHPLANE_DEPLOYMENT", "BATCHPLANE_SETTINGS"},
    "reconcile_jobs": {"BATCHPLANE_DEPLOYMENT", "BATCHPLANE_SETTINGS", "BATCHPLANE_SUBMISSIONS_QUEUE_URL"},
}
EACH = pytest.mark.parametrize("name", RIGHTS)


def function(name: str) -> dict[str, Any]:
    """A function by the name of its folder."""
    return one(plane_template(), "AWS::Lambda::Function", "".join(map(str.capitalize, name.split("_"))))[1]


def statements(name: str) -> list[dict[str, Any]]:
    """What the policies of a function's role say."""
    role = {"Ref": function(name)["Role"]["Fn::GetAtt"][0]}
    policies = properties(plane_template(), "AWS::IAM::Policy").values()
    return [each for policy in policies if role in policy["Roles"] for each in policy["PolicyDocument"]["Statement"]]


def listed(value: Any) -> list[Any]:
    """One, or several."""
    return value if isinstance(value, list) else [value]


def resources(name: str, action: str) -> list[Any]:
    """What a function may do something with."""
    return [
        each
        for statement in statements(name)
        if action in listed(statement["Action"])
        for each in listed(statement["Resource"])
    ]


def test_there_are_five() -> None:
    """Each a folder of lambdas/, and none that the CDK brought."""
    handlers = {each["Handler"] for each in properties(plane_template(), "AWS::Lambda::Function").values()}

    assert handlers == {f"lambdas.{name}.handler.handler" for name in RIGHTS}


@EACH
def test_a_function_runs_on_python_3_13_on_arm64(name: str) -> None:
    """As the layer is built."""
    assert (function(name)["Runtime"], function(name)["Architectures"]) == ("python3.13", ["arm64"])


@EACH
def test_a_function_has_the_layers(name: str) -> None:
    """The plane's code, and the deployment's settings."""
    layers = [one(plane_template(), "AWS::Lambda::LayerVersion", each)[0] for each in ("Layer", "Settings")]

    assert function(name)["Layers"] == [{"Ref": each} for each in layers]


@EACH
def test_a_function_has_a_log_group_that_forgets(name: str) -> None:
    """Named as AWS would, but made by us."""
    logging = function(name)["LoggingConfig"]
    group = properties(plane_template(), "AWS::Logs::LogGroup")[logging["LogGroup"]["Ref"]]

    assert (logging["LogFormat"], group) == (
        "JSON",
        {"LogGroupName": f"/aws/lambda/batchplane-{name}", "RetentionInDays": 30},
    )


@EACH
def test_a_function_may_do_its_work_and_no_more(name: str) -> None:
    """Every action by its name: none is a wildcard, none passes a role, and the API can't submit to Batch."""
    actions = {action for statement in statements(name) for action in listed(statement["Action"])}

    assert actions == RIGHTS[name]


@EACH
def test_a_function_has_no_policy_that_somebody_else_keeps(name: str) -> None:
    """All its rights stand in this template."""
    role = properties(plane_template(), "AWS::IAM::Role")[function(name)["Role"]["Fn::GetAtt"][0]]

    assert (role.get("ManagedPolicyArns"), role.get("Policies")) == (None, None)


@EACH
def test_a_function_is_told_what_it_uses_and_no_more(name: str) -> None:
    """The table, and what its own ports need."""
    told = {each for each in function(name)["Environment"]["Variables"] if not each.startswith("POWERTOOLS_")}

    assert told == VARIABLES[name] | {"BATCHPLANE_RETENTION_DAYS", "BATCHPLANE_TABLE"}


@EACH
def test_a_function_names_itself_in_its_log(name: str) -> None:
    """And its metrics lie in one namespace."""
    variables = function(name)["Environment"]["Variables"]

    assert (variables["POWERTOOLS_SERVICE_NAME"], variables["POWERTOOLS_METRICS_NAMESPACE"]) == (name, "Batchplane")


def test_jobs_are_submitted_to_our_queue_with_our_definitions() -> None:
    """Any revision of them: a submission names the one that it was accepted with."""
    ours = {"Fn::GetStackOutput": {"StackName": "batchplane-environment", "OutputName": "JobQueueDefault"}}
    ends = [each if each == ours else each["Fn::Join"][1][-1] for each in resources("submit_job", "batch:SubmitJob")]

    assert ends == [ours, ":job-definition/batchplane-plain:*", ":job-definition/batchplane-runner:*"]


def test_only_open_jobs_are_found_by_the_reconciler() -> None:
    """It reads the one index."""
    table, _ = one(plane_template(), "AWS::DynamoDB::Table")
    arn = {"Fn::GetAtt": [table, "Arn"]}

    assert resources("reconcile_jobs", "dynamodb:Query") == [arn, {"Fn::Join": ["", [arn, "/index/open"]]}]


def test_the_api_finds_jobs_by_owner_by_queue_and_open_ones() -> None:
    """It lists them, and counts what a queue has to do."""
    ends = [each["Fn::Join"][1][-1] for each in resources("serve_api", "dynamodb:Query") if "Fn::Join" in each]

    assert sorted(ends) == ["/index/byOwner", "/index/byQueue", "/index/open"]


def test_the_api_counts_what_is_in_flight_where_owners_have_quotas() -> None:
    """The index has a job's vCPUs and status, and no other deployment has it."""
    template = quota_template()
    _, table = one(template, "AWS::DynamoDB::Table")
    (index,) = [each for each in table["GlobalSecondaryIndexes"] if each["IndexName"] == "inFlight"]
    _, default = one(plane_template(), "AWS::DynamoDB::Table")

    assert [each["AttributeName"] for each in index["KeySchema"]] == ["owner", "open"]
    assert index["Projection"] == {"NonKeyAttributes": ["status", "vcpus"], "ProjectionType": "INCLUDE"}
    assert "/index/inFlight" in json.dumps(template["Resources"])
    assert "inFlight" not in [each["IndexName"] for each in default["GlobalSecondaryIndexes"]]


def test_the_api_looks_at_the_line_of_our_queue_alone() -> None:
    """By its ARN."""
    ours = {"Fn::GetStackOutput": {"StackName": "batchplane-environment", "OutputName": "JobQueueDefault"}}

    assert resources("serve_api", "batch:GetJobQueueSnapshot") == [ours]


def test_submitters_share_the_rate() -> None:
    """Five of them, ten calls a second each: AWS Batch takes fifty of an account."""
    variables = function("submit_job")["Environment"]["Variables"]

    assert "10.0" == variables["BATCHPLANE_SUBMISSIONS_PER_SECOND"]


def test_a_submission_may_wait_more_often_than_lambda_lets_a_loop_run() -> None:
    """It is sent again to the queue that it came from, and that is meant; no other function does so."""
    loops = {name: function(name)["RecursiveLoop"] for name in RIGHTS if "RecursiveLoop" in function(name)}

    assert {"submit_job": "Allow"} == loops
