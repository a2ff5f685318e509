"""A queue loses nothing: what is sent is received until it is finished, or rests among the dead letters."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from batchplane_local.database import Database
from batchplane_local.queue import (
    FIRST_DELAY_MILLISECONDS,
    LONGEST_DELAY_MILLISECONDS,
    MAX_RECEIVES,
    VISIBILITY_MILLISECONDS,
    DeadLetter,
    Queue,
)
from tests.builders import T0
from tests.local.clocks import Clock


@pytest.fixture
def queue(database: Database, clock: Clock) -> Queue:
    """An empty queue."""
    return Queue(database, "work", clock=clock)


def bodies(queue: Queue, limit: int = 10) -> list[str]:
    """What one receive brings."""
    return [message.body for message in queue.receive(limit)]


def fail(queue: Queue, reason: str) -> None:
    """Receive everything, and fail."""
    messages = queue.receive(10)
    queue.finish(messages, failed={message.message_id: reason for message in messages})


def test_messages_come_in_the_order_they_were_sent(queue: Queue) -> None:
    """No more at once than asked for."""
    queue.send(["a", "b", "c"])

    assert (["a", "b"], ["c"]) == (bodies(queue, 2), bodies(queue, 2))


def test_a_received_message_is_unseen_by_others(queue: Queue) -> None:
    """Until its visibility timeout."""
    queue.send(["a"])
    queue.receive(10)

    assert [] == bodies(queue)


def test_an_unfinished_message_comes_back(queue: Queue, clock: Clock) -> None:
    """Whoever had it has died."""
    queue.send(["a"])
    queue.receive(10)
    clock.now += VISIBILITY_MILLISECONDS

    (message,) = queue.receive(10)

    assert ("a", 2, T0) == (message.body, message.receive_count, message.first_received_at)


def test_a_finished_message_is_gone(queue: Queue, clock: Clock) -> None:
    """For good."""
    queue.send(["a"])
    queue.finish(queue.receive(10), failed={})
    clock.now += VISIBILITY_MILLISECONDS

    assert ([], None) == (bodies(queue), queue.seconds_until_visible())


def test_who_finishes_too_late_finishes_nothing(queue: Queue, clock: Clock) -> None:
    """The message was given to somebody else meanwhile, whose finish alone counts."""
    queue.send(["a"])
    late = queue.receive(10)
    clock.now += VISIBILITY_MILLISECONDS
    queue.receive(10)

    queue.finish(late, failed={})

    clock.now += VISIBILITY_MILLISECONDS
    assert ["a"] == bodies(queue)


def test_a_failed_message_comes_back_later_and_later(queue: Queue, clock: Clock) -> None:
    """The wait doubles each time, up to a bound."""
    queue.send(["a"])
    waits = []
    for _ in range(MAX_RECEIVES - 1):
        fail(queue, "not yet")
        seconds = queue.seconds_until_visible()
        assert seconds is not None
        waits.append(round(seconds * 1000))
        clock.now += waits[-1]

    doubled = [FIRST_DELAY_MILLISECONDS * 2**times for times in range(MAX_RECEIVES - 1)]
    assert [min(each, LONGEST_DELAY_MILLISECONDS) for each in doubled] == waits


def test_only_what_failed_comes_back(queue: Queue, clock: Clock) -> None:
    """Its batch-mates are finished."""
    queue.send(["good", "bad"])
    messages = queue.receive(10)
    queue.finish(messages, failed={messages[1].message_id: "why"})
    clock.now += FIRST_DELAY_MILLISECONDS

    assert ["bad"] == bodies(queue)


def test_a_message_that_fails_too_often_is_a_dead_letter(queue: Queue, clock: Clock) -> None:
    """With the last reason; it is received no more."""
    queue.send(["a"])
    for number in range(MAX_RECEIVES):
        fail(queue, f"reason {number + 1}")
        clock.now += LONGEST_DELAY_MILLISECONDS

    letter = DeadLetter(message_id=1, body="a", reason=f"reason {MAX_RECEIVES}", receive_count=MAX_RECEIVES, sent_at=T0)
    assert ([letter], []) == (queue.dead_letters(10), bodies(queue))


def test_a_restart_takes_back_what_a_killed_process_had(queue: Queue) -> None:
    """At once, not after the visibility timeout."""
    queue.send(["a"])
    queue.receive(10)

    queue.recover()

    assert ["a"] == bodies(queue)


def test_a_restart_leaves_what_waits_for_its_time(queue: Queue) -> None:
    """A failed message keeps its delay."""
    queue.send(["a"])
    fail(queue, "not yet")

    queue.recover()

    assert [] == bodies(queue)


def test_a_message_that_kills_each_process_is_a_dead_letter(queue: Queue) -> None:
    """It can't keep the plane from ever starting again."""
    queue.send(["poison"])
    for _ in range(MAX_RECEIVES):
        assert ["poison"] == bodies(queue)
        queue.recover()

    (letter,) = queue.dead_letters(10)
    assert ("poison", MAX_RECEIVES, []) == (letter.body, letter.receive_count, bodies(queue))
    assert "never finished" in letter.reason


def test_messages_outlive_the_process(tmp_path: Path, clock: Clock) -> None:
    """What was sent is in the file."""
    path = tmp_path / "queue.sqlite"
    with closing(Database(path)) as first:
        Queue(first, "work", clock=clock).send(["a"])

    with closing(Database(path)) as second:
        assert ["a"] == bodies(Queue(second, "work", clock=clock))


def test_queues_of_one_database_are_apart(database: Database, queue: Queue, clock: Clock) -> None:
    """Each has its own messages and dead letters."""
    other = Queue(database, "other", clock=clock)
    queue.send(["a"])
    queue.give_up("b", reason="why")

    assert ([], []) == (bodies(other), other.dead_letters(10))


def test_a_message_is_part_of_the_callers_transaction(database: Database, queue: Queue) -> None:
    """What is rolled back was never sent."""

    def fail_after_putting() -> None:
        with database.write() as connection:
            queue.put(connection, "a")
            raise LookupError

    with pytest.raises(LookupError):
        fail_after_putting()

    assert [] == bodies(queue)
