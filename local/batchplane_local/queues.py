"""The queues between the functions, as the ports that the stages ask for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from batchplane_local.queue import Queue
from controlplane.recording.dead_letters import DeadLetter, Moved
from controlplane.submissions.queue import to_message

#: The events that are recorded, as in the rule `infra/state_change_rule.py`.
_DETAIL_TYPE = "Batch Job State Change"


@dataclass(frozen=True, kw_only=True)
class QueuedSubmissions:
    """The port `controlplane.submissions.queue.Submissions`: accepted submissions on their way to `submit_job`."""

    queue: Queue

    def send(self, job_id: str, *, waits: int = 0, delay_milliseconds: int = 0) -> None:
        """Hand one on, durably."""
        self.queue.send([to_message(job_id, waits=waits)], delay_milliseconds=delay_milliseconds)

    def send_all(self, job_ids: Sequence[str]) -> Sequence[None]:
        """Hand many on in one transaction: where one can't be kept, this fails, and none is."""
        self.queue.send(map(to_message, job_ids))
        return [None] * len(job_ids)


@dataclass(frozen=True, kw_only=True)
class JobEvents:
    """What the embedded Batch says, on its way to `record_state_change`."""

    queue: Queue

    def deliver(self, events: Sequence[Mapping[str, Any]]) -> None:
        """Keep those that the rule on AWS takes, durably: whoever sent them need not send them again."""
        encode = msgspec.json.encode
        self.queue.send(encode(event).decode() for event in events if event["detail-type"] == _DETAIL_TYPE)


@dataclass(frozen=True, kw_only=True)
class EventDeadLetters:
    """The port `controlplane.recording.dead_letters.DeadLetters`: job events that can't be read."""

    queue: Queue

    def send(self, body: str, *, reason: str) -> None:
        """Keep a message with the reason, durably."""
        self.queue.give_up(body, reason=reason)


@dataclass(frozen=True, kw_only=True)
class GivenUp:
    """The port `controlplane.recording.dead_letters.DeadLetterQueue`: what one queue has given up."""

    name: str
    queue: Queue

    def look(self, *, limit: int) -> Sequence[DeadLetter]:
        """The last first. Looking changes nothing."""
        return [
            DeadLetter(
                message_id=str(letter.message_id),
                body=letter.body,
                sent_at=letter.sent_at,
                receive_count=letter.receive_count,
                reason=letter.reason,
            )
            for letter in self.queue.dead_letters(limit)
        ]

    def replay(self, *, limit: int, until: int) -> Moved:
        """The first first, in one transaction."""
        count = self.queue.revive(limit, until=until)
        return Moved(count=count, is_all=count < limit)
