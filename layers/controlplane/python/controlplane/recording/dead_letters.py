"""Messages that were given up: kept with the reason, looked at, and sent back where they came from. Does no I/O.

Never throws one away, and never judges whether one is worth sending again: everything that reads the plane's queues
takes a message twice without harm.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from controlplane.caller import Caller

#: Most letters of each queue that one look shows, and most that one request sends back.
LOOK_LIMIT = 50
REPLAY_LIMIT = 100
#: How much of a letter's body is shown, in characters: enough to know it by.
BODY_CHARACTERS = 1000


@dataclass(frozen=True, kw_only=True)
class DeadLetter:
    """A message that was given up. Its body may be anything that anybody has sent."""

    message_id: str
    body: str
    #: When it was sent to the queue that gave it up; where it could not even be read, when that was found. Epoch ms.
    sent_at: int
    #: How often it has been received; on AWS looking at it counts too.
    receive_count: int
    #: Why it lies here; None where only the log of the function that failed on it says so.
    reason: str | None


@dataclass(frozen=True, kw_only=True)
class Moved:
    """What one call has sent back."""

    count: int
    #: False where there may be more that was sent by the moment asked for.
    is_all: bool


class DeadLetters(Protocol):
    """The port that keeps what can't be read: the dead-letter queue of the job events."""

    def send(self, body: str, *, reason: str) -> None:
        """Keep a message with the reason, durably."""
        ...


class DeadLetterQueue(Protocol):
    """The port to the messages that one queue has given up."""

    @property
    def name(self) -> str:
        """What people call it: "jobEvents"."""
        ...

    def look(self, *, limit: int) -> Sequence[DeadLetter]:
        """Up to `limit` letters in any order; each lies there as before."""
        ...

    def replay(self, *, limit: int, until: int) -> Moved:
        """Send up to `limit` letters back whose `sent_at` is `until` or before.

        Each is durable where it goes before it leaves here, so that a crash in between doubles it and loses none.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class Replayer:
    """Shows operators what the plane has given up, and tries it again."""

    queues: Sequence[DeadLetterQueue]
    #: Epoch milliseconds.
    clock: Callable[[], int]

    def look(self, *, caller: Caller, limit: int) -> dict[str, Any]:
        """Up to `limit` letters of each queue, the newest of those found first. Raises NotAnOperator."""
        caller.require_operator()
        more, found = False, []
        for queue in self.queues:
            # One above the limit tells whether there is more: no queue tells exactly how many it holds.
            letters = queue.look(limit=limit + 1)
            more = more or len(letters) > limit
            found += [(letter.sent_at, _document(queue.name, letter)) for letter in letters[:limit]]
        newest_first = sorted(found, key=lambda each: each[0], reverse=True)
        return {"deadLetters": [document for _, document in newest_first], "more": more}

    def replay(self, *, caller: Caller, limit: int, until: int | None) -> dict[str, Any]:
        """Send up to `limit` letters back, of those sent by `until` (epoch ms; now where it is None).

        A letter that fails again comes to lie here again, as one sent later: who goes on with the `until` that was
        answered comes to an end. Raises NotAnOperator.
        """
        caller.require_operator()
        until = self.clock() if until is None else until
        moved: dict[str, Moved] = {}
        for queue in self.queues:
            left = limit - sum(each.count for each in moved.values())
            moved[queue.name] = queue.replay(limit=left, until=until) if left else Moved(count=0, is_all=False)
        return {
            "replayed": {name: each.count for name, each in moved.items()},
            "more": not all(each.is_all for each in moved.values()),
            "until": until,
        }


def _document(queue: str, letter: DeadLetter) -> dict[str, Any]:
    return {
        "queue": queue,
        "messageId": letter.message_id,
        "sentAt": letter.sent_at,
        "receiveCount": letter.receive_count,
        "reason": letter.reason,
        "body": letter.body[:BODY_CHARACTERS],
        "bodyLength": len(letter.body),
    }
