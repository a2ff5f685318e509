"""AWS throttles, or is out: every request is answered in time and in words, and may be sent again without harm."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.session import Session
from moto import mock_aws

from controlplane.aws.in_time import Deadline
from controlplane.aws.plane import AwsPlane
from controlplane.edge.function import Handler
from lambdas.serve_api.handler import build
from tests.builders import PLAIN, QUEUE, RESERVED
from tests.contract.deployed import client, create_queue, create_table
from tests.documented import documented
from tests.trouble import SILENCE, Trouble, TroubledSession

#: What an HTTP API waits for its function, and what Lambda lets it run (seconds).
GATEWAY_SECONDS, FUNCTION_SECONDS = 30, 29
#: What an attempt takes where nothing answers, in seconds: the longest of all services.
ATTEMPT_SECONDS = 11
DOCUMENT = {
    "name": "test",
    "jobQueues": [{"name": "default", "arn": QUEUE}],
    "jobDefinitions": [{"name": "plain", "arn": PLAIN, "runner": False, "logGroup": "/batchplane/test"} | RESERVED],
    "quota": {"jobs": 0, "vcpus": 0, "submissionsPerMinute": 1000},
}


class Api:
    """The API on an AWS in trouble. Only inside `moto.mock_aws()`."""

    def __init__(self) -> None:
        self.now = 0.0
        self.trouble: Trouble = lambda _: None
        self.sqs = client("sqs")
        self.url = create_queue(self.sqs, "SubmissionsQueue")
        self.deadline = Deadline(lambda: self.now)
        environment = {
            "BATCHPLANE_DEPLOYMENT": json.dumps(DOCUMENT),
            "BATCHPLANE_TABLE": create_table(client("dynamodb"), None),
            "BATCHPLANE_RETENTION_DAYS": "0",
            "BATCHPLANE_IO_BUCKET": "bucket",
            "BATCHPLANE_SUBMISSIONS_QUEUE_URL": self.url,
            "BATCHPLANE_DEAD_LETTER_QUEUES": "[]",
        }
        plane = AwsPlane(environment, make_session=self._session).within(self.deadline)
        self.records = plane.records
        self._handler: Handler = documented(build(plane))

    def request(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any, dict[str, str]]:
        """What the API answers ada: status, document and headers."""
        event = {
            "version": "2.0",
            "rawPath": path,
            "rawQueryString": "status=RUNNING" if path.endswith("/wait") else "",
            "queryStringParameters": {"status": "RUNNING"} if path.endswith("/wait") else None,
            "headers": {"content-type": "application/json"} | headers,
            "requestContext": {
                "http": {"method": method, "path": path},
                "stage": "$default",
                "authorizer": {"jwt": {"claims": {"sub": "ada"}}},
            },
            "body": None if body is None else json.dumps(body),
            "isBase64Encoded": False,
        }
        self.now = 0.0
        self.deadline.set(FUNCTION_SECONDS)
        answer = self._handler(event, None)
        return answer["statusCode"], json.loads(answer["body"]), answer["headers"]

    def messages(self) -> set[str]:
        """The ids of the jobs that were handed on."""
        received = self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages", [])
        return {json.loads(each["Body"])["jobId"] for each in received}

    def silent(self, _: str) -> Exception:
        """Nothing answers, and each attempt takes its time."""
        self.now += ATTEMPT_SECONDS
        return SILENCE

    def _session(self) -> Session:
        return TroubledSession(lambda operation: self.trouble(operation))


@pytest.fixture(name="api")
def _api() -> Iterator[Api]:
    with mock_aws():
        yield Api()


@pytest.fixture(scope="module", name="silent_api")
def _silent_api() -> Iterator[Api]:
    with mock_aws():
        api = Api()
        api.trouble = api.silent
        yield api


def failing(operation: str, *, after: int = 0) -> Trouble:
    """This operation fails, after it has been done so many times."""
    done = iter(range(after))
    return lambda name: (500, "InternalServerError") if name == operation and next(done, None) is None else None


JOB = {"jobName": "one", "command": ["true"]}


@pytest.mark.parametrize(
    ("operation", "after"),
    [("PutItem", 0), ("PutItem", 1), ("SendMessage", 0), ("UpdateItem", 0), ("BatchGetItem", 0)],
)
def test_a_submission_that_was_told_to_come_back_is_one_job(api: Api, operation: str, after: int) -> None:
    """Whichever write the store did not take: the same key is the same job then, and it is handed on."""
    api.trouble = failing(operation, after=after)
    status, problem, headers = api.request("POST", "/jobs", JOB, **{"idempotency-key": "k"})
    api.trouble = lambda _: None
    again = [api.request("POST", "/jobs", JOB, **{"idempotency-key": "k"})[1]["jobId"] for _ in range(2)]
    listed = [job["jobId"] for job in api.request("GET", "/jobs")[1]["jobs"]]

    assert (503, "2", "StoreUnavailable") == (status, headers["Retry-After"], problem["type"].rpartition(":")[2])
    assert ([again[0]] * 2, again[:1], set(again)) == (again, listed, api.messages())


@pytest.mark.parametrize("operation", ["PutItem", "SendMessageBatch"])
def test_each_of_many_is_told_by_itself_and_is_one_job_when_it_comes_again(api: Api, operation: str) -> None:
    """What was taken is, and what was not says so."""
    body = {"submissions": [{"idempotencyKey": f"k{place}", "job": JOB} for place in range(3)]}
    api.trouble = failing(operation)
    first = api.request("POST", "/jobs/bulk", body)[1]["submissions"]
    api.trouble = lambda _: None
    again = api.request("POST", "/jobs/bulk", body)[1]["submissions"]
    listed = {job["jobId"] for job in api.request("GET", "/jobs")[1]["jobs"]}

    assert [(503, 2)] * 3 == [(each["status"], each["problem"]["retryAfter"]) for each in first]
    assert {each["job"]["jobId"] for each in again} == listed == api.messages()


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/jobs", None),
        ("GET", "/jobs/j0123456789abcdefghijklmno", None),
        ("GET", "/jobs/j0123456789abcdefghijklmno/wait", None),
        ("GET", "/jobs/j0123456789abcdefghijklmno/log", None),
        ("GET", "/queues", None),
        ("GET", "/definitions", None),
        ("POST", "/jobs", JOB),
        ("POST", "/jobs/cancel", {"all": True}),
        ("DELETE", "/jobs/j0123456789abcdefghijklmno", None),
    ],
)
def test_where_nothing_answers_every_request_is_answered_in_time(
    silent_api: Api, method: str, path: str, body: Any
) -> None:
    """Before API Gateway, or Lambda, would answer in its place."""
    status, _, headers = silent_api.request(method, path, body)

    assert (503, True) == (status, int(headers["Retry-After"]) > 0)
    assert silent_api.now < FUNCTION_SECONDS < GATEWAY_SECONDS


def test_a_page_of_jobs_to_end_is_answered_in_time_however_late_batch_hangs(api: Api) -> None:
    """Each job with its own problem: what was read of them took as long as it could."""
    job_ids = [api.request("POST", "/jobs", JOB)[1]["jobId"] for _ in range(2)]
    for job_id in job_ids:
        api.records.settle(job_id, f"batch-{job_id}")

    def hangs(operation: str) -> Exception | None:
        if operation == "CancelJobs":
            return api.silent(operation)
        api.now += 4
        return None

    api.trouble = hangs
    status, document, _ = api.request("POST", "/jobs/cancel", {"all": True, "dryRun": False})

    assert (200, {"refused"}) == (status, {each["cameTo"] for each in document["jobs"]})
    assert api.now < FUNCTION_SECONDS


def test_a_hundred_submissions_are_answered_in_time_too(api: Api) -> None:
    """Each with its own problem, however many calls they would take."""
    api.trouble = lambda operation: api.silent(operation) if operation == "PutItem" else None
    body = {"submissions": [{"job": JOB}] * 100}
    status, document, _ = api.request("POST", "/jobs/bulk", body)

    assert (200, {503}) == (status, {each["status"] for each in document["submissions"]})
