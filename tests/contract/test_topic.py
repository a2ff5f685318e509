"""What is published reaches a reader whole, over either plane's topic."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws

from batchplane_local.mail import MailFolder
from controlplane.alerting.alert import Alert, Topic
from controlplane.aws.topic import SnsTopic
from tests.builders import T0
from tests.contract.conftest import PLANES
from tests.contract.deployed import client, create_queue, create_topic


@dataclass(frozen=True, kw_only=True)
class TopicBox:
    """The port, and what its subscribers read: subject and body."""

    port: Topic
    mails: Callable[[], list[tuple[str, str]]]


@pytest.fixture(params=PLANES)
def topic(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[TopicBox]:
    """Where alerts go."""
    if request.param == "embedded":
        yield TopicBox(port=MailFolder(tmp_path, clock=lambda: T0), mails=lambda: in_folder(tmp_path))
    else:
        with mock_aws():
            sns, sqs = client("sns"), client("sqs")
            arn, url = create_topic(sns), create_queue(sqs, "AlertsNotSent")
            queue = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
            sns.subscribe(TopicArn=arn, Protocol="sqs", Endpoint=queue)
            yield TopicBox(port=SnsTopic(sns, arn=arn), mails=lambda: in_queue(sqs, url))


def in_folder(folder: Path) -> list[tuple[str, str]]:
    """The mails in a folder."""
    mails = [message_from_bytes(path.read_bytes(), policy=default) for path in sorted(folder.glob("*.eml"))]
    return [(str(mail["Subject"]), mail.get_content()) for mail in mails]


def in_queue(sqs: Any, url: str) -> list[tuple[str, str]]:
    """The notifications in a queue."""
    answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
    notifications = [json.loads(message["Body"]) for message in answer.get("Messages", ())]
    return sorted((each["Subject"], each["Message"]) for each in notifications)


def test_an_alert_reaches_a_reader_whole(topic: TopicBox) -> None:
    """Subject and every line of the body, in any script."""
    alert = Alert(alert_id="j1", subject="[test] Job sleeper failed", body="Exit code:  3\n\n  | größe λ\n")

    topic.port.publish(alert)

    assert [(alert.subject, alert.body)] == topic.mails()


def test_two_incidents_are_two_mails(topic: TopicBox) -> None:
    """Each alert has its own id."""
    for number in (1, 2):
        topic.port.publish(Alert(alert_id=f"j{number}", subject=f"Job {number} failed", body="why\n"))

    assert [("Job 1 failed", "why\n"), ("Job 2 failed", "why\n")] == topic.mails()
