"""Messages that the plane has given up, as an operator sees them and sends them back. Prints nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from batchplane._clock import from_milliseconds
from batchplane._errors import AnswerMalformed
from batchplane._plane_api import PlaneApi, members

#: Most requests of one replay; each sends up to a hundred letters back.
MAX_REQUESTS = 1000


@dataclass(frozen=True, kw_only=True)
class DeadLetter:
    """A message that was given up. Its text may be anybody's: a terminal may obey what stands in it."""

    #: Which queue gave it up: submissions, jobEvents, undelivered or recordChanges.
    queue: str
    message_id: str
    #: When it was sent, in UTC.
    sent_at: datetime | None
    #: How often it was received; on AWS each look counts too.
    receive_count: int
    #: Why it was given up; None where only the log of the function that failed on it says so.
    reason: str | None
    #: Its beginning, and how many characters it has in all.
    body: str
    body_length: int

    @classmethod
    def from_wire(cls, letter: Mapping[str, Any]) -> DeadLetter:
        """Read a member of `deadLetters`. Raises AnswerMalformed."""
        try:
            return cls(
                queue=str(letter["queue"]),
                message_id=str(letter["messageId"]),
                sent_at=from_milliseconds(letter["sentAt"]),
                receive_count=int(letter["receiveCount"]),
                reason=None if letter["reason"] is None else str(letter["reason"]),
                body=str(letter["body"]),
                body_length=int(letter["bodyLength"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise AnswerMalformed from error


@dataclass(frozen=True, kw_only=True)
class DeadLetters:
    """What one look found."""

    #: The newest first.
    letters: tuple[DeadLetter, ...]
    #: True where a queue holds more than were asked for.
    more: bool
    #: The answer as the plane sent it.
    document: Mapping[str, Any] = field(repr=False)

    @classmethod
    def from_wire(cls, document: Mapping[str, Any]) -> DeadLetters:
        """Read an answer. Raises AnswerMalformed."""
        letters = tuple(map(DeadLetter.from_wire, members(document, "deadLetters")))
        return cls(letters=letters, more=bool(document.get("more")), document=document)


@dataclass(frozen=True, kw_only=True)
class Replayed:
    """What has been sent back."""

    #: How many letters of each queue.
    counts: Mapping[str, int]
    #: True where some may be left that lay there when it began.
    more: bool

    @property
    def total(self) -> int:
        """How many letters in all."""
        return sum(self.counts.values())


def replay(api: PlaneApi, *, progress: Callable[[Replayed], None]) -> Replayed:
    """Send back what lies there now, request by request; `progress` is told after each what was sent back so far.

    Ends when none of it is left, when a request could move none, and after `MAX_REQUESTS` at the latest.
    """
    document: Mapping[str, Any] = {}
    done = Replayed(counts={}, more=True)
    for _ in range(MAX_REQUESTS):
        answer = api.post("/dead-letters/replay", document)
        before, done = done.total, _added(done, answer)
        progress(done)
        if not done.more or done.total == before:
            break
        # What fails again comes to lie there again, as sent later: without this it would go round for ever.
        document = {"until": answer.get("until")}
    return done


def _added(done: Replayed, answer: Mapping[str, Any]) -> Replayed:
    try:
        counts = {name: done.counts.get(name, 0) + int(count) for name, count in answer["replayed"].items()}
        return Replayed(counts=counts, more=bool(answer["more"]))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise AnswerMalformed from error
