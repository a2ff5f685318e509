"""What is sent to a queue is kept, over either plane's queues."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from moto import mock_aws

from batchplane_local.queue import Queue
from batchplane_local.queues import EventDeadLetters, QueuedSubmissions
from controlplane.aws.queues import SqsDeadLetters, SqsSubmissions
from controlplane.recording.dead_letters import DeadLetters
from controlplane.submissions.queue import SubmissionMessage, Submissions, read_message
from tests.builders import T0
from tests.contract.conftest import PLANES, NewDatabase
from tests.contract.deployed import client, create_queue


@dataclass(frozen=True, kw_only=True)
class SubmissionsBox:
    """The port, and what has been sent through it."""

    port: Submissions
    bodies: Callable[[], list[str]]


@dataclass(frozen=True, kw_only=True)
class DeadLettersBox:
    """The port, and what has been sent through it: each body with its reason."""

    port: DeadLetters
    letters: Callable[[], list[tuple[str, str]]]


@pytest.fixture(params=PLANES)
def submissions(request: pytest.FixtureRequest, new_database: NewDatabase) -> Iterator[SubmissionsBox]:
    """The way to `submit_job`."""
    if request.param == "embedded":
        queue = Queue(new_database(), "submissions", clock=lambda: T0)
        port = QueuedSubmissions(queue=queue)
        yield SubmissionsBox(port=port, bodies=lambda: [message.body for message in queue.receive(10)])
    else:
        with mock_aws():
            sqs = client("sqs")
            url = create_queue(sqs, "SubmissionsQueue")
            yield SubmissionsBox(
                port=SqsSubmissions(sqs, url=url),
                bodies=lambda: [message["Body"] for message in received(sqs, url)],
            )


@pytest.fixture(params=PLANES)
def dead_letters(request: pytest.FixtureRequest, new_database: NewDatabase) -> Iterator[DeadLettersBox]:
    """Where job events go that can't be read."""
    if request.param == "embedded":
        queue = Queue(new_database(), "job_events", clock=lambda: T0)
        yield DeadLettersBox(
            port=EventDeadLetters(queue=queue),
            letters=lambda: [(letter.body, letter.reason) for letter in queue.dead_letters(10)],
        )
    else:
        with mock_aws():
            sqs = client("sqs")
            url = create_queue(sqs, "JobEventsDeadLetterQueue")
            yield DeadLettersBox(
                port=SqsDeadLetters(sqs, url=url),
                letters=lambda: [
                    (message["Body"], message["MessageAttributes"]["reason"]["StringValue"])
                    for message in received(sqs, url)
                ],
            )


def received(sqs: Any, url: str) -> list[dict[str, Any]]:
    """Some messages of an SQS queue."""
    answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"])
    return list(answer.get("Messages", ()))


def test_a_submission_is_handed_on_by_its_id(submissions: SubmissionsBox) -> None:
    """The message is one that `submit_job` reads."""
    submissions.port.send("j1")

    assert [SubmissionMessage(job_id="j1")] == [read_message(body) for body in submissions.bodies()]


def test_a_submission_that_is_sent_twice_is_there_twice(submissions: SubmissionsBox) -> None:
    """At least once: a queue drops no repetition."""
    submissions.port.send("j1")
    submissions.port.send("j1")

    assert ["j1", "j1"] == [read_message(body).job_id for body in submissions.bodies()]


def test_many_are_handed_on_at_once(submissions: SubmissionsBox) -> None:
    """More than one call of SQS takes; each is there once."""
    job_ids = [f"j{number}" for number in range(25)]
    answers = list(submissions.port.send_all(job_ids))
    bodies = [body for _ in range(10) for body in submissions.bodies()]

    assert ([None] * 25, job_ids) == (
        answers,
        sorted((read_message(each).job_id for each in bodies), key=job_ids.index),
    )


def test_a_submission_that_waits_says_how_often_it_has(submissions: SubmissionsBox) -> None:
    """It is sent again each time."""
    submissions.port.send("j1", waits=3)

    assert [SubmissionMessage(job_id="j1", waits=3)] == [read_message(body) for body in submissions.bodies()]


def test_a_delayed_submission_is_not_delivered_at_once(submissions: SubmissionsBox) -> None:
    """Its mate, which is not, comes alone; a delay beyond what SQS takes is cut, not refused."""
    submissions.port.send("late", delay_milliseconds=3_600_000)
    submissions.port.send("prompt")

    assert ["prompt"] == [read_message(body).job_id for body in submissions.bodies()]


@pytest.mark.parametrize("body", ['{"detail": 1}', "not JSON: λ \n"])
def test_a_dead_letter_keeps_body_and_reason(dead_letters: DeadLettersBox, body: str) -> None:
    """As they were, for a person to read."""
    dead_letters.port.send(body, reason="not a Batch Job State Change event: größe")

    assert [(body, "not a Batch Job State Change event: größe")] == dead_letters.letters()
