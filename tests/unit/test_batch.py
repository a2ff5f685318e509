"""What a failed call of Batch's API means: refused for good, not taken now, or nobody knows."""

from typing import Any

import pytest

from controlplane.batch import Batch
from controlplane.errors import BatchOutcomeUnknown, BatchRefused, BatchUnavailable


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
    assert ("b1", "b2") == Batch(Listing()).find(job_queue="q", job_name="n-j1")  # type: ignore[arg-type]
