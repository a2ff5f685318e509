"""What a failed call of Batch's API means: refused for good, not taken now, or nobody knows."""

from typing import Any

import pytest
from botocore.session import Session
from botocore.stub import Stubber

from controlplane.batch.port import Batch, InLine, JobSummaries, JobSummary, QueueFront
from controlplane.errors import BatchOutcomeUnknown, BatchRefused, BatchUnavailable
from tests.builders import BATCH, QUEUE, RUNNER, T0


class Answered(Exception):
    """An error with an answer, as botocore's ClientError has."""

    def __init__(self, code: str, status: int) -> None:
        super().__init__(code)
        self.response = {"Error": {"Code": code, "Message": "words"}, "ResponseMetadata": {"HTTPStatusCode": status}}


class ParamValidationError(Exception):
    """What botocore raises before it sends anything."""


class Failing:
    """A client whose every call fails so."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __getattr__(self, name: str) -> Any:
        def call(**request: Any) -> Any:
            raise self.error

        return call


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (Answered("ClientException", 400), BatchRefused),
        (Answered("AccessDeniedException", 403), BatchUnavailable),
        (ParamValidationError("jobName"), BatchRefused),
        (Answered("TooManyRequestsException", 429), BatchUnavailable),
        (Answered("ServerException", 500), BatchOutcomeUnknown),
        (Answered("Unknown", 503), BatchOutcomeUnknown),
        (ConnectionError("cut"), BatchOutcomeUnknown),
        (TimeoutError("read"), BatchOutcomeUnknown),
    ],
)
def test_a_failure_has_one_meaning(error: Exception, meaning: type[Exception]) -> None:
    """Only what Batch certainly did not take may be sent again without a look."""
    with pytest.raises(Exception) as caught:  # noqa: PT011 - the very class is compared below
        Batch(Failing(error)).submit({"jobName": "n"})

    assert meaning is caught.type


class Listing:
    """A client that lists two pages."""

    def list_jobs(self, **request: Any) -> dict[str, Any]:
        """Names differ in case and in their ends; the second page ends the listing."""
        if "nextToken" not in request:
            first = {"jobId": "b2", "jobName": "n-j1", "createdAt": 2}
            return {"jobSummaryList": [first, {"jobId": "x", "jobName": "N-J1", "createdAt": 0}], "nextToken": "t"}
        return {"jobSummaryList": [{"jobId": "b1", "jobName": "n-j1", "createdAt": 1}]}


def test_a_job_is_found_by_its_exact_name_the_oldest_first() -> None:
    """Batch's filter ignores case and pages; the plane does neither."""
    batch = Batch(Listing())  # type: ignore[arg-type]

    assert ("b1", "b2") == batch.find(job_queue="q", job_definition="d:1", job_name="n-j1", created_from=0)


def test_a_job_of_the_same_name_that_is_too_old_is_not_found() -> None:
    """It was submitted when the idempotency key was used before."""
    batch = Batch(Listing())  # type: ignore[arg-type]

    assert ("b2",) == batch.find(job_queue="q", job_definition="d:1", job_name="n-j1", created_from=2)


class Remembering:
    """A client that remembers what it was asked to list."""

    def __init__(self, **answer: Any) -> None:
        self.asked: dict[str, Any] = {}
        self._answer = answer

    def list_jobs(self, **request: Any) -> dict[str, Any]:
        """One answer, whatever is asked."""
        self.asked = request
        return self._answer


def test_jobs_are_listed_by_their_creation() -> None:
    """A hundred a page, which is all that a filter lets; the moment is given as text."""
    client = Remembering(jobSummaryList=[{"jobId": "b", "jobName": "n", "createdAt": 5, "status": "FAILED"}])
    page = Batch(client).list_created_before(6, job_queue="q", token="t")  # type: ignore[arg-type]  # noqa: S106 - a place

    filters = [{"name": "BEFORE_CREATED_AT", "values": ["6"]}]
    assert {"jobQueue": "q", "filters": filters, "maxResults": 100, "nextToken": "t"} == client.asked
    assert JobSummaries(jobs=(JobSummary(job_id="b", job_name="n", created_at=5),), token=None) == page


