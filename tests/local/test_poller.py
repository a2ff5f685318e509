"""Messages reach their function, in batches, and what failed comes back."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from batchplane_local.clock import epoch_milliseconds
from batchplane_local.database import Database
from batchplane_local.functions.events import queue_event, stream_event
from batchplane_local.functions.poller import Poller, Source
from batchplane_local.queue import Queue
from controlplane.edge.message_batch import on_batch
from tests.waiting import GLANCE_SECONDS, PATIENCE_SECONDS

Handler = Callable[[dict[str, Any], Any], Any]


class Collected:
    """What a function was given, and a way to wait for so much of it."""

    def __init__(self) -> None:
        self.bodies: list[str] = []
        self._changed = threading.Condition()

    def add(self, body: str) -> None:
        """Note one."""
        with self._changed:
            self.bodies.append(body)
            self._changed.notify_all()

    def wait_for(self, count: int) -> list[str]:
        """The bodies, once there are so many."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.bodies) >= count, PATIENCE_SECONDS)
            return list(self.bodies)


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[Queue]:
    """An empty queue by the machine's clock."""
    with closing(Database(tmp_path / "queue.sqlite")) as database:
        yield Queue(database, "work", clock=epoch_milliseconds)


@pytest.fixture
def feed(queue: Queue) -> Iterator[Callable[[Handler], None]]:
    """Starts pollers; stops them in the end."""
    with ExitStack() as stopping:

        def start(handler: Handler) -> None:
            source = Source(function="work", queue=queue, handler=handler, to_event=queue_event, batch_size=10)
            poller = Poller(source)
            poller.start()
            stopping.callback(poller.stop)

        yield start


def one_by_one(work: Callable[[str], None]) -> Callable[[Sequence[str]], Sequence[Exception | None]]:
    """What a function of whole batches is given, from the work on one message."""

    def attempt(body: str) -> Exception | None:
        try:
            work(body)
        except LookupError as error:
            return error
        return None

    return lambda bodies: list(map(attempt, bodies))


def test_a_message_wakes_its_function(queue: Queue, feed: Callable[[Handler], None]) -> None:
    """Sent before the start or after it, each is delivered."""
    got = Collected()
    queue.send(["before"])
    feed(on_batch(one_by_one(got.add)))
    got.wait_for(1)

    queue.send(["after"])

    assert ["before", "after"] == got.wait_for(2)


def test_only_the_failed_message_of_a_batch_comes_back(queue: Queue, feed: Callable[[Handler], None]) -> None:
    """The handler names it; its mates are not delivered again."""
    got = Collected()

    def work(body: str) -> None:
        got.add(body)
        if got.bodies.count("bad") == 1 and body == "bad":
            raise LookupError

    queue.send(["good", "bad", "fine"])
    feed(on_batch(one_by_one(work)))

    assert ["good", "bad", "fine", "bad"] == got.wait_for(4)


def test_an_error_of_the_function_fails_the_whole_batch(queue: Queue, feed: Callable[[Handler], None]) -> None:
    """As in Lambda: everything comes back."""
    got = Collected()

    def handler(event: dict[str, Any], context: Any) -> Any:
        bodies = [record["body"] for record in event["Records"]]
        is_first = not got.bodies
        for body in bodies:
            got.add(body)
        if is_first:
            raise LookupError

    queue.send(["a", "b"])
    feed(handler)

    assert ["a", "a", "b", "b"] == sorted(got.wait_for(4))


def test_a_database_that_another_process_holds_is_asked_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The function goes on being fed, though nothing could be received for a while."""
    path, handled = tmp_path / "queue.sqlite", Collected()
    with closing(Database(path, busy_milliseconds=0)) as database, ExitStack() as stopping:
        queue = Queue(database, "work", clock=epoch_milliseconds)
        queue.send(["late"])
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            poller = Poller(
                Source(
                    function="work",
                    queue=queue,
                    handler=on_batch(one_by_one(handled.add)),
                    to_event=queue_event,
                    batch_size=10,
                )
            )
            poller.start()
            stopping.callback(poller.stop)
            until = time.monotonic() + PATIENCE_SECONDS
            while not caplog.records and time.monotonic() < until:
                time.sleep(GLANCE_SECONDS)

        assert ["late"] == handled.wait_for(1)
    assert ["queue work did not answer"] == [each.getMessage() for each in caplog.records][:1]


def test_a_queues_event_has_the_members_of_sqs(queue: Queue) -> None:
    """Those that AWS documents, each of its type."""
    queue.send(["{}"])

    (record,) = queue_event("work", queue.receive(10))["Records"]

    assert {
        "messageId": "000000000000000000001",
        "receiptHandle": "1.1",
        "body": "{}",
        "messageAttributes": {},
        "md5OfBody": "99914b932bd37a50b983c5e7c90ae93b",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:local-1:000000000000:work",
        "awsRegion": "local-1",
    } == {name: value for name, value in record.items() if name != "attributes"}
    assert "1" == record["attributes"]["ApproximateReceiveCount"]


def test_a_streams_event_carries_keys_and_sequence_number(queue: Queue) -> None:
    """The body is the change; the rest is the stream's."""
    keys = {"pk": {"S": "j1"}, "sk": {"S": "RECORD"}}
    queue.send([json.dumps({"Keys": keys, "NewImage": keys})])

    (record,) = stream_event("records", queue.receive(10))["Records"]

    assert ("MODIFY", "aws:dynamodb", keys, "000000000000000000001") == (
        record["eventName"],
        record["eventSource"],
        record["dynamodb"]["Keys"],
        record["dynamodb"]["SequenceNumber"],
    )
