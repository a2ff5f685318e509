"""A queue in SQLite: at least once, as Amazon SQS is. Knows neither what its messages say nor who reads them.

A received message stays, unseen by others, until it is finished; one that fails comes back later, and after too many
receives rests among the dead letters with the last reason.
"""

from __future__ import annotations

import json
import logging
import sqlite3
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from batchplane_local.database import Database

log = logging.getLogger(__name__)

#: How often a message is received before it is given up, as the deployed queues are set.
MAX_RECEIVES = 10
#: How long a received message is unseen by others, in milliseconds.
VISIBILITY_MILLISECONDS = 90_000
#: How long a failed message waits before its second receive; the wait doubles each time (milliseconds).
FIRST_DELAY_MILLISECONDS = 250
#: The longest such wait, in milliseconds.
LONGEST_DELAY_MILLISECONDS = 30_000
_NEVER_FINISHED = "It was received and never finished: the plane was killed each time."

SCHEMA = """
CREATE TABLE IF NOT EXISTS messages (
    message_id INTEGER PRIMARY KEY AUTOINCREMENT,
    queue TEXT NOT NULL,
    body TEXT NOT NULL,
    sent_at INTEGER NOT NULL,
    visible_at INTEGER NOT NULL,
    is_in_flight INTEGER NOT NULL DEFAULT 0,
    receive_count INTEGER NOT NULL DEFAULT 0,
    first_received_at INTEGER,
    reason TEXT
);
CREATE INDEX IF NOT EXISTS messages_by_visibility ON messages (queue, visible_at, message_id);
CREATE TABLE IF NOT EXISTS dead_letters (
    message_id INTEGER PRIMARY KEY AUTOINCREMENT,
    queue TEXT NOT NULL,
    body TEXT NOT NULL,
    reason TEXT NOT NULL,
    receive_count INTEGER NOT NULL,
    sent_at INTEGER NOT NULL,
    died_at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS dead_letters_by_queue ON dead_letters (queue, message_id)
"""
_SEND = "INSERT INTO messages (queue, body, sent_at, visible_at) VALUES (?, ?, ?, ?)"
# Of many messages, what is written and read is one value each way: for each row and each statement SQLite gives the
# interpreter's lock away, which has to be won back from whoever is at work, while others wait to write.
_SEND_ALL = """
INSERT INTO messages (queue, body, sent_at, visible_at)
SELECT ?, value, ?, ? FROM json_each(?) ORDER BY key
"""
_NEXT = """
SELECT json_group_array(json_array(message_id, body, receive_count + 1, sent_at, coalesce(first_received_at, ?1)))
FROM (SELECT * FROM messages WHERE queue = ?2 AND visible_at <= ?1 ORDER BY visible_at, message_id LIMIT ?3)
"""
_RECEIVE = """
UPDATE messages
SET is_in_flight = 1, visible_at = ?1 + ?2, receive_count = receive_count + 1,
    first_received_at = coalesce(first_received_at, ?1)
WHERE message_id IN (SELECT value FROM json_each(?3))
"""
_FINISH = """
DELETE FROM messages WHERE message_id IN (
    SELECT message_id FROM json_each(?) JOIN messages
    ON message_id = json_extract(value, '$[0]') AND receive_count = json_extract(value, '$[1]')
)
"""
_GIVE_BACK = """
UPDATE messages SET is_in_flight = 0, visible_at = ?, reason = ? WHERE message_id = ? AND receive_count = ?
"""
_SPENT = "SELECT message_id FROM messages WHERE queue = ? AND receive_count >= ?"
_BURY = """
INSERT INTO dead_letters (queue, body, reason, receive_count, sent_at, died_at)
SELECT queue, body, coalesce(reason, ?), receive_count, sent_at, ? FROM messages WHERE message_id = ?
"""
_BURIED = "DELETE FROM messages WHERE message_id = ?"
_LETTER = """
INSERT INTO dead_letters (queue, body, reason, receive_count, sent_at, died_at) VALUES (?, ?, ?, 0, ?, ?)
"""
_LETTERS = """
SELECT message_id, body, reason, receive_count, sent_at FROM dead_letters
WHERE queue = ? ORDER BY message_id DESC LIMIT ?
"""
_REVIVE = """
DELETE FROM dead_letters WHERE message_id IN (
    SELECT message_id FROM dead_letters WHERE queue = ? AND sent_at <= ? ORDER BY message_id LIMIT ?
)
RETURNING message_id, body
"""


@dataclass(frozen=True, kw_only=True)
class Message:
    """One receive of a message. Times are epoch milliseconds."""

    message_id: int
    body: str
    #: How often it has been received, this time included.
    receive_count: int
    sent_at: int
    first_received_at: int


@dataclass(frozen=True, kw_only=True)
class DeadLetter:
    """A message that was given up."""

    message_id: int
    body: str
    #: Why its last receive failed, or why it can't be read.
    reason: str
    receive_count: int
    #: When it was sent, or found to be unreadable (epoch milliseconds).
    sent_at: int


