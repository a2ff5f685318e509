"""Clients of a function that people wait for: when they try again, when they give up, and what they say then."""

from __future__ import annotations

from math import inf
from typing import Any

import pytest
from botocore.exceptions import ClientError

from controlplane.aws.in_time import Deadline, client_in_time
from controlplane.batch.port import Batch
from controlplane.errors import BatchOutcomeUnknown, BatchUnavailable, StoreUnavailable
from tests.trouble import SILENCE, Trouble, TroubledSession

KEY = {"pk": {"S": "j1"}, "sk": {"S": "RECORD"}}


class Asked:
    """A table whose every attempt comes to grief in this way, with so many seconds left."""

    def __init__(self, trouble: Trouble, *, seconds: float = inf) -> None:
        self.now = 0.0
        self.deadline = Deadline(lambda: self.now)
        self.deadline.set(seconds)
        self.session = TroubledSession(trouble)
        self._client = client_in_time(self.session, "dynamodb", None, self.deadline)

    def get(self) -> Any:
        """One read."""
        return self._client.get_item(TableName="t", Key=KEY)


@pytest.mark.parametrize(
    ("trouble", "why"),
    [
        ((500, "InternalServerError"), "InternalServerError"),
        ((503, ""), "HTTP 503"),
        (SILENCE, "no answer"),
    ],
)
def test_what_another_attempt_might_mend_is_tried_three_times(trouble: Any, why: str) -> None:
    """And then named, with what the caller is to do."""
    asked = Asked(lambda _: trouble)
    with pytest.raises(StoreUnavailable) as refused:
        asked.get()

    assert 3 == len(asked.session.attempts)
    assert f"Amazon DynamoDB did not do its part now ({why}): send the same request again." in str(refused.value)


@pytest.mark.parametrize(
    "code",
    ["ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded"],
)
def test_a_throttled_request_is_told_so(code: str) -> None:
    """At once where there is no time for a pause, which may be seconds."""
    asked = Asked(lambda _: (400, code), seconds=9)
    with pytest.raises(StoreUnavailable, match=code):
        asked.get()

    assert ["GetItem"] == asked.session.attempts


def test_a_refusal_that_nothing_mends_is_what_it_was() -> None:
    """A condition that does not hold, say: also where no time is left for anything more."""
    asked = Asked(lambda _: (400, "ConditionalCheckFailedException"), seconds=4)
    with pytest.raises(ClientError, match="ConditionalCheckFailedException"):
        asked.get()


def test_no_attempt_begins_that_could_not_end_in_time() -> None:
    """Half a second is kept for the answer, and a read takes up to three."""
    asked = Asked(lambda _: (500, "InternalServerError"), seconds=3.4)
    with pytest.raises(StoreUnavailable, match="no time is left to ask it"):
        asked.get()

    assert [] == asked.session.attempts


def test_a_call_that_waited_25_seconds_may_still_be_made() -> None:
    """A request may be held so long, and reads the record at its end."""
    asked = Asked(lambda _: (400, "ConditionalCheckFailedException"), seconds=29)
    asked.now = 25.1
    with pytest.raises(ClientError):
        asked.get()

    assert ["GetItem"] == asked.session.attempts


def test_each_request_has_its_own_time() -> None:
    """An instance serves many."""
    asked = Asked(lambda _: (400, "ConditionalCheckFailedException"), seconds=1)
    asked.deadline.set(29)
    with pytest.raises(ClientError):
        asked.get()


def test_attempts_that_there_was_no_time_for_are_not_taken_from_later_requests() -> None:
    """The SDK lets a client try again so often before calls succeed: only those count that were made."""
    asked = Asked(lambda _: (500, "InternalServerError"), seconds=8)
    for _ in range(40):
        with pytest.raises(StoreUnavailable):
            asked.get()
    asked.deadline.set(29)
    asked.session.attempts.clear()
    with pytest.raises(StoreUnavailable):
        asked.get()

    assert 3 == len(asked.session.attempts)


def test_signing_a_link_takes_no_time() -> None:
    """It asks nobody."""
    deadline = Deadline(lambda: 0.0)
    deadline.set(0)
    client = client_in_time(TroubledSession(lambda _: SILENCE), "s3", None, deadline)

    assert client.generate_presigned_url("get_object", Params={"Bucket": "b", "Key": "k"}).startswith("https://")


def test_batch_s_failures_stay_its_own() -> None:
    """Whether it has done what it was asked to, `controlplane.batch.port` says."""
    client = client_in_time(TroubledSession(lambda _: (500, "ServerException")), "batch", None, Deadline())
    with pytest.raises(ClientError):
        client.list_jobs(jobQueue="q")


def test_batch_s_failures_stay_its_own_where_no_time_is_left_for_another_attempt() -> None:
    """Throttled is not unknown."""
    deadline = Deadline(lambda: 0.0)
    deadline.set(12)
    batch = Batch(client_in_time(TroubledSession(lambda _: (429, "TooManyRequestsException")), "batch", None, deadline))
    with pytest.raises(BatchUnavailable, match="AWS Batch is throttling") as refused:
        batch.terminate("b", reason="r")

    assert not isinstance(refused.value, BatchOutcomeUnknown)


def test_batch_is_not_asked_where_no_time_is_left() -> None:
    """And that is said, rather than that nobody knew what came of it."""
    deadline = Deadline(lambda: 0.0)
    deadline.set(11)
    session = TroubledSession(lambda _: SILENCE)
    with pytest.raises(BatchUnavailable, match="no time is left to ask it") as refused:
        Batch(client_in_time(session, "batch", None, deadline)).terminate("b", reason="r")

    assert ([], False) == (session.attempts, isinstance(refused.value, BatchOutcomeUnknown))


@pytest.mark.parametrize("service", ["dynamodb", "sqs", "s3", "logs", "batch"])
def test_no_service_is_waited_for_as_long_as_the_api(service: str) -> None:
    """An attempt may connect and read in vain, and leaves time for others."""
    config = client_in_time(TroubledSession(lambda _: None), service, None, Deadline()).meta.config
    attempt = config.connect_timeout + config.read_timeout

    assert attempt <= 11