def test_a_first_page_has_no_token_and_tells_of_the_next() -> None:
    """As ListJobs has it."""
    client = Remembering(jobSummaryList=[], nextToken="t")
    page = Batch(client).list_created_before(6, job_queue="q")  # type: ignore[arg-type]

    assert (False, "t") == ("nextToken" in client.asked, page.token)


def stubbed() -> tuple[Batch, Stubber]:
    """Batch over botocore's own client, which checks requests and answers by the service's model."""
    client = Session().create_client("batch", region_name="eu-west-1")
    return Batch(client), Stubber(client)


def test_a_line_is_read_from_a_snapshot() -> None:
    """The next job first, by Batch's id; a child by its own."""
    batch, stub = stubbed()
    jobs = [{"jobArn": f"{BATCH}:job/{job_id}", "earliestTimeAtPosition": T0} for job_id in ("b1", "b2:7")]
    usage = {"totalCapacityUsage": [{"capacityUnit": "VCPU", "quantity": 4.0}]}
    answer = {"frontOfQueue": {"jobs": jobs}, "queueUtilization": usage}
    stub.add_response("get_job_queue_snapshot", answer, {"jobQueue": QUEUE})
    with stub:
        front = batch.front_of(QUEUE)

    line = (InLine(batch_job_id="b1", since=T0), InLine(batch_job_id="b2:7", since=T0))
    assert front == QueueFront(line=line, capacity_usage={"VCPU": 4.0})


def test_an_idle_queue_has_no_line() -> None:
    """Batch leaves out what there is nothing of."""
    batch, stub = stubbed()
    stub.add_response("get_job_queue_snapshot", {}, {"jobQueue": QUEUE})
    with stub:
        assert batch.front_of(QUEUE) == QueueFront(line=(), capacity_usage={})


def test_queues_are_described_by_their_arns() -> None:
    """In one call."""
    batch, stub = stubbed()
    detail = {
        "jobQueueName": "test-default",
        "jobQueueArn": QUEUE,
        "state": "ENABLED",
        "priority": 1,
        "computeEnvironmentOrder": [],
    }
    stub.add_response("describe_job_queues", {"jobQueues": [detail]}, {"jobQueues": [QUEUE]})
    with stub:
        assert batch.describe_queues([QUEUE]) == [detail]


def test_definitions_are_described_by_their_arns() -> None:
    """In one call."""
    batch, stub = stubbed()
    detail = {"jobDefinitionName": "n", "jobDefinitionArn": RUNNER, "revision": 3, "type": "container"}
    stub.add_response("describe_job_definitions", {"jobDefinitions": [detail]}, {"jobDefinitions": [RUNNER]})
    with stub:
        assert batch.describe_definitions([RUNNER]) == [detail]


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        ("ValidationException", BatchRefused),
        ("ClientException", BatchRefused),
        ("ThrottlingException", BatchUnavailable),
        ("AccessDenied", BatchUnavailable),
        ("ServerException", BatchOutcomeUnknown),
    ],
)
@pytest.mark.parametrize("word", ["cancel", "terminate"])
def test_one_job_that_was_not_taken_among_many_has_its_own_meaning(word: str, code: str, meaning: type) -> None:
    """The call itself succeeds: https://docs.aws.amazon.com/batch/latest/APIReference/API_TerminateJobs.html."""
    batch, stub = stubbed()
    answer = {"successful": ["one"], "errors": [{"job": "two", "code": code, "message": "words"}]}
    stub.add_response(f"{word}_jobs", answer, {"jobs": ["one", "two"], "reason": "enough"})
    end = batch.cancel_all if word == "cancel" else batch.terminate_all
    with stub:
        refused = end(["one", "two"], reason="enough")

    assert {"two": meaning} == {job: type(error) for job, error in refused.items()}
