"""The client answers and raises as boto3's does."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from typing import Any

import pytest
from botocore.exceptions import ParamValidationError

from tests.local.batch.conftest import OpenMachine
from tests.local.batch.machine import CONTAINER, DEFINITION, QUEUE, Machine, refusal
from tests.waiting import wait_until


def test_an_answer_has_metadata(machine: Machine) -> None:
    """An answer says which request it belongs to."""
    answer = machine.batch.submit_job(jobName="test", jobQueue=QUEUE, jobDefinition=DEFINITION)
    assert answer.keys() == {"jobArn", "jobName", "jobId", "ResponseMetadata"}
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert answer["jobArn"] == f"arn:aws:batch:local-1:000000000000:job/{answer['jobId']}"


def test_a_request_of_the_wrong_shape_is_not_sent(machine: Machine) -> None:
    """Types are checked as boto3 checks them, with its own error."""
    with pytest.raises(ParamValidationError, match="Missing required parameter in input"):
        machine.batch.submit_job(jobName="test", jobQueue=QUEUE)


@pytest.mark.parametrize(
    ("method", "request_", "expected"),
    [
        (
            "submit_job",
            {"jobName": "x", "jobQueue": "nowhere", "jobDefinition": DEFINITION},
            "JobQueue nowhere not found.",
        ),
        (
            "submit_job",
            {"jobName": "x", "jobQueue": QUEUE, "jobDefinition": "none"},
            "JobDefinition name none does not exist or is not in ACTIVE status",
        ),
        (
            "submit_job",
            {"jobName": "-", "jobQueue": QUEUE, "jobDefinition": DEFINITION},
            "Job name should match valid pattern",
        ),
        ("describe_jobs", {"jobs": ["x"] * 101}, "Maximum number of jobs supported is 100"),
        ("describe_job_queues", {"jobQueues": ["x"] * 101}, "Maximum number of job queues supported is 100"),
        ("describe_job_definitions", {"maxResults": 101}, "maxResults must be between 1 and 100, got 101"),
        ("list_scheduling_policies", {"maxResults": 0}, "maxResults must be between 1 and 100, got 0"),
        ("list_jobs", {"jobQueue": QUEUE, "maxResults": 0}, "maxResults must be at least 1, got 0"),
        (
            "describe_compute_environments",
            {"computeEnvironments": ["x"] * 101},
            "Maximum number of compute environments supported is 100",
        ),
        (
            "describe_job_definitions",
            {"jobDefinitions": ["x:1"] * 101},
            "Maximum number of job definitions supported is 100",
        ),
        (
            "describe_job_definitions",
            {"jobDefinitions": ["x:1"], "status": "ACTIVE"},
            "jobDefinitions can't be used with jobDefinitionName or status",
        ),
        (
            "deregister_job_definition",
            {"jobDefinition": DEFINITION},
            "JobDefinition plain must be given with its revision, name:revision",
        ),
        (
            "cancel_job",
            {"jobId": "x", "reason": "\ud800"},
            "Requests can't contain null characters or lone surrogates, got '\\ud800'",
        ),
        ("terminate_job", {"jobId": "x", "reason": "y"}, "Job x does not exist"),
        ("list_jobs", {}, "Exactly one of jobQueue, arrayJobId and multiNodeJobId must be given"),
        (
            "submit_service_job",
            {"jobName": "x", "jobQueue": "y", "serviceRequestPayload": "{}", "serviceJobType": "SAGEMAKER_TRAINING"},
            "The embedded Batch does not do SubmitServiceJob: service jobs run on Amazon SageMaker AI, not on this "
            "machine. Use SubmitJob and container jobs.",
        ),
        (
            "create_job_queue",
            {
                "jobQueueName": QUEUE,
                "priority": 1,
                "computeEnvironmentOrder": [{"order": 1, "computeEnvironment": "here"}],
            },
            "Object already exists: arn:aws:batch:local-1:000000000000:job-queue/default",
        ),
        (
            "create_job_queue",
            {
                "jobQueueName": "q",
                "priority": 1,
                "computeEnvironmentOrder": [{"order": 1, "computeEnvironment": "none"}],
            },
            "Compute environment none does not exist",
        ),
    ],
)
def test_a_refusal_is_a_client_exception(
    machine: Machine, method: str, request_: dict[str, Any], expected: str
) -> None:
    """What the service refuses is raised as ClientException, in its words."""
    assert refusal(machine, method, **request_) == ("ClientException", expected)


def test_a_refusal_is_of_the_client_s_own_kind(machine: Machine) -> None:
    """It can be caught by the client's exceptions, as with boto3."""
    with pytest.raises(machine.batch.exceptions.ClientException):
        machine.batch.terminate_job(jobId="x", reason="y")


def test_what_batch_has_not_is_no_method(machine: Machine) -> None:
    """A method that boto3's client has not is an AttributeError."""
    with pytest.raises(AttributeError):
        machine.batch.make_coffee()


def test_a_disabled_queue_takes_no_jobs(machine: Machine) -> None:
    """Its state is looked at when a job is submitted."""
    order = [{"order": 1, "computeEnvironment": "here"}]
    machine.batch.create_job_queue(jobQueueName="off", priority=1, state="DISABLED", computeEnvironmentOrder=order)
    request = {"jobName": "x", "jobQueue": "off", "jobDefinition": DEFINITION}
    assert refusal(machine, "submit_job", **request)[1] == "JobQueue off is DISABLED and takes no jobs"


