"""What a queue has given up is looked at, and goes back where it came from, over either plane's queues."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from moto import mock_aws

from batchplane_local.queue import Queue
from batchplane_local.queues import EventDeadLetters, GivenUp
from controlplane.aws.dead_letters import SqsDeadLetterQueue
from controlplane.aws.queues import SqsDeadLetters
from controlplane.recording.dead_letters import DeadLetterQueue, Moved
from tests.builders import T0
from tests.contract.conftest import PLANES, NewDatabase
from tests.contract.deployed import client, create_queue

#: Later than every letter, on every clock (epoch milliseconds).
EVER = 2**53


@dataclass(frozen=True, kw_only=True)
class Box:
    """The port over the job events, what puts a letter there, and what is on its way again."""

    port: DeadLetterQueue
    send: Callable[[str], None]
    returned: Callable[[], list[str]]


@pytest.fixture(params=PLANES)
def box(request: pytest.FixtureRequest, new_database: NewDatabase) -> Iterator[Box]:
    """The dead letters of the job events: none."""
    if request.param == "embedded":
        queue = Queue(new_database(), "job_events", clock=lambda: T0)
        letters = EventDeadLetters(queue=queue)
        yield Box(
            port=GivenUp(name="jobEvents", queue=queue),
            send=lambda body: letters.send(body, reason="why: größe"),
            returned=lambda: [message.body for message in queue.receive(100)],
        )
    else:
        with mock_aws():
            yield _of_sqs(client("sqs"))


def _of_sqs(sqs: Any) -> Box:
    source = create_queue(sqs, "JobEventsQueue")
    attributes = sqs.get_queue_attributes(QueueUrl=source, AttributeNames=["RedrivePolicy"])["Attributes"]
    name = json.loads(attributes["RedrivePolicy"])["deadLetterTargetArn"].rpartition(":")[2]
    url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    letters = SqsDeadLetters(sqs, url=url)

    def returned() -> list[str]:
        """Everything that can be received now; there are few of them."""
        found: list[str] = []
        for _ in range(20):
            messages = sqs.receive_message(QueueUrl=source, MaxNumberOfMessages=10).get("Messages", ())
            found += [message["Body"] for message in messages]
        return found

    return Box(
        port=SqsDeadLetterQueue(sqs, name="jobEvents", url=url, source_url=source, wait_seconds=0),
        send=lambda body: letters.send(body, reason="why: größe"),
        returned=returned,
    )


def send(box: Box, *bodies: str) -> None:
    """Put letters there."""
    for body in bodies:
        box.send(body)


def bodies(box: Box, limit: int = 100) -> list[str]:
    """What a look finds, sorted."""
    return sorted(letter.body for letter in box.port.look(limit=limit))


def test_nothing_lies_where_nothing_was_given_up(box: Box) -> None:
    """Looking and replaying are no errors there."""
    assert ([], Moved(count=0, is_all=True)) == (box.port.look(limit=5), box.port.replay(limit=5, until=EVER))


def test_a_letter_is_shown_with_its_reason(box: Box) -> None:
    """And with the body as it was."""
    send(box, "not JSON: λ \n")
    (letter,) = box.port.look(limit=5)

    assert ("not JSON: λ \n", "why: größe") == (letter.body, letter.reason)


def test_each_letter_is_shown_once(box: Box) -> None:
    """However many receives that takes."""
    sent = [f"{number:02d}" for number in range(23)]
    send(box, *sent)

    assert sent == bodies(box)


def test_a_look_takes_nothing_away(box: Box) -> None:
    """Who looks at once again sees the same."""
    send(box, "a", "b")
    first = bodies(box)

    assert ["a", "b"] == first == bodies(box)


def test_a_look_shows_no_more_than_asked_for(box: Box) -> None:
    """Which of them, the queue says."""
    send(box, *(f"{number:02d}" for number in range(15)))

    assert 12 == len(box.port.look(limit=12))


def test_a_replay_sends_every_letter_back_as_it_was(box: Box) -> None:
    """None is left among the dead letters."""
    sent = [f"λ{number:02d}" for number in range(23)]
    send(box, *sent)
    moved = box.port.replay(limit=100, until=EVER)

    assert (Moved(count=23, is_all=True), [], sent) == (moved, bodies(box), sorted(box.returned()))


def test_a_replay_has_a_bound(box: Box) -> None:
    """What is beyond it stays."""
    send(box, *(f"{number:02d}" for number in range(15)))
    moved = box.port.replay(limit=12, until=EVER)

    assert (Moved(count=12, is_all=False), 12, 3) == (moved, len(box.returned()), len(bodies(box)))


def test_a_replay_leaves_what_was_sent_later(box: Box) -> None:
    """A letter that has come back must not go round for ever; it can be seen at once."""
    send(box, "a")
    (letter,) = box.port.look(limit=5)
    moved = box.port.replay(limit=5, until=letter.sent_at - 1)

    assert (Moved(count=0, is_all=True), ["a"], []) == (moved, bodies(box), box.returned())


def test_a_replay_takes_what_was_sent_at_that_very_moment(box: Box) -> None:
    """The bound is within."""
    send(box, "a")
    (letter,) = box.port.look(limit=5)

    assert Moved(count=1, is_all=True) == box.port.replay(limit=5, until=letter.sent_at)


def test_letters_of_all_sizes_go_back(box: Box) -> None:
    """SQS takes ten messages a call, and a mebibyte."""
    sent = [letter * 400_000 for letter in "abcdef"]
    send(box, *sent)
    box.port.replay(limit=10, until=EVER)

    assert sent == sorted(box.returned())
