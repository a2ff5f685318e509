"""boto3's own client speaks to the embedded Batch over HTTP, as it would to AWS."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from batchplane_local.batch.http.exchange import MAX_BODY_BYTES
from batchplane_local.batch.http.sigv4 import KeyPair
from tests.local.batch.machine import CONTAINER, DEFINITION, QUEUE, Machine
from tests.local.batch.served import KEY_PAIR, Served, serving
from tests.waiting import wait_until

QUEUE_ARN = f"arn:aws:batch:local-1:000000000000:job-queue/{QUEUE}"


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The endpoint that the tests of this module share."""
    machine = Machine(tmp_path_factory.mktemp("endpoint") / "batch")
    try:
        with serving(machine) as served:
            yield served
    finally:
        machine.close()


@pytest.fixture(scope="module")
def batch(endpoint: Served) -> Any:
    """boto3's Batch client."""
    return endpoint.client("batch")


def submit(batch: Any, *command: str, **request: Any) -> str:
    """Submit a command through boto3, and give its job's id."""
    overrides = {"command": list(command)}
    defaults = {"jobName": "test", "jobQueue": QUEUE, "jobDefinition": DEFINITION, "containerOverrides": overrides}
    return str(batch.submit_job(**(defaults | request))["jobId"])


def refusal(call: Any, **request: Any) -> tuple[int, str, str]:
    """The status, the code and the words of the error that a call raises."""
    with pytest.raises(ClientError) as refused:
        call(**request)
    response = refused.value.response
    return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"], response["Error"]["Message"]


def test_a_job_is_submitted_and_described(endpoint: Served, batch: Any) -> None:
    """It is the very job that runs here."""
    job_id = submit(batch, "sh", "-c", "exit 3")

    endpoint.machine.ended(job_id)
    (job,) = batch.describe_jobs(jobs=[job_id])["jobs"]

    assert (job["status"], job["container"]["exitCode"]) == ("FAILED", 3)
    assert endpoint.machine.job(job_id) == job


def test_an_answer_names_its_request(batch: Any) -> None:
    """And nothing but the service's own members is in its body."""
    answer = batch.submit_job(jobName="test", jobQueue=QUEUE, jobDefinition=DEFINITION)

    assert answer.keys() == {"jobArn", "jobName", "jobId", "ResponseMetadata"}
    assert len(answer["ResponseMetadata"]["RequestId"]) == 36


def test_jobs_are_listed_page_by_page(endpoint: Served, batch: Any) -> None:
    """boto3's paginator goes on with the tokens."""
    array = submit(batch, "true", arrayProperties={"size": 5})
    endpoint.machine.ended(array)

    pages = batch.get_paginator("list_jobs").paginate(
        arrayJobId=array, jobStatus="SUCCEEDED", PaginationConfig={"PageSize": 2}
    )

    listed = [[job["jobId"] for job in page["jobSummaryList"]] for page in pages]
    assert [[f"{array}:0", f"{array}:1"], [f"{array}:2", f"{array}:3"], [f"{array}:4"]] == listed


def test_a_job_is_terminated(endpoint: Served, batch: Any) -> None:
    """With the caller's reason."""
    job_id = submit(batch, "sleep", "60")
    endpoint.machine.running(job_id)

    batch.terminate_job(jobId=job_id, reason="enough")

    assert endpoint.machine.ended(job_id)["statusReason"] == "enough"


def test_a_definition_is_registered_and_deregistered(batch: Any) -> None:
    """Revision by revision."""
    made = batch.register_job_definition(jobDefinitionName="mine", type="container", containerProperties=CONTAINER)
    batch.deregister_job_definition(jobDefinition="mine:1")

    (described,) = batch.describe_job_definitions(jobDefinitionName="mine")["jobDefinitions"]
    assert (1, "INACTIVE") == (made["revision"], described["status"])


def test_tags_go_through_paths_and_queries(batch: Any) -> None:
    """An ARN in the path, keys in the query string."""
    batch.tag_resource(resourceArn=QUEUE_ARN, tags={"a": "1", "b c": "2", "d": "3=+/4"})
    batch.untag_resource(resourceArn=QUEUE_ARN, tagKeys=["a", "b c"])

    assert {"d": "3=+/4"} == batch.list_tags_for_resource(resourceArn=QUEUE_ARN)["tags"]


def test_a_refusal_has_the_services_kind_and_words(batch: Any) -> None:
    """It is the exception that boto3's own client makes."""
    with pytest.raises(batch.exceptions.ClientException) as refused:
        batch.terminate_job(jobId="x", reason="y")

    assert "Job x does not exist" == refused.value.response["Error"]["Message"]


def test_what_is_not_done_is_refused_in_words(batch: Any) -> None:
    """Every operation of the service has its path."""
    refused = refusal(batch.list_consumable_resources)

    words = (
        "The embedded Batch does not do ListConsumableResources: consumable resources are not counted here. "
        "Bound jobs by VCPU, MEMORY and GPU, or by maxvCpus of a compute environment."
    )
    assert (400, "ClientException", words) == refused


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("/v1/submitjob", b'{"jobName": 1}', (400, "ClientException")),
        ("/v1/submitjob", b'{"jobName"', (400, "SerializationException")),
        ("/v1/submitjob", b"[]", (400, "SerializationException")),
        ("/v1/makecoffee", b"{}", (404, "UnknownOperationException")),
        ("/v1/submitjob", b" " * (MAX_BODY_BYTES + 1), (413, "RequestEntityTooLargeException")),
    ],
)
def test_a_request_that_is_none_is_refused(endpoint: Served, path: str, body: bytes, expected: tuple[int, str]) -> None:
    """In the protocol's own form, with words."""
    answer = endpoint.send(path, body)

    assert expected == (answer.status_code, answer.headers["x-amzn-errortype"])
    assert answer.json()["message"]