class Queue:
    """One queue of a database that may hold several."""

    def __init__(self, database: Database, name: str, *, clock: Callable[[], int]) -> None:
        database.create(SCHEMA)
        self.name = name
        #: Set whenever there may be something to receive.
        self.arrived = threading.Event()
        self._database = database
        self._clock = clock

    def send(self, bodies: Iterable[str], *, delay_milliseconds: int = 0) -> None:
        """Keep these messages, all or none; none can be received before the delay. They hold no null character."""
        now = self._clock()
        with self._database.write() as connection:
            connection.execute(_SEND_ALL, (self.name, now, now + delay_milliseconds, json.dumps([*bodies])))
        self.announce()

    def put(self, connection: sqlite3.Connection, body: str, *, delay_milliseconds: int = 0) -> None:
        """Keep a message as part of the caller's transaction; `announce` it once that is committed."""
        now = self._clock()
        connection.execute(_SEND, (self.name, body, now, now + delay_milliseconds))

    def announce(self) -> None:
        """Wake whoever waits for a message."""
        self.arrived.set()

    def receive(self, limit: int) -> Sequence[Message]:
        """Take up to `limit` messages, those that wait longest first."""
        now = self._clock()
        with self._database.write() as connection:
            ((found,),) = connection.execute(_NEXT, (now, self.name, limit))
            rows = json.loads(found)
            if rows:
                ids = json.dumps([row[0] for row in rows])
                connection.execute(_RECEIVE, (now, VISIBILITY_MILLISECONDS, ids))
        names = ("message_id", "body", "receive_count", "sent_at", "first_received_at")
        return [Message(**dict(zip(names, row, strict=True))) for row in sorted(rows)]

    def finish(self, received: Iterable[Message], *, failed: Mapping[int, str]) -> None:
        """Forget what was received, except what failed, by message id with the reason: that comes back later."""
        received = list(received)
        done = [(each.message_id, each.receive_count) for each in received if each.message_id not in failed]
        with self._database.write() as connection:
            connection.execute(_FINISH, (json.dumps(done),))
            for message in received:
                if message.message_id in failed:
                    self._give_back(connection, message, failed[message.message_id])

    def recover(self) -> None:
        """Make visible what a killed process had received. Nobody may be receiving."""
        with self._database.write() as connection:
            connection.execute(
                "UPDATE messages SET is_in_flight = 0, visible_at = ? WHERE queue = ? AND is_in_flight = 1",
                (self._clock(), self.name),
            )
            for (message_id,) in connection.execute(_SPENT, (self.name, MAX_RECEIVES)).fetchall():
                self._bury(connection, message_id)
        self.announce()

    def seconds_until_visible(self) -> float | None:
        """How long until there is something to receive; None where there is nothing at all."""
        ((visible_at,),) = self._database.read("SELECT min(visible_at) FROM messages WHERE queue = ?", self.name)
        return None if visible_at is None else max(0, visible_at - self._clock()) / 1000

    def give_up(self, body: str, *, reason: str) -> None:
        """Put a message that can't be read among the dead letters."""
        now = self._clock()
        with self._database.write() as connection:
            connection.execute(_LETTER, (self.name, body, reason, now, now))

    def dead_letters(self, limit: int) -> Sequence[DeadLetter]:
        """Up to `limit` messages that were given up, the last first."""
        names = ("message_id", "body", "reason", "receive_count", "sent_at")
        rows = self._database.read(_LETTERS, self.name, limit)
        return [DeadLetter(**dict(zip(names, row, strict=True))) for row in rows]

    def revive(self, limit: int, *, until: int) -> int:
        """Send up to `limit` messages again that were given up, of those sent by `until`; how many there were."""
        with self._database.write() as connection:
            rows = connection.execute(_REVIVE, (self.name, until, limit)).fetchall()
            for _, body in sorted(rows):
                self.put(connection, body)
        self.announce()
        return len(rows)

    def _give_back(self, connection: sqlite3.Connection, message: Message, reason: str) -> None:
        later = self._clock() + _delay(message.receive_count)
        receipt = (message.message_id, message.receive_count)
        is_ours = connection.execute(_GIVE_BACK, (later, reason, *receipt)).rowcount
        if is_ours and message.receive_count >= MAX_RECEIVES:
            self._bury(connection, message.message_id)

    def _bury(self, connection: sqlite3.Connection, message_id: int) -> None:
        connection.execute(_BURY, (_NEVER_FINISHED, self._clock(), message_id))
        connection.execute(_BURIED, (message_id,))
        log.warning("gave up message %d of queue %s; it rests among the dead letters", message_id, self.name)


def _delay(receive_count: int) -> int:
    """How long to wait after so many receives, in milliseconds."""
    return min(FIRST_DELAY_MILLISECONDS << (receive_count - 1), LONGEST_DELAY_MILLISECONDS)
