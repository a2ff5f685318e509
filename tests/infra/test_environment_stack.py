"""What jobs need: a closed bucket, instances that come and go, definitions that give a job nothing it does not need."""

import json
from typing import Any

import pytest

from tests.template import ROOT, environment_template, one, properties

DEFINITIONS = pytest.mark.parametrize("name", ["Runner", "Plain"])


def io_bucket() -> tuple[str, dict[str, Any]]:
    """The bucket that is not the one for access logs."""
    buckets = properties(environment_template(), "AWS::S3::Bucket").items()
    return next((key, each) for key, each in buckets if "LoggingConfiguration" in each)


def compute_environment() -> dict[str, Any]:
    """What the compute environment is made of."""
    resources: dict[str, Any] = one(environment_template(), "AWS::Batch::ComputeEnvironment")[1]["ComputeResources"]
    return resources


def launch_template() -> dict[str, Any]:
    """What an instance is started with."""
    data: dict[str, Any] = one(environment_template(), "AWS::EC2::LaunchTemplate")[1]["LaunchTemplateData"]
    return data


def definition(name: str) -> dict[str, Any]:
    """A job definition."""
    return one(environment_template(), "AWS::Batch::JobDefinition", name)[1]


def container(name: str) -> dict[str, Any]:
    """The container of a job definition."""
    found: dict[str, Any] = definition(name)["ContainerProperties"]
    return found


def test_nobody_reaches_the_io_bucket_from_outside() -> None:
    """Every kind of public access is blocked, and access lists are off."""
    _, bucket = io_bucket()

    assert (bucket["PublicAccessBlockConfiguration"], bucket["OwnershipControls"]["Rules"]) == (
        {
            "BlockPublicAcls": True,
            "BlockPublicPolicy": True,
            "IgnorePublicAcls": True,
            "RestrictPublicBuckets": True,
        },
        [{"ObjectOwnership": "BucketOwnerEnforced"}],
    )


def test_the_io_bucket_is_encrypted() -> None:
    """With keys that S3 keeps."""
    _, bucket = io_bucket()
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]

    assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}