def test_an_unsigned_request_starts_nothing(endpoint: Served) -> None:
    """No web page and no other user of the machine has the key pair."""
    body = {"jobName": "intruder", "jobQueue": QUEUE, "jobDefinition": DEFINITION}

    answer = httpx.post(f"{endpoint.url}/v1/submitjob", json=body)

    assert (403, "MissingAuthenticationTokenException") == (answer.status_code, answer.headers["x-amzn-errortype"])
    filters = [{"name": "JOB_NAME", "values": ["intruder"]}]
    assert [] == endpoint.machine.batch.list_jobs(jobQueue=QUEUE, filters=filters)["jobSummaryList"]


def test_an_unsigned_request_reads_no_log(endpoint: Served) -> None:
    """CloudWatch Logs answers a request without a signature with 400, where Batch answers 403."""
    headers = {"x-amz-target": "Logs_20140328.DescribeLogGroups"}

    answer = httpx.post(endpoint.url, content=b"{}", headers=headers)

    expected = {"__type": "MissingAuthenticationTokenException", "message": "Missing Authentication Token"}
    assert (400, expected) == (answer.status_code, answer.json())


@pytest.mark.parametrize(
    ("key_pair", "code"),
    [
        (KeyPair(access_key_id="LOCALSOMEONESOTHER", secret_access_key=KEY_PAIR.secret_access_key), "Unrecognized"),
        (KeyPair(access_key_id=KEY_PAIR.access_key_id, secret_access_key="x" * 40), "InvalidSignature"),
    ],
)
@pytest.mark.parametrize(
    ("service", "method", "expected"), [("batch", "describe_job_queues", 403), ("logs", "describe_log_groups", 400)]
)
def test_another_key_pair_is_refused(
    endpoint: Served, service: str, method: str, expected: int, key_pair: KeyPair, code: str
) -> None:
    """By its id, or by its secret; for either service, with the HTTP status of its protocol."""
    status, refused, _ = refusal(getattr(endpoint.client(service, key_pair), method))

    assert (expected, True) == (status, refused.startswith(code))


def test_a_foreign_host_is_refused(endpoint: Served) -> None:
    """Even if it was signed: a name that was made to point here is none of ours."""
    answer = endpoint.send("/v1/describejobqueues", Host="evil.example")

    assert (421, "ClientException") == (answer.status_code, answer.headers["x-amzn-errortype"])


def test_a_failure_of_ours_is_a_server_exception(tmp_path: Path) -> None:
    """Where the embedded Batch has stopped."""
    machine = Machine(tmp_path / "batch")
    with serving(machine) as endpoint:
        machine.close()
        submit_job = endpoint.client("batch").submit_job
        refused = refusal(submit_job, jobName="x", jobQueue=QUEUE, jobDefinition=DEFINITION)

    assert (500, "ServerException", "the embedded Batch was closed") == refused


def test_many_requests_share_a_connection(endpoint: Served) -> None:
    """HTTP/1.1 keep-alive: a second request needs no second connection."""
    with httpx.Client(base_url=endpoint.url) as caller:
        streams = [caller.post("/v1/listjobs").extensions["network_stream"] for _ in range(2)]

    assert streams[0] is streams[1]


def test_a_log_is_read_where_batch_clients_look(endpoint: Served, batch: Any) -> None:
    """In CloudWatch Logs, at the same URL."""
    logs = endpoint.client("logs")
    job = endpoint.machine.ended(submit(batch, "echo", "hello"))
    stream = {"logGroupName": "/aws/batch/job", "logStreamName": job["container"]["logStreamName"]}

    read = logs.get_log_events(**stream, startFromHead=True)
    unknown = refusal(logs.get_log_events, **(stream | {"logStreamName": "none"}))

    assert ["hello"] == [event["message"] for event in read["events"]]
    assert (400, "ResourceNotFoundException", "The specified log stream does not exist.") == unknown


def test_a_search_goes_through_boto3s_paginator(endpoint: Served, batch: Any) -> None:
    """Page after page, each line once."""
    job = endpoint.machine.ended(submit(batch, "seq", "5"))
    stream = job["container"]["logStreamName"]
    wait_until(lambda: endpoint.machine.lines(job), "the log is there")

    pages = (
        endpoint.client("logs")
        .get_paginator("filter_log_events")
        .paginate(logGroupName="/aws/batch/job", logStreamNames=[stream], PaginationConfig={"PageSize": 2})
    )

    assert ["1", "2", "3", "4", "5"] == [event["message"] for page in pages for event in page["events"]]


def test_writing_logs_is_refused_in_words(endpoint: Served) -> None:
    """Only what reads them is answered."""
    refused = refusal(endpoint.client("logs").create_log_group, logGroupName="x")

    assert (400, "UnknownOperationException") == refused[:2]
