"""What only SQS does with dead letters: it counts looks, carries reasons of others, and may refuse a message."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from moto import mock_aws

from controlplane.aws.dead_letters import SqsDeadLetterQueue
from controlplane.errors import PlaneError
from tests.contract.deployed import client, create_queue

EVER = 2**53


class Full:
    """An SQS that refuses every message of a body."""

    def __init__(self, sqs: Any, *, body: str) -> None:
        self._sqs = sqs
        self._body = body

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sqs, name)

    def send_message_batch(self, **request: Any) -> dict[str, Any]:
        """Take the others."""
        refused = [entry for entry in request["Entries"] if entry["MessageBody"] == self._body]
        taken = [entry for entry in request["Entries"] if entry not in refused]
        answer = self._sqs.send_message_batch(QueueUrl=request["QueueUrl"], Entries=taken) if taken else {}
        failed = [{"Id": entry["Id"], "SenderFault": False, "Code": "InternalError"} for entry in refused]
        return dict(answer) | {"Failed": failed}


class Endless:
    """An SQS that always has one more message, sent long after everything."""

    def __init__(self) -> None:
        self.received = 0
        self.given_back = 0

    def receive_message(self, **request: Any) -> dict[str, Any]:
        """Give one."""
        self.received += 1
        assert self.received < 1000, "a loop that should have ended"
        return {
            "Messages": [
                {
                    "MessageId": str(self.received),
                    "ReceiptHandle": str(self.received),
                    "Body": "later",
                    "Attributes": {"SentTimestamp": str(EVER + 1), "ApproximateReceiveCount": "1"},
                }
            ]
        }

    def change_message_visibility_batch(self, **request: Any) -> dict[str, Any]:
        """Take some back."""
        self.given_back += len(request["Entries"])
        return {}


class Counted:
    """An SQS that counts how often it is asked for messages."""

    def __init__(self, sqs: Any) -> None:
        self._sqs = sqs
        self.receives = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sqs, name)

    def receive_message(self, **request: Any) -> Any:
        """Count, and ask."""
        self.receives += 1
        return self._sqs.receive_message(**request)


@dataclass(frozen=True, kw_only=True)
class Letters:
    """The undelivered events of a deployment, what puts one there, and what sees them through another client."""

    port: SqsDeadLetterQueue
    send: Callable[..., None]
    through: Callable[[Any], SqsDeadLetterQueue]
    sqs: Any
    url: str


@pytest.fixture
def letters() -> Iterator[Letters]:
    """None yet."""
    with mock_aws():
        sqs = client("sqs")
        url, source = create_queue(sqs, "StateChangesUndelivered"), create_queue(sqs, "JobEventsQueue")

        def through(other: Any) -> SqsDeadLetterQueue:
            return SqsDeadLetterQueue(other, name="undelivered", url=url, source_url=source, wait_seconds=0)

        def send(body: str, **attributes: str) -> None:
            said = {name: {"DataType": "String", "StringValue": words} for name, words in attributes.items()}
            sqs.send_message(QueueUrl=url, MessageBody=body, MessageAttributes=said)

        yield Letters(port=through(sqs), send=send, through=through, sqs=sqs, url=url)


def test_eventbridge_says_why_it_could_not_deliver(letters: Letters) -> None:
    """In attributes of its own."""
    letters.send("{}", ERROR_CODE="NO_PERMISSIONS", ERROR_MESSAGE="not authorized", RULE_ARN="arn")
    (letter,) = letters.port.look(limit=1)

    assert "NO_PERMISSIONS: not authorized" == letter.reason


def test_a_letter_that_a_function_failed_on_says_nothing(letters: Letters) -> None:
    """SQS moved it there, and knows only how often."""
    letters.send("{}")
    (letter,) = letters.port.look(limit=1)

    assert None is letter.reason


def test_a_look_counts_as_a_receive(letters: Letters) -> None:
    """There is no other way to look."""
    letters.send("{}")

    assert [1, 2] == [letters.port.look(limit=1)[0].receive_count for _ in range(2)]


def test_a_message_that_is_refused_stays_and_is_told_of(letters: Letters) -> None:
    """The others of its batch have gone back: replaying again is harmless."""
    for body in ("a", "b", "c"):
        letters.send(body)
    with pytest.raises(PlaneError, match=r"1 messages of undelivered: InternalError .* replay again in a minute"):
        letters.through(Full(letters.sqs, body="b")).replay(limit=10, until=EVER)
    name = "ApproximateNumberOfMessagesNotVisible"
    left = letters.sqs.get_queue_attributes(QueueUrl=letters.url, AttributeNames=[name])

    assert {name: "1"} == left["Attributes"]


def test_a_replay_ends_though_others_come_all_the_time(letters: Letters) -> None:
    """It gives them all back, and says that there may be more."""
    sqs = Endless()
    moved = letters.through(sqs).replay(limit=10, until=EVER)

    assert (0, False, sqs.received) == (moved.count, moved.is_all, sqs.given_back)


def test_a_look_asks_no_more_once_there_is_nothing(letters: Letters) -> None:
    """Each answer of nothing is waited for."""
    letters.send("{}")
    sqs = Counted(letters.sqs)
    letters.through(sqs).look(limit=50)

    assert 2 == sqs.receives


def test_a_look_ends_though_there_is_always_one_more(letters: Letters) -> None:
    """At the most that was asked for."""
    sqs = Endless()

    assert (7, 7) == (len(letters.through(sqs).look(limit=7)), sqs.given_back)