def test_definitions_have_revisions(machine: Machine) -> None:
    """A name means its newest active revision; a revision or an ARN means itself."""
    machine.register(DEFINITION, {"command": ["sh", "-c", "exit 2"]})
    arns = [
        machine.run(jobDefinition=name)["jobDefinition"].rpartition("/")[2]
        for name in (DEFINITION, f"{DEFINITION}:1", f"arn:aws:batch:local-1:000000000000:job-definition/{DEFINITION}:2")
    ]
    assert arns == ["plain:2", "plain:1", "plain:2"]


def test_a_deregistered_revision_takes_no_jobs(machine: Machine) -> None:
    """The name falls back to the revision before it; what was submitted goes on."""
    machine.register(DEFINITION)
    waiting = machine.submit("true")
    machine.batch.deregister_job_definition(jobDefinition=f"{DEFINITION}:2")
    found = machine.batch.describe_job_definitions(jobDefinitionName=DEFINITION)["jobDefinitions"]
    assert [(each["revision"], each["status"]) for each in found] == [(2, "INACTIVE"), (1, "ACTIVE")]
    assert machine.run("true")["jobDefinition"].endswith("/plain:1")
    assert machine.ended(waiting)["status"] == "SUCCEEDED"


def test_definitions_are_described_in_pages(machine: Machine) -> None:
    """A token goes on where a page ended."""
    for _ in range(4):
        machine.register("many")
    request: dict[str, Any] = {"jobDefinitionName": "many", "maxResults": 3}
    first = machine.batch.describe_job_definitions(**request)
    second = machine.batch.describe_job_definitions(**request, nextToken=first["nextToken"])
    revisions = [each["revision"] for page in (first, second) for each in page["jobDefinitions"]]
    assert (revisions, "nextToken" in second) == ([4, 3, 2, 1], False)


def test_tags_are_set_and_removed(machine: Machine) -> None:
    """Queues, environments and definitions carry tags."""
    arn = f"arn:aws:batch:local-1:000000000000:job-queue/{QUEUE}"
    machine.batch.tag_resource(resourceArn=arn, tags={"a": "1", "b": "2"})
    machine.batch.untag_resource(resourceArn=arn, tagKeys=["a"])
    assert machine.batch.list_tags_for_resource(resourceArn=arn)["tags"] == {"b": "2"}


def test_an_answer_is_the_caller_s_own(machine: Machine) -> None:
    """Changing an answer, or a request once it was made, changes nothing here."""
    container: dict[str, Any] = {**CONTAINER, "command": ["true"]}
    machine.register("mine", container)
    container["command"].append("changed")
    described = machine.batch.describe_job_definitions(jobDefinitionName="mine")["jobDefinitions"][0]
    described["containerProperties"]["command"].append("changed")
    again = machine.batch.describe_job_definitions(jobDefinitionName="mine")["jobDefinitions"][0]
    assert again["containerProperties"]["command"] == ["true"]


def test_an_unknown_job_is_left_out(machine: Machine) -> None:
    """DescribeJobs answers those that there are, in the order in which they were asked for."""
    first, second = machine.submit("true"), machine.submit("true")
    unknown = "00000000-0000-0000-0000-000000000000"
    jobs = machine.batch.describe_jobs(jobs=[second, "nonsense", unknown, f"{first}:0", first])["jobs"]
    assert [job["jobId"] for job in jobs] == [second, first]


def test_many_threads_submit_at_once(machine_with: OpenMachine) -> None:
    """Every submission is answered once and runs once."""
    machine = machine_with(vcpus=4)
    ids: list[str] = []

    def submit() -> None:
        for _ in range(10):
            ids.append(machine.submit("true"))

    threads = [threading.Thread(target=submit) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(ids)) == 80

    def statuses() -> set[str]:
        return {job["status"] for job in machine.batch.describe_jobs(jobs=ids)["jobs"]}

    wait_until(lambda: statuses() == {"SUCCEEDED"}, "all jobs succeed")


def test_one_process_at_a_time_has_a_folder_open(machine: Machine) -> None:
    """A second opening is refused in words that name the folder."""
    with pytest.raises(BlockingIOError, match="is in use by another process"):
        Machine(machine.folder)


def test_a_closed_client_says_so(machine: Machine) -> None:
    """A call after the end is ServerException."""
    machine.close()
    assert refusal(machine, "submit_job", jobName="x", jobQueue=QUEUE, jobDefinition=DEFINITION) == (
        "ServerException",
        "the embedded Batch was closed",
    )


def test_what_can_not_be_written_stops_everything(machine: Machine) -> None:
    """A commit that fails is answered with ServerException, and so is every call after it, until it is opened again."""
    with closing(sqlite3.connect(machine.folder / "batch.sqlite3")) as database:
        database.execute("DROP TABLE submission")
    answers = [refusal(machine, "submit_job", jobName="x", jobQueue=QUEUE, jobDefinition=DEFINITION) for _ in range(2)]
    assert [code for code, _ in answers] == ["ServerException"] * 2
    assert "no such table: submission" in answers[1][1]