def test_the_io_bucket_is_reached_by_tls_alone() -> None:
    """Whoever comes otherwise is denied everything."""
    logical_id, _ = io_bucket()
    policies = properties(environment_template(), "AWS::S3::BucketPolicy").values()
    (policy,) = [each for each in policies if each["Bucket"] == {"Ref": logical_id}]
    denied = [
        (each["Effect"], each["Action"], each["Principal"])
        for each in policy["PolicyDocument"]["Statement"]
        if each["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    ]

    assert denied == [("Deny", "s3:*", {"AWS": "*"})]


def test_the_io_bucket_forgets() -> None:
    """Objects after the setting's days, broken uploads after one."""
    _, bucket = io_bucket()
    expected = {
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
        "ExpirationInDays": 90,
        "Status": "Enabled",
    }

    assert bucket["LifecycleConfiguration"]["Rules"] == [expected]


def test_the_io_bucket_outlives_its_stack() -> None:
    """What jobs left is not deleted by mistake."""
    logical_id, _ = io_bucket()

    assert environment_template()["Resources"][logical_id]["DeletionPolicy"] == "Retain"


def test_the_compute_environment_is_managed_and_grows_from_none() -> None:
    """An idle deployment has no instance."""
    resources = compute_environment()

    assert (resources["Type"], resources["MinvCpus"], resources["MaxvCpus"]) == ("EC2", 0, 64)


def test_instances_stand_in_private_subnets() -> None:
    """None has an address of its own."""
    subnets = properties(environment_template(), "AWS::EC2::Subnet")
    used = [subnets[each["Ref"]] for each in compute_environment()["Subnets"]]

    assert [each["MapPublicIpOnLaunch"] for each in used] == [False, False]


def test_nothing_reaches_an_instance() -> None:
    """Its only security group has no rule for what comes in."""
    groups = properties(environment_template(), "AWS::EC2::SecurityGroup")
    used = [groups[each["Fn::GetAtt"][0]] for each in compute_environment()["SecurityGroupIds"]]

    assert [each.get("SecurityGroupIngress", []) for each in used] == [[]]


def test_an_instance_s_disk_is_encrypted() -> None:
    """Inputs lie on it while a job runs."""
    (disk,) = launch_template()["BlockDeviceMappings"]

    assert disk["Ebs"]["Encrypted"] is True


def test_a_changed_launch_template_reaches_the_compute_environment() -> None:
    """AWS Batch looks at the version when it is told another."""
    logical_id, _ = one(environment_template(), "AWS::EC2::LaunchTemplate")

    assert compute_environment()["LaunchTemplate"]["Version"] == {"Fn::GetAtt": [logical_id, "LatestVersionNumber"]}


@DEFINITIONS
def test_a_job_gets_no_credentials_of_its_instance(name: str) -> None:
    """Its own user is refused the metadata service; a hop limit would not do, for jobs share the instance's network."""
    user = container(name)["User"].split(":")[0]

    assert f"169.254.169.254 --match owner --uid-owner {user} --jump REJECT" in json.dumps(launch_template())


def test_metadata_needs_a_session() -> None:
    """IMDSv2 alone, and one hop."""
    assert launch_template()["MetadataOptions"] == {"HttpPutResponseHopLimit": 1, "HttpTokens": "required"}


def test_the_queue_is_called_default() -> None:
    """`<deployment>-default`, over the compute environment."""
    _, queue = one(environment_template(), "AWS::Batch::JobQueue")
    environment, _ = one(environment_template(), "AWS::Batch::ComputeEnvironment")
    order = [{"ComputeEnvironment": {"Fn::GetAtt": [environment, "ComputeEnvironmentArn"]}, "Order": 1}]

    assert (queue["JobQueueName"], queue["ComputeEnvironmentOrder"]) == ("batchplane-default", order)


@DEFINITIONS
def test_a_definition_is_named_after_the_deployment(name: str) -> None:
    """`<deployment>-runner` and `<deployment>-plain`."""
    assert definition(name)["JobDefinitionName"] == f"batchplane-{name.lower()}"


@DEFINITIONS
def test_a_job_is_not_root(name: str) -> None:
    """Neither its user nor its group, and it is not privileged."""
    found = container(name)

    assert (found["User"], found["Privileged"]) == ("10001:10001", False)


@DEFINITIONS
def test_a_job_cannot_change_its_image(name: str) -> None:
    """It writes to volumes of its own."""
    assert container(name)["ReadonlyRootFilesystem"] is True


def test_a_runner_s_job_writes_to_its_working_directory() -> None:
    """That of container/Dockerfile, and the folder for scratch."""
    assert [mount["ContainerPath"] for mount in container("Runner")["MountPoints"]] == ["/tmp", "/work"]  # noqa: S108


def test_the_runner_s_definition_fits_its_image() -> None:
    """The user and the working directory of container/Dockerfile."""
    image = (ROOT / "container" / "Dockerfile").read_text().splitlines()
    user = container("Runner")["User"].split(":")[0]
    folder = container("Runner")["MountPoints"][-1]["ContainerPath"]

    assert {f"USER {user}", f"WORKDIR {folder}"} <= set(image)


@DEFINITIONS
def test_a_definition_has_a_log_group_of_its_own(name: str) -> None:
    """Not the one that Batch shares among all."""
    group, found = one(environment_template(), "AWS::Logs::LogGroup", f"{name}Definition")
    configuration = container(name)["LogConfiguration"]

    assert (configuration["LogDriver"], configuration["Options"]["awslogs-group"], found["RetentionInDays"]) == (
        "awslogs",
        {"Ref": group},
        90,
    )


@DEFINITIONS
def test_a_job_does_not_run_for_ever(name: str) -> None:
    """An attempt ends after a day unless its submission says otherwise."""
    assert definition(name)["Timeout"] == {"AttemptDurationSeconds": 86_400}


@DEFINITIONS
def test_a_revision_stays_for_submissions_under_way(name: str) -> None:
    """They name the one that they were accepted with."""
    assert definition(name)["ResourceRetentionPolicy"] == {"SkipDeregisterOnUpdate": True}


def test_the_runner_s_definition_says_so() -> None:
    """By its tag; the other has none."""
    assert (definition("Runner")["Tags"], definition("Plain").get("Tags")) == ({"runner": "batchplane"}, None)


@DEFINITIONS
def test_a_job_may_do_nothing_in_aws(name: str) -> None:
    """Its role has no policy of any kind."""
    role = container(name)["JobRoleArn"]["Fn::GetAtt"][0]
    found = properties(environment_template(), "AWS::IAM::Role")[role]
    policies = properties(environment_template(), "AWS::IAM::Policy").values()
    attached = [policy["PolicyName"] for policy in policies if {"Ref": role} in policy["Roles"]]

    assert (found.get("Policies"), found.get("ManagedPolicyArns"), attached) == (None, None, [])


def test_no_role_of_the_environment_reaches_the_io_bucket() -> None:
    """A job gets at its own files by links that the plane lends it."""
    policies = properties(environment_template(), "AWS::IAM::Policy").values()

    assert [policy["PolicyName"] for policy in policies if '"s3:' in json.dumps(policy)] == []


def test_what_a_client_needs_is_an_output() -> None:
    """Read from the stack by name."""
    assert {"IOBucketName", "JobQueueDefault", "JobDefinitionRunner", "JobDefinitionPlain"} <= set(
        environment_template()["Outputs"]
    )
